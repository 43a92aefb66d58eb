"""The pixels of images as regions in them are measured by: their size, unit and place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import OperandError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sigima.objects import ImageObj

_CLOSE = 1e-9
"""How much the sizes of pixels that are the same may differ, as a part of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """Where pixels are, and how large they are, in ``unit``: signed steps, and the first one's centre."""

    dx: float
    dy: float
    x0: float
    y0: float
    unit: str

    @property
    def area(self) -> float:
        """The area of one."""
        return abs(self.dx * self.dy)

    @property
    def sides(self) -> tuple[float, float]:
        """The height and the width of one, as arrays count their axes."""
        return abs(self.dy), abs(self.dx)


def pixels_of(image: ImageObj, function: str) -> Pixels:
    """Return an image's pixels.

    Raises
    ------
    OperandError
        If they aren't all of one size, or x and y are in different units.
    """
    if not image.is_uniform_coords:
        message = (
            f"{function} measures pixels of one size, and those of {image.title!r} differ. "
            "calc('resampling', …) makes them the same."
        )
        raise OperandError(message, function=function, names=[image.title])
    units = [image.xunit or "", image.yunit or ""]
    if units[0] != units[1]:
        message = (
            f"{function} measures in one unit, and x of {image.title!r} is in {units[0]!r}, y in "
            f"{units[1]!r}. Bring them into one: calc('calibration', axis='y', a=…), or set yunit."
        )
        raise OperandError(message, function=function, names=[image.title])
    dx, dy = (step if math.isfinite(step) and step else 1.0 for step in (image.dx, image.dy))
    return Pixels(dx=dx, dy=dy, x0=image.x0, y0=image.y0, unit=units[0])


def check_same_pixels(images: Sequence[ImageObj], function: str) -> None:
    """Check that images have the same pixels at the same places.

    Raises
    ------
    OperandError
        If they haven't; it says of the first that differs how.
    """
    first = images[0]
    for other in images[1:]:
        if difference := _difference(first, other):
            message = (
                f"{function} takes images of the same pixels: {first.title!r} and "
                f"{other.title!r} have {difference}."
            )
            raise OperandError(message, function=function, names=[first.title, other.title])


def _axes_advice(first: ImageObj, other: ImageObj, units: Sequence[str]) -> str:
    """Say how an array, which has no axes of its own, gets those of the other image."""
    if all(units):
        return "; calc('calibration', …) brings them into one unit"
    like = (first if units[0] else other).title
    return f"; an array gets the axes by twin = workspace[{like!r}]; twin.data = array"


def _difference(first: ImageObj, other: ImageObj) -> str:
    """Say in what the pixels of two images differ, and what helps."""
    shapes = first.data.shape, other.data.shape
    if shapes[0] != shapes[1]:
        return f"shapes {shapes[0]} and {shapes[1]}; calc('extract_roi', …) cuts them to one size"
    if first.is_uniform_coords != other.is_uniform_coords:
        return "different axes; calc('resampling', …) brings them onto one"
    for letter in "xy":
        units = [getattr(one, f"{letter}unit") or "" for one in (first, other)]
        if units[0] != units[1]:
            return f"{letter} in {units[0]!r} and {units[1]!r}{_axes_advice(first, other, units)}"
    if not first.is_uniform_coords:
        return ""
    for name in ("dx", "dy", "x0", "y0"):
        values: list[Any] = [getattr(one, name) for one in (first, other)]
        slack = _CLOSE * abs(first.dx if "x" in name else first.dy)
        if not math.isclose(*values, rel_tol=_CLOSE, abs_tol=slack):
            found = f"{name} = {values[0]:g} and {values[1]:g}"
            return f"{found}; calc('resampling', …) brings them onto one"
    return ""
