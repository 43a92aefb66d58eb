"""One object as bytes, for a database or a wire: those of a small workspace file."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from datalab_kernel.objects import check_storable, describe_object
from datalab_kernel.storage._contents import Contents, StoredGroup

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject


def to_bytes(obj: DataObject) -> bytes:
    """Write an object as bytes; written to a file, they are a workspace that DataLab opens.

    Parameters
    ----------
    obj
        A signal or image.

    Raises
    ------
    MetadataError, UnsupportedDtypeError
        If it can't be kept exactly.

    Examples
    --------
    >>> from datalab_kernel import create_signal
    >>> data = to_bytes(create_signal("ramp", [0.0, 1.0], [2.0, 3.0]))
    >>> from_bytes(data).title
    'ramp'
    """
    import h5py

    from datalab_kernel.storage._writer import FILE_OPTIONS, write_contents

    check_storable(obj)
    groups = [StoredGroup(title="", objects=[obj])]
    is_signal = describe_object(obj, group="").kind == "signal"
    contents = Contents(signals=groups) if is_signal else Contents(images=groups)
    stream = BytesIO()  # not get_file_image: HDF5 1.14's has a checksum that is wrong
    with h5py.File(stream, "w", **FILE_OPTIONS) as file:
        write_contents(file, contents)
    return stream.getvalue()


def from_bytes(data: bytes) -> DataObject:
    """Read an object that :func:`to_bytes` wrote; nothing that is in there is executed.

    Raises
    ------
    FileFormatError
        If the bytes are damaged or something else.
    """
    from datalab_kernel.storage._reader import read_image

    contents = read_image(data, "an object's bytes")
    (obj,) = [obj for group in (*contents.signals, *contents.images) for obj in group.objects]
    return obj
