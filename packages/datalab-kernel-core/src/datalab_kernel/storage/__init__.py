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
    make_plain,
    own_arrays,
    share_object,
    to_fields,
    widen_object,
)
from datalab_kernel.storage._for_datalab import (
    UUID_KEY,
    ForDataLab,
    FromDataLab,
    for_datalab,
    from_datalab,
    is_of_notebook,
    looks_of,
    new_uuid,
    uuid_in,
    with_coordinates,
)
from datalab_kernel.storage._reader import is_workspace_file, read_workspace
from datalab_kernel.storage._values import restore, widen
from datalab_kernel.storage._writer import write_workspace

__all__ = [
    "UUID_KEY",
    "Contents",
    "Extras",
    "Fields",
    "ForDataLab",
    "FromDataLab",
    "StoredGroup",
    "check_storable",
    "copy_object",
    "for_datalab",
    "from_datalab",
    "from_fields",
    "is_of_notebook",
    "is_workspace_file",
    "looks_of",
    "make_plain",
    "new_uuid",
    "own_arrays",
    "read_workspace",
    "replacing",
    "restore",
    "share_object",
    "to_fields",
    "uuid_in",
    "widen",
    "widen_object",
    "with_coordinates",
    "write_workspace",
]
