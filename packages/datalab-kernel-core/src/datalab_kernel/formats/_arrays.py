"""Arrays without a description (.npy, .mat): signals or images by their shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._reader import Reader, by_magic
from datalab_kernel.formats._table import wrong
from datalab_kernel.notes import attach_guess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datalab_kernel.errors import FileFormatError
    from datalab_kernel.formats._options import ReadOptions
    from datalab_kernel.objects import DataObject, Kind, SignalObj

Array = np.ndarray[Any, Any]
_MOST_COLUMNS = 4  # x, y, and their uncertainties: DataLab takes a wider array for an image


def objects_of(path: Path, array: Array, kind: Kind | None, title: str) -> list[DataObject]:
    """Make objects of an array.

    Parameters
    ----------
    path
        Where it is from.
    array
        Nobody else's: an image keeps it. Of shape ``(n,)``: the y of a signal. ``(n, 2)`` to ``(n, 4)``, or transposed, with
        n beyond 4 (beyond 2 for two columns): x and one or several y. Other shapes of two dimensions: an image. More: a stack, of
        which each plane becomes an image.
    kind
        Decides, if given.
    title
        What the objects are called, with a number if they are several.

    Raises
    ------
    FileFormatError
        If the array has no elements, no dimension, or isn't of numbers.
    """
    if array.dtype.kind not in "biufc":
        raise wrong_array(path, f"{title} is of dtype {array.dtype}, which isn't one of numbers")
    if array.ndim == 0 or array.size == 0:
        raise wrong_array(
            path, f"{title} is an array of shape {array.shape}: there is nothing in it"
        )
    if array.ndim == 1:
        return [_titled(array, path, title)]
    least, most = min(array.shape), max(array.shape)
    is_narrow = array.ndim == 2 and (least <= 2 < most or least <= _MOST_COLUMNS < most)  # noqa: PLR2004
    if kind == "signal" or (kind is None and is_narrow and least > 1):
        signals = _signals(path, array, title)
        if kind is None:
            _say_what_x_is(signals, title)
        return [*signals]
    if kind is None and is_narrow:
        return [_titled(array.ravel(), path, title)]
    if array.ndim == 2:  # noqa: PLR2004 - an image
        from datalab_kernel.objects._coerce import image_of_own

        return [_from_file(image_of_own(array), path, title)]
    return images_of(path, [*array.reshape(-1, *array.shape[-2:])], title)


def _signals(path: Path, array: Array, title: str) -> list[SignalObj]:
    if array.ndim != 2:  # noqa: PLR2004 - a table
        raise wrong_array(path, f"{title} is of shape {array.shape}, which is no table of x and y")
    columns = array.T if array.shape[0] > array.shape[1] else array
    if len(columns) == 1:
        return [_titled(columns[0], path, title)]
    x, *ys = columns
    if np.iscomplexobj(x):
        if x.imag.any():
            raise wrong_array(path, "x has an imaginary part")
        x = x.real
    if not np.isfinite(x).all():
        place = int((~np.isfinite(x)).argmax())
        raise wrong_array(path, f"x isn't a finite number at point {place}")
    names = numbered(title, len(ys))
    return [_titled((x, y), path, name) for y, name in zip(ys, names, strict=True)]


def _say_what_x_is(signals: Sequence[SignalObj], title: str) -> None:
    """Warn where a column or row was taken for x by its place alone, though it goes to and fro."""
    steps = np.diff(np.asarray(signals[0].x).real)
    if (steps > 0).all() or (steps < 0).all():
        return
    text = f"The first of {len(signals) + 1} columns or rows of {title} was taken for x."
    for signal in signals:
        attach_guess(signal, text, "Say read=dict(kind='image') if it is something else.")


def images_of(path: Path, planes: Sequence[Array], title: str) -> list[DataObject]:
    """Make an image of each plane, of shape ``(ny, nx)``."""
    names = numbered(title, len(planes))
    return [_titled(plane, path, name) for plane, name in zip(planes, names, strict=True)]


def numbered(title: str, number: int) -> list[str]:
    """Return a title for each of several things, counted from 1; one keeps the title.

    Examples
    --------
    >>> numbered("a", 1), numbered("a", 2)
    (['a'], ['a 1', 'a 2'])
    """
    if number == 1:
        return [title]
    width = len(str(number))
    return [f"{title} {place:0{width}d}" for place in range(1, number + 1)]


def _titled(value: Any, path: Path, title: str) -> Any:
    from datalab_kernel.objects._coerce import as_object

    return _from_file(as_object(value)[0], path, title)


def _from_file(obj: Any, path: Path, title: str) -> Any:
    obj.title = title
    obj.metadata["source"] = str(path)
    return obj


def _read_npy(path: Path, options: ReadOptions) -> list[DataObject]:
    """Read a file of :func:`numpy.save`."""
    return objects_of(path, np.load(path, allow_pickle=False), options.kind, path.stem)


def wrong_array(path: Path, reason: str) -> FileFormatError:
    """Build the error for a file whose content isn't what can be loaded."""
    return wrong(path, reason, hint="read=dict(kind='signal') or 'image' decides for arrays.")


NPY = Reader(
    name="NumPy",
    suffixes=(".npy",),
    recognises=by_magic(b"\x93NUMPY"),
    read=_read_npy,
    keeps="type of the numbers",
)
