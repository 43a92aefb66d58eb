"""Objects, their fields, and DataLab's HDF5 workspace files; no workspace in it.

``_values`` says which numbers are kept, ``_metadata`` which metadata, ``_fields`` what
an object consists of; ``_writer`` and ``_reader`` know DataLab's layout, ``_atomic``
how a file is replaced.
"""

from datalab_kernel.storage._atomic import replacing
from datalab_kernel.storage._contents import Contents, StoredGroup
from datalab_kernel.storage._extras import Extras
from datalab_kernel.storage._fields import (
    Fields,
    check_storable,
    copy_object,
    from_fields,
    own_arrays,
    share_object,
    to_fields,
    widen_object,
)
from datalab_kernel.storage._reader import is_workspace_file, read_workspace
from datalab_kernel.storage._values import restore, widen
from datalab_kernel.storage._writer import write_workspace

__all__ = [
    "Contents",
    "Extras",
    "Fields",
    "StoredGroup",
    "check_storable",
    "copy_object",
    "from_fields",
    "is_workspace_file",
    "own_arrays",
    "read_workspace",
    "replacing",
    "restore",
    "share_object",
    "to_fields",
    "widen",
    "widen_object",
    "write_workspace",
]
