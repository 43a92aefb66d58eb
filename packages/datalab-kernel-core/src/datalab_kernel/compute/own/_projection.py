"""Projections of stacks: the frames of one, pixel by pixel, one frame held at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import guidata.dataset as gds
import numpy as np

from datalab_kernel.compute.own._declaration import own_function
from datalab_kernel.compute.own._pixels import check_same_pixels
from datalab_kernel.errors import OperandError
from datalab_kernel.objects._frames import FRAME_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sigima.objects import ImageObj

Array = np.ndarray[Any, Any]
PROJECTIONS = "projections"
"""The group that projections go to: in that of the frames they would be frames of the stack."""


class ProjectionParam(gds.DataSet):  # type: ignore[misc] # guidata has no types
    """Parameters of :func:`projection`."""

    method = gds.ChoiceItem(
        "Method",
        [(name, name) for name in ("max", "mean", "min", "sum")],
        default="max",
        help="What of the frames' values each pixel has",
    )


@own_function(
    "image",
    pattern="n-to-1",
    parameters=ProjectionParam,
    takes_in_turn=True,
    result_group=PROJECTIONS,
)
def projection(images: Iterable[ImageObj], p: ProjectionParam) -> ImageObj:
    """Project the frames of a stack onto one image, by their maximum, mean, minimum or sum.

    Sums are kept in a type that holds them: int32, or float64 where that might not do; means are
    float64. Masked pixels and NaN are left out, also of sums; where no frame has a value, there is
    NaN. ``workspace.stack(group).max()`` is the same by another way.

    Parameters
    ----------
    images
        Of the same pixels; one at a time is held.
    p
        The method.

    Raises
    ------
    OperandError
        If the images are of different shapes, axes or units.
    """
    frames = iter(images)
    first = next(frames)
    _check_alike(first, first)
    total = _Total(p.method, first.data)
    for frame in frames:
        _check_alike(first, frame)
        total.add(frame.data)
    return _image_like(first, p.method, total)


def _check_alike(first: ImageObj, other: ImageObj) -> None:
    check_same_pixels([first, other], "projection")
    units = [one.zunit or "" for one in (first, other)]
    kinds = [one.data.dtype.kind == "c" for one in (first, other)]
    if units[0] != units[1]:
        difference = f"values in {units[0]!r} and {units[1]!r}"
    elif any(kinds):
        difference = "complex values, which have no order"
    else:
        return
    names = [*dict.fromkeys([first.title, other.title])]
    message = f"projection can't run: {' and '.join(map(repr, names))} have {difference}."
    raise OperandError(message, function="projection", names=names)


class _Total:
    """What the frames so far are together."""

    def __init__(self, method: str, values: Array) -> None:
        self._method = method
        self._is_sum = method in ("sum", "mean")
        self._bound = 0
        self._frames = 0
        self._counts: Array | None = None
        self._dtype = values.dtype
        wide = np.dtype(np.int64 if values.dtype.kind in "biu" else np.float64)
        self._values = np.zeros(values.shape, wide) if self._is_sum else values.copy()
        if self._is_sum:
            self.add(values)

    def add(self, values: Array) -> None:
        """Take one more frame in."""
        self._frames += 1
        self._dtype = np.result_type(self._dtype, values.dtype)
        if not self._is_sum:
            extreme = np.fmax if self._method == "max" else np.fmin
            self._values = extreme(self._values, values)
            return
        if values.dtype.kind in "biu":
            limits = np.iinfo(values.dtype)
            self._bound += max(limits.max, -int(limits.min))
        self._add_to_sum(values)

    def _add_to_sum(self, values: Array) -> None:
        if values.dtype.kind == "f":
            if self._values.dtype.kind != "f":
                self._values = self._values.astype(np.float64)
            is_known = ~np.isnan(values)
            if self._counts is not None or not is_known.all():
                if self._counts is None:
                    self._counts = np.full(values.shape, self._frames - 1, np.int32)
                self._counts += is_known
                values = np.where(is_known, values, 0)
        elif self._counts is not None:
            self._counts += 1
        self._values += values

    def result(self) -> Array:
        """Return the projection."""
        if not self._is_sum:
            return np.asarray(self._values.astype(self._dtype, copy=False))
        counts: Any = self._frames if self._counts is None else self._counts
        if self._method == "sum":
            found = self._values
            is_small = found.dtype.kind == "i" and self._bound <= np.iinfo(np.int32).max
            found = found.astype(np.int32 if is_small else np.float64, copy=False)
        else:
            with np.errstate(invalid="ignore", divide="ignore"):
                found = self._values / counts
        return found if self._counts is None else np.where(self._counts > 0, found, np.nan)


def _image_like(first: ImageObj, method: str, total: _Total) -> ImageObj:
    from sigima.proc.image.base import dst_1_to_1

    image: ImageObj = dst_1_to_1(first, "projection", f"method={method}")
    image.metadata.pop(FRAME_KEY, None)
    image.data = total.result()
    return image
