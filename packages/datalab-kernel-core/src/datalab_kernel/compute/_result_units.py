"""The units of a result, and the axes of images: right where Sigima leaves them.

Values are never touched. ``units`` knows the formulas.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from datalab_kernel.compute._operand_units import AS_THEY_ARE, CALIBRATION
from datalab_kernel.objects._fields import value_of
from datalab_kernel.objects._result_columns import units_of
from datalab_kernel.objects._time_axes import forget_times
from datalab_kernel.units import IMAGE_RULES, SIGNAL_RULES, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datalab_kernel.compute._function import Function

SPECTRA = frozenset({"fft", "magnitude_spectrum", "phase_spectrum", "psd"})
TRANSFORMS = SPECTRA | {"ifft"}
CUTS = frozenset({"extract_roi", "extract_rois"})
PROFILES = frozenset({"average_profile", "line_profile", "radial_profile", "segment_profile"})
"""Signals along an image, whose x counts pixels."""
PIXEL = "px"


def describe(
    function: Function, inputs: Sequence[Any], parameters: Any, value: Any, units: str = ""
) -> None:
    """Give a computed object the units of its formula, and axes that its values have.

    Parameters
    ----------
    function, inputs, parameters
        What was called, and with what.
    value
        The object that it gave; its description is changed.
    units
        What was asked for: of ``calibration``, the unit that it goes to.
    """
    name = function.name
    if name in (SIGNAL_RULES if function.kind == "signal" else IMAGE_RULES):
        for letter, unit in unit_of(name, [*map(units_of, inputs)], parameters).items():
            _set_unit(value, f"{letter}unit", unit)
    if name == CALIBRATION and units not in ("", AS_THEY_ARE):
        setattr(value, f"{parameters.axis}unit", units)
    set_axes = _AXES.get((function.kind, name))
    if set_axes is not None:
        set_axes(inputs[0], value, parameters)


def _set_unit(value: Any, name: str, unit: str) -> None:
    if value_of(value, name) != unit:  # guidata takes longer to set than to look
        setattr(value, name, unit)


def _forget_regions(_signal: Any, value: Any, _parameters: Any) -> None:
    """Take from a spectrum, or what comes of one, the regions along the other axis."""
    value.roi = None


def _set_frequencies(image: Any, value: Any, parameters: Any) -> None:
    """Give an image of frequencies its axes: 0 is in the middle, or first."""
    is_shifted = getattr(parameters, "shift", True)
    for letter, count in zip("yx", value.data.shape, strict=True):
        step = 1 / (count * _step(image, letter))
        value.metadata[f"orig_{letter}0"] = float(getattr(image, f"{letter}0"))
        value.metadata[f"orig_d{letter}"] = _step(image, letter)
        _set_axis(value, letter, -(count // 2) * step if is_shifted else 0.0, step)
        if not image.is_uniform_coords:
            setattr(value, f"{letter}unit", f"1/{PIXEL}")
    _forget_places(value)


def _set_places(image: Any, value: Any, _parameters: Any) -> None:
    """Give what was made of an image of frequencies its axes again."""
    if not all(f"orig_d{letter}" in image.metadata for letter in "xy"):
        return  # not ours: DataLab's spectra keep the axes of the image
    for letter, count in zip("yx", value.data.shape, strict=True):
        before = float(value.metadata.pop(f"orig_d{letter}"))
        step = 1 / (count * _step(image, letter))
        is_same = math.isclose(step, before, rel_tol=1e-9)
        _set_axis(
            value, letter, float(value.metadata.pop(f"orig_{letter}0")), before if is_same else step
        )
    _forget_places(value)


def _move_to_first_bin(image: Any, value: Any, parameters: Any) -> None:
    """Put the origin in the middle of the first bin; Sigima leaves it in that of the first pixel."""
    if parameters.change_pixel_size and value.is_uniform_coords:
        value.x0 = image.x0 + image.dx * (parameters.sx - 1) / 2
        value.y0 = image.y0 + image.dy * (parameters.sy - 1) / 2


def _move_to_first_pixel(image: Any, value: Any, parameters: Any) -> None:
    """Put a cut-out image where it was; Sigima adds the place of the region to the image's own."""
    regions = parameters if isinstance(parameters, list) else [parameters]
    boxes = [one.get_bounding_box_indices(image) for one in regions if one is not None]
    if not boxes:
        return
    column, row = (max(0, min(box[axis] for box in boxes)) for axis in (0, 1))
    rows, columns = value.data.shape
    if image.is_uniform_coords:
        value.x0, value.y0 = image.x0 + column * image.dx, image.y0 + row * image.dy
    else:
        x, y = image.xcoords[column : column + columns], image.ycoords[row : row + rows]
        value.set_coords(x.copy(), y.copy())


def _set_axis(value: Any, letter: str, start: float, step: float) -> None:
    setattr(value, f"{letter}0", start)
    setattr(value, f"d{letter}", step)
    setattr(value, f"{letter}scalemin", None)
    setattr(value, f"{letter}scalemax", None)
    forget_times(value.metadata, letter)


def _forget_places(value: Any) -> None:
    """Take from an image what lies at places of another one: coordinates, regions of interest."""
    value.set_uniform_coords(value.dx, value.dy, value.x0, value.y0)
    value.roi = None


def _step(image: Any, letter: str) -> float:
    """Return the size of a pixel; 1 where pixels differ, or have none."""
    step = float(getattr(image, f"d{letter}")) if image.is_uniform_coords else 1.0
    return step if math.isfinite(step) and step != 0 else 1.0


def _set_distances(image: Any, value: Any, parameters: Any) -> None:
    """Say that x of a profile counts pixels, unless that is what the image's axis does."""
    along_axis = hasattr(parameters, "direction")
    letters = "xy"
    if along_axis:
        letters = "y" if parameters.direction == "vertical" else "x"
        value.xlabel = getattr(image, f"{letters}label")
    units = [getattr(image, f"{letter}unit") or "" for letter in letters]
    is_counted = image.is_uniform_coords and all(
        getattr(image, f"d{letter}") == 1 and (not along_axis or getattr(image, f"{letter}0") == 0)
        for letter in letters
    )
    is_same = is_counted and len({*units}) == 1
    value.xunit = units[0] if is_same or not any(units) else PIXEL


_AXES: Mapping[tuple[str, str], Callable[[Any, Any, Any], None]] = {
    **{("signal", name): _forget_regions for name in TRANSFORMS},
    **{("image", name): _set_frequencies for name in SPECTRA},
    ("image", "ifft"): _set_places,
    ("image", "binning"): _move_to_first_bin,
    **{("image", name): _move_to_first_pixel for name in CUTS},
    **{("image", name): _set_distances for name in PROFILES},
}
"""What sets the axes of results that Sigima leaves as they were."""
