"""DataLab's HDF5 workspace files.

``_files`` chooses by a file's name or content: ``_writer`` and ``_reader`` know DataLab's layout,
``_hdf5`` and ``_hdf5_read`` how values are kept there (none of the four is imported before it is
used: h5py may be missing in a browser), ``_archive`` the file for where there is no HDF5.
``_journal`` is what lies beside a file that a kernel autosaves to, ``_journaled`` reads both.
``_atomic`` says how a file is replaced. What an object consists of is
:mod:`datalab_kernel.objects`'s; its names are handed on here too.
"""

from datalab_kernel.objects import (
    UUID_KEY,
    Fields,
    ForDataLab,
    FromDataLab,
    check_storable,
    copy_object,
    for_datalab,
    from_datalab,
    from_fields,
    is_of_notebook,
    looks_of,
    make_plain,
    new_uuid,
    own_arrays,
    restore,
    share_object,
    to_fields,
    uuid_in,
    widen,
    widen_object,
    with_coordinates,
)
from datalab_kernel.storage._atomic import replacing
from datalab_kernel.storage._bytes import from_bytes, to_bytes
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup
from datalab_kernel.storage._files import (
    is_being_written,
    is_hdf5,
    is_workspace_file,
    read_workspace,
    save_id_of,
    write_workspace,
)
from datalab_kernel.storage._journal import JournalWriter, Record
from datalab_kernel.storage._journaled import is_journal_of, journaled_changes, read_journaled
from datalab_kernel.storage._parts import (
    NamedObject,
    describe_file,
    names_in,
    read_named,
    read_object,
)

__all__ = [
    "UUID_KEY",
    "Contents",
    "Extras",
    "Fields",
    "ForDataLab",
    "FromDataLab",
    "JournalWriter",
    "NamedObject",
    "Record",
    "StoredGroup",
    "check_storable",
    "copy_object",
    "describe_file",
    "for_datalab",
    "from_bytes",
    "from_datalab",
    "from_fields",
    "is_being_written",
    "is_hdf5",
    "is_journal_of",
    "is_of_notebook",
    "is_workspace_file",
    "journaled_changes",
    "looks_of",
    "make_plain",
    "names_in",
    "new_uuid",
    "own_arrays",
    "read_journaled",
    "read_named",
    "read_object",
    "read_workspace",
    "replacing",
    "restore",
    "save_id_of",
    "share_object",
    "to_bytes",
    "to_fields",
    "uuid_in",
    "widen",
    "widen_object",
    "with_coordinates",
    "write_workspace",
]
