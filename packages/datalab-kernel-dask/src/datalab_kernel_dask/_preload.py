"""What a local worker loads first, as Dask calls it: it leaves the notebook's session."""

from __future__ import annotations

import gc
import os
from typing import Any

from datalab_kernel_dask._memory import keep_blocks
from datalab_kernel_dask._worker import import_sigima


def dask_setup(_worker: Any) -> None:
    """Begin a session, if the worker hasn't one (there are none on Windows); import Sigima."""
    if hasattr(os, "setsid") and os.getsid(0) != os.getpid():
        os.setsid()
    keep_blocks()
    import_sigima()
    gc.collect()
    gc.freeze()  # what is imported stays: looking through it took a twentieth of a task's time
