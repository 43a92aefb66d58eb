"""Many files through the same steps: each read, computed and written by itself, one chunk at a time.

``_process`` is one call of it. ``_steps`` says what is done, ``_inputs`` to which files and
where it goes, ``_file_run`` does it to one, on a workspace of its own (``_file_backend``).
``_tasks`` runs that in threads or processes, other packages elsewhere; ``_run`` hands out chunks
and gathers rows (``_rows``), which ``_journal`` keeps beside the results.
"""

from datalab_kernel.workspace.processing._process import process_on
from datalab_kernel.workspace.processing._result import ProcessResult
from datalab_kernel.workspace.processing._rows import Failure

__all__ = ["Failure", "ProcessResult", "process_on"]
