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
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from datalab_kernel.errors import FileFormatError
from datalab_kernel.storage._atomic import replacing
from datalab_kernel.storage._contents import Contents, Extras, StoredGroup
from datalab_kernel.storage._identities import Identities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from io import RawIOBase
    from pathlib import Path

    from datalab_kernel.objects import DataObject

SUFFIX = ".npz"
FORMAT, VERSION = "datalab-kernel workspace", 1
INDEX = "workspace.json"
_BYTES = "|u1"
_PIECE_BYTES = 1 << 22
DAMAGE = (
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
    return start[:4] == b"PK\x03\x04" and start[30:].startswith(INDEX.encode())


def write(
    path: Path, contents: Contents, *, save_id: str = "", pace: Callable[[], object] | None = None
) -> None:
    """Write everything, atomically; ``save_id`` and ``pace`` as for ``write_workspace``.

    Raises
    ------
    OSError
        If it can't be written; what was there is as it was.
    """
    identities = Identities()
    value: dict[str, Any] = {
        name: [
            {"title": group.title, "objects": [kept(obj, identities) for obj in group.objects]}
            for group in groups
        ]
        for name, groups in (("signals", contents.signals), ("images", contents.images))
    }
    facts = {"format": FORMAT, "version": VERSION, **({"save": save_id} if save_id else {})}
    with replacing(path) as temporary, temporary.open("wb") as file:
        write_value(file, facts, {**value, "extras": contents.extras.image}, pace)


def write_value(
    file: IO[bytes] | RawIOBase,
    facts: Mapping[str, Any],
    value: Any,
    pace: Callable[[], object] | None = None,
) -> None:
    """Write an archive of one value; ``facts`` are in its index beside it.

    Arrays are written piece by piece and never copied where they are contiguous.
    """
    from datalab_kernel.objects import pack

    packed = pack(value)
    tree = json.loads(packed.text)
    shapes = {number: (dtype, shape) for number, dtype, shape in _arrays_in(tree)}
    with zipfile.ZipFile(cast("IO[bytes]", file), "w") as archive:
        archive.writestr(INDEX, json.dumps({**facts, "contents": tree}))
        for number, buffer in enumerate(packed.buffers):
            dtype, shape = shapes.get(number, (_BYTES, [len(buffer)]))
            header = np.lib.format.header_data_from_array_1_0(np.empty(0, dtype))
            with archive.open(_member(number), "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, {**header, "shape": tuple(shape)})
                for start in range(0, len(buffer), _PIECE_BYTES):
                    member.write(buffer[start : start + _PIECE_BYTES])
                    if pace is not None:
                        pace()


def read_facts(file: IO[bytes]) -> dict[str, Any]:
    """Read the index of an archive without its arrays: its facts and what is in it."""
    with zipfile.ZipFile(file) as archive:
        index: dict[str, Any] = json.loads(archive.read(INDEX))
        return index


def read_value(file: IO[bytes]) -> Any:
    """Read the value of an archive; what is raised for a damaged one is in ``DAMAGE``."""
    from datalab_kernel.objects import Packed, unpack

    with zipfile.ZipFile(file) as archive:
        index = json.loads(archive.read(INDEX))
        count = sum(name.startswith("arrays/") for name in archive.namelist())
        buffers = tuple(_buffer(archive, number) for number in range(count))
    return unpack(Packed(json.dumps(index["contents"]).encode(), buffers))


def save_id_of(path: Path) -> str | None:
    """Return the identifier with which an archive was saved, if any."""
    try:
        with path.open("rb") as file:
            found = read_facts(file).get("save")
    except DAMAGE:
        return None
    return found if isinstance(found, str) else None


def read(path: Path) -> Contents:
    """Read everything.

    Raises
    ------
    FileFormatError
        If it is damaged, or of a later version.
    """
    try:
        with path.open("rb") as file:
            index = read_facts(file)
            if index["format"] == FORMAT and index["version"] > VERSION:
                raise _refused(path, f"it is of version {index['version']!r}, this reads {VERSION}")
            value = read_value(file)
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
    except DAMAGE as error:
        raise _refused(path, f"it is damaged ({type(error).__name__}: {error})") from error


def kept(obj: DataObject, identities: Identities) -> DataObject:
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
