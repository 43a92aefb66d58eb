"""One object to a file of a kind that Sigima writes, and what such a file loses of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from datalab_kernel.errors import DataLabKernelError, ExportError
from datalab_kernel.formats._options import ReadOptions

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject, Kind

    Array = np.ndarray[Any, Any]

_LOSSY = {".jpg", ".jpeg", ".jp2"}
_PICTURES = {  # what these can hold of what DataLab has; Sigima's writer would wrap or scale others
    ".bmp": {"uint8"},
    ".jp2": {"uint8", "uint16"},
    ".jpeg": {"uint8"},
    ".jpg": {"uint8"},
    ".png": {"uint8", "uint16"},
}
_TABLES = {".csv", ".txt"}
_PART_BYTES = 1 << 20  # what a processor's cache holds
_FAILURES = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Exported(Sequence[Path]):
    """The files that were written, as a sequence of paths, and what they don't keep.

    Attributes
    ----------
    paths : tuple of Path
        One for each object, in their order.
    dropped : dict
        For each object's name, what its file doesn't keep.
    """

    paths: tuple[Path, ...]
    dropped: Mapping[str, tuple[str, ...]]

    @overload
    def __getitem__(self, place: int) -> Path: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Path]: ...
    def __getitem__(self, place: int | slice) -> Path | Sequence[Path]:
        """Return a path, or some."""
        return self.paths[place]

    def __len__(self) -> int:
        """Count the files."""
        return len(self.paths)

    def __iter__(self) -> Iterator[Path]:
        """Iterate over the paths."""
        return iter(self.paths)

    def _losses(self) -> list[str]:
        """Return a line for each set of losses, with the objects that have it."""
        names: dict[tuple[str, ...], list[str]] = {}
        for name, lost in self.dropped.items():
            if lost:
                names.setdefault(lost, []).append(name)
        return [
            f"not kept of {_some(objects)}: {', '.join(lost)}" for lost, objects in names.items()
        ]

    def __repr__(self) -> str:
        """Say which files were written and what they don't keep."""
        count = f"{len(self.paths)} file{'' if len(self.paths) == 1 else 's'}"
        head = f"Exported {count}: {_some([str(path) for path in self.paths])}"
        return "\n".join((head, *self._losses()))

    def _repr_html_(self) -> str:
        lines = repr(self).split("\n")
        note = "".join(f"<br>{escape(line)}" for line in lines[1:])
        hint = "<br><small>workspace.save keeps everything.</small>" if note else ""
        return f"<div>{escape(lines[0])}{note}{hint}</div>"


def _some(texts: Sequence[str]) -> str:
    from datalab_kernel.objects._names import enumerate_names

    return enumerate_names(texts)


def check_format(path: Path, kind: Kind) -> None:
    """Check that there is a writer for a file of this suffix.

    Raises
    ------
    ExportError
        If there is none; it lists the suffixes that there are.
    """
    known = _suffixes(kind)
    if path.suffix.lower() not in known:
        message = (
            f"Can't export the {kind} to {str(path)!r}: nothing writes {path.suffix or 'a file'!r} "
            f"files of {kind}s. There are {', '.join(known)}; workspace.save writes .h5."
        )
        raise ExportError(message, path=str(path))


def _suffixes(kind: Kind) -> list[str]:
    formats = [known for known in _registry(kind).get_formats() if known.info.writeable]
    return list(dict.fromkeys(f".{suffix}" for known in formats for suffix in known.extlist))


def _registry(kind: Kind) -> Any:
    from sigima.io import ImageIORegistry, SignalIORegistry

    return {"signal": SignalIORegistry, "image": ImageIORegistry}[kind]


def write_file(path: Path, obj: DataObject, kind: Kind, final: Path) -> tuple[str, ...]:
    """Write an object with Sigima, and read the file back.

    Parameters
    ----------
    path
        The file, whose suffix says of what kind it is.
    obj
        What is written; it isn't changed.
    kind
        Whether it is a signal or an image.
    final
        The name that the file will have, for errors.

    Returns
    -------
    tuple of str
        What isn't kept.

    Raises
    ------
    ExportError
        If this kind of file can't hold the object's values.
    """
    suffix = path.suffix.lower()
    prepared = _prepared(obj, kind, suffix)
    if suffix in _PICTURES and prepared.data.dtype.name not in _PICTURES[suffix]:
        held = " and ".join(sorted(_PICTURES[suffix], reverse=True))
        raise _cannot(obj, final, f"it can hold {held}, not {prepared.data.dtype}")
    try:
        _write(path, prepared, kind)
        found = _read_back(path, prepared, kind)
    except (DataLabKernelError, *_FAILURES) as error:
        reason = " ".join(str(error).split()).replace(str(path), str(final)) or type(error).__name__
        raise _cannot(obj, final, reason) from error
    lost = _lost(obj, found, kind)
    array = "xydata" if kind == "signal" else "data"
    left, right = getattr(obj, array), getattr(found, array)
    if kind == "signal":
        left, right = left[:2], right[:2]
    if left.shape != right.shape:
        raise _cannot(obj, final, f"it would have the shape {right.shape}, not {left.shape}")
    if not _is_same(np.ma.getdata(left), right):
        if suffix not in _LOSSY:
            raise _cannot(obj, final, f"values of dtype {left.dtype} would be changed")
        lost.insert(0, "exact values (lossy compression)")
    elif left.dtype != right.dtype:
        lost.insert(0, f"dtype {left.dtype} (reads back as {right.dtype})")
    return tuple(lost)


def _read_back(path: Path, prepared: Any, kind: Kind) -> DataObject:
    """Read what was written; values of a TIFF file are compared where they are, not held twice."""
    from datalab_kernel.formats._reading import find_reader, read_file
    from datalab_kernel.formats.tiff._reader import TIFF, read_again

    found: DataObject | None = None
    if kind == "image" and find_reader(path) is TIFF:
        found = read_again(path, prepared.data)
    if found is None:
        (found,) = read_file(path, ReadOptions(kind=kind))
    return found


def _is_same(left: Array, right: Array) -> bool:
    """Say whether two arrays of one shape hold the same values; equal bits, a part at a time, are."""
    if left.__array_interface__ == right.__array_interface__:
        return True
    if left.dtype == right.dtype and left.flags.c_contiguous and right.flags.c_contiguous:
        before, after = (array.reshape(-1).view(np.uint8) for array in (left, right))
        parts = (slice(at, at + _PART_BYTES) for at in range(0, left.nbytes, _PART_BYTES))
        if all(np.array_equal(before[part], after[part]) for part in parts):
            return True
    return np.array_equal(left, right, equal_nan=left.dtype.kind in "fc")


def _cannot(obj: DataObject, final: Path, reason: str) -> ExportError:
    better = ".h5sig" if hasattr(obj, "xydata") else ".tif, .npy or .h5ima"
    message = (
        f"Can't export {obj.title!r} to {str(final)!r}: {reason}. "
        f"Export it as {better}, or convert its values first."
    )
    return ExportError(message, name=obj.title, path=str(final))


def _prepared(obj: DataObject, kind: Kind, suffix: str) -> Any:
    """Return what Sigima's writer is given: types and columns that it writes rightly."""
    from datalab_kernel.objects import share_object, widen

    twin: Any = share_object(obj)  # writers read
    if kind == "image":
        twin.data, _ = widen(np.ma.getdata(twin.data))
        return twin
    if suffix == ".h5sig":
        return twin
    values, _ = widen(twin.xydata[:2], for_signal=True)  # error bars make other columns of y
    twin.set_xydata(values[0].real, values[1])
    if suffix in _TABLES and twin.yunit:
        twin.ylabel, twin.yunit = f"{twin.ylabel or 'Y'} ({twin.yunit})", ""  # Sigima forgets it
    return twin


def _write(path: Path, obj: Any, kind: Kind) -> None:
    from sigima.io.base import IOAction

    writer = _registry(kind).get_format(path.name, IOAction.SAVE)
    if kind == "image":
        writer.write_with_options(str(path), obj, {})  # in the type that it is, never wrapped
    else:
        writer.write(str(path), obj)


def _lost(obj: DataObject, found: DataObject, kind: Kind) -> list[str]:
    """Return what is different in what was read back, but for its values."""
    lost = []
    letters = "xy" if kind == "signal" else "xyz"
    for what in ("label", "unit"):
        names = [f"{letter}{what}" for letter in letters]
        if any(getattr(obj, name) not in {"", getattr(found, name)} for name in names):
            lost.append(f"{what}s")
    if obj.roi is not None and found.roi is None:
        lost.append("regions of interest")
    keys = [key for key in obj.metadata if not key.startswith("_") and key != "source"]
    missing = [key for key in keys if key not in found.metadata]
    if missing:
        lost.append(f"metadata ({_some(missing)})")
    if kind == "signal":
        data: Any = obj
        if len(data.xydata) > 2 and len(getattr(found, "xydata", ())) == 2:  # noqa: PLR2004
            lost.append("error bars")
    else:
        lost += _lost_of_image(obj, found)
    return lost


def _lost_of_image(obj: Any, found: Any) -> list[str]:
    lost = []
    if isinstance(obj.data, np.ma.MaskedArray) and not isinstance(found.data, np.ma.MaskedArray):
        lost.append("mask")
    if obj.is_uniform_coords:
        names = ("x0", "y0", "dx", "dy")
        is_same = all(getattr(obj, name) == getattr(found, name) for name in names)
    else:
        is_same = not found.is_uniform_coords
    return lost if is_same else [*lost, "coordinates"]
