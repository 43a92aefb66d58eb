"""A workspace as an archive of NumPy (``.npz``), where there is no HDF5: in some browsers.

It is a ZIP file. ``workspace.json`` says what there is, in the form of
:func:`datalab_kernel.objects.pack`: groups of signals and of images with their titles, each
object's attributes and metadata, and for each array ``{"$": "array", "value": [number, dtype,
shape]}``. The array itself is the member ``arrays/<number>.npy``, which :func:`numpy.load` reads
too. Nothing in it is executed, and each member has its checksum.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import FileFormatError
from datalab_kernel.storage._atomic import replacing
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup
from datalab_kernel.storage._identities import Identities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datalab_kernel.objects import DataObject

SUFFIX = ".npz"
FORMAT, VERSION = "datalab-kernel workspace", 1
_INDEX = "workspace.json"
_BYTES = "|u1"
_DAMAGE = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    MemoryError,
    RuntimeError,
)
"""What zipfile, json and NumPy raise for damaged files."""


def is_start_of_archive(start: bytes) -> bool:
    """Say by a file's first 64 bytes whether it is such an archive: its first member is the index."""
    return start[:4] == b"PK\x03\x04" and start[30:].startswith(_INDEX.encode())


def write(path: Path, contents: Contents) -> None:
    """Write everything, atomically.

    Raises
    ------
    OSError
        If it can't be written; what was there is as it was.
    """
    from datalab_kernel.objects import pack

    identities = Identities()
    value: dict[str, Any] = {
        name: [
            {"title": group.title, "objects": [_kept(obj, identities) for obj in group.objects]}
            for group in groups
        ]
        for name, groups in (("signals", contents.signals), ("images", contents.images))
    }
    packed = pack({**value, "extras": contents.extras.image})
    tree = json.loads(packed.text)
    shapes = {number: (dtype, shape) for number, dtype, shape in _arrays_in(tree)}
    index = {"format": FORMAT, "version": VERSION, "contents": tree}
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        archive.writestr(_INDEX, json.dumps(index))
        for number, buffer in enumerate(packed.buffers):
            dtype, shape = shapes.get(number, (_BYTES, [len(buffer)]))
            array = np.frombuffer(buffer, dtype).reshape(shape)
            with archive.open(_member(number), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def read(path: Path) -> Contents:
    """Read everything.

    Raises
    ------
    FileFormatError
        If it is damaged, or of a later version.
    """
    from datalab_kernel.objects import Packed, unpack

    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            index = json.loads(archive.read(_INDEX))
            if index["format"] == FORMAT and index["version"] > VERSION:
                raise _refused(path, f"it is of version {index['version']!r}, this reads {VERSION}")
            count = sum(name.startswith("arrays/") for name in archive.namelist())
            buffers = tuple(_buffer(archive, number) for number in range(count))
        value = unpack(Packed(json.dumps(index["contents"]).encode(), buffers))
        signals, images = (
            [
                StoredGroup(title=str(group["title"]), objects=group["objects"])
                for group in value[name]
            ]
            for name in ("signals", "images")
        )
        return Contents(signals=signals, images=images, extras=Extras(bytes(value["extras"])))
    except FileFormatError:
        raise
    except _DAMAGE as error:
        raise _refused(path, f"it is damaged ({type(error).__name__}: {error})") from error


def _kept(obj: DataObject, identities: Identities) -> DataObject:
    """Return the object as it is written; its arrays aren't copied."""
    from datalab_kernel.objects import from_fields, to_fields

    fields = to_fields(obj)
    return from_fields(replace(fields, metadata=identities.kept(fields.metadata)))


def _refused(path: Path, reason: str) -> FileFormatError:
    message = f"Can't load the workspace {str(path)!r}: {reason}."
    return FileFormatError(message, path=str(path), reason=reason)


def _member(number: int) -> str:
    return f"arrays/{number}.npy"


def _buffer(archive: zipfile.ZipFile, number: int) -> memoryview:
    with archive.open(_member(number)) as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):  # which looks at the checksum too
            msg = f"{_member(number)} goes on after its array"
            raise ValueError(msg)
    if not array.size:
        return memoryview(b"")
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _arrays_in(tree: Any) -> Iterator[tuple[int, str, list[int]]]:
    """Find what the index says of each array's type and shape."""
    if isinstance(tree, list):
        for item in tree:
            yield from _arrays_in(item)
    elif isinstance(tree, dict):
        tag = tree.get("$")
        if tag in ("array", "scalar", "masked"):
            yield from tree["value"] if tag == "masked" else [tree["value"]]
        else:
            for item in tree.values():
                yield from _arrays_in(item)
