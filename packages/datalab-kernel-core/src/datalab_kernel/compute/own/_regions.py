"""What regions measure: their size, shape and place, and the values in them (scikit-image)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import guidata.dataset as gds
import numpy as np

from datalab_kernel.compute.own._declaration import own_function
from datalab_kernel.compute.own._inputs import check_real
from datalab_kernel.compute.own._labels import as_labels
from datalab_kernel.compute.own._pixels import check_same_pixels, pixels_of

if TYPE_CHECKING:
    from sigima.objects import ImageObj, TableResult

    from datalab_kernel.compute.own._pixels import Pixels

Array = np.ndarray[Any, Any]
_MEASURED = (
    *("label", "area", "centroid", "orientation", "eccentricity"),
    *("axis_major_length", "axis_minor_length"),
)
"""What scikit-image measures."""


class RegionPropertiesParam(gds.DataSet):  # type: ignore[misc] # guidata has no types
    """Parameters of :func:`region_properties`."""

    min_area = gds.FloatItem(
        "Least area",
        default=0.0,
        min=0,
        help="Smaller regions are left out, in the axes' unit squared",
    )


@own_function("image", pattern="1-to-0", parameters=RegionPropertiesParam, may_take_operand=True)
def region_properties(
    src: ImageObj, intensity: ImageObj | None, p: RegionPropertiesParam
) -> TableResult | None:
    """Measure each region of an image of labels, and the values of another image in it (operand=).

    A row for each region: its label, the centre x and y, area, perimeter, the diameter of a circle
    of this area, the axes of the ellipse with its second moments, their eccentricity, and its
    orientation, the angle of the longer one in degrees, counted from x towards y, from -90 to 90.
    With operand= the least, mean and greatest value, and their sum. Lengths are in the axes' unit,
    also of pixels that aren't square. Masked pixels, NaN and what is beyond the regions of interest
    are left out. Several of these don't make several tables: a cell in two of them is one cell.

    Parameters
    ----------
    src
        Of labels, as ``label_regions`` makes them.
    intensity
        Of the same pixels, such as the original image.
    p
        Which regions are left out.
    """
    from sigima.objects import NO_ROI, TableResult

    labels = as_labels(src, "region_properties")
    pixels = pixels_of(src, "region_properties")
    if intensity is not None:
        check_same_pixels([src, intensity], "region_properties")
    columns = _columns(labels, pixels)
    if intensity is not None:
        columns |= _intensities(labels, columns["label"], intensity)
    is_large = columns["area"] >= p.min_area
    if not is_large.any():
        return None
    rows = zip(*(column[is_large].tolist() for column in columns.values()), strict=True)
    data = [list(row) for row in rows]
    return TableResult(
        title="Region properties",
        headers=[*columns],
        data=data,
        roi_indices=[NO_ROI] * len(data),
        func_name="region_properties",
    )


def _columns(labels: Array, pixels: Pixels) -> dict[str, Array]:
    from skimage.measure import regionprops_table

    found = regionprops_table(labels, properties=_MEASURED, spacing=pixels.sides)
    if "axis_major_length" not in found:  # nothing was found
        found = {**dict.fromkeys((*_MEASURED, "centroid-0", "centroid-1"), np.zeros(0))}
    height, width = pixels.sides
    angles = 90.0 - np.degrees(found["orientation"])
    angles = np.where(pixels.dx * pixels.dy < 0, -angles, angles)
    area = np.asarray(found["area"], dtype=float)
    return {
        "label": np.asarray(found["label"], dtype=np.int64),
        "x": pixels.x0 + pixels.dx / width * found["centroid-1"],
        "y": pixels.y0 + pixels.dy / height * found["centroid-0"],
        "area": area,
        "perimeter": _perimeters(labels, pixels)[np.asarray(found["label"], dtype=np.int64)],
        "equivalent_diameter": np.sqrt(4 * area / math.pi),
        "axis_major": np.asarray(found["axis_major_length"], dtype=float),
        "axis_minor": np.asarray(found["axis_minor_length"], dtype=float),
        "eccentricity": np.asarray(found["eccentricity"], dtype=float),
        "orientation": 90.0 - (90.0 - angles) % 180.0,
    }


def _perimeters(labels: Array, pixels: Pixels) -> Array:
    """Return the perimeter of each label, by how often lines in four directions leave its region.

    Crofton's formula, as scikit-image's ``perimeter_crofton`` has it for square pixels; each
    direction stands for the angles that are nearest to it.

    References
    ----------
    Legland, Kiêu, Devaux: Computation of Minkowski measures on 2D and 3D binary images, Image
    Anal. Stereol. 26 (2007) 83-92.
    """
    height, width = pixels.sides
    padded = np.pad(labels, 1)
    count = int(labels.max(initial=0)) + 1
    inner = padded[1:-1, 1:-1]
    slope = math.atan2(height, width)
    between = width * height / math.hypot(width, height)
    directions = (
        (padded[1:-1, 2:], height, slope),
        (padded[2:, 1:-1], width, math.pi / 2 - slope),
        (padded[2:, 2:], between, math.pi / 4),
        (padded[2:, :-2], between, math.pi / 4),
    )
    total = np.zeros(count)
    for next_one, distance, angle in directions:
        left = np.bincount(inner[inner != next_one], minlength=count)
        total += angle * distance * left
    return total


def _intensities(labels: Array, numbers: Array, image: ImageObj) -> dict[str, Array]:
    """Return the least, mean and greatest value of each region and their sum, NaN left out."""
    from scipy import ndimage

    check_real("region_properties", image, "intensities")
    values = np.asarray(image.data)
    is_counted = labels > 0
    if values.dtype.kind == "f":
        is_counted &= ~np.isnan(values)
    inside, weights = labels[is_counted], values[is_counted].astype(float)
    count = int(labels.max(initial=0)) + 1
    counts = np.bincount(inside, minlength=count)[numbers]
    sums = np.bincount(inside, weights=weights, minlength=count)[numbers]
    is_known = counts > 0
    with np.errstate(invalid="ignore"):
        means = sums / counts
    low, high = (
        np.where(is_known, np.asarray(extreme(weights, inside, numbers), dtype=float), np.nan)
        if len(numbers)
        else np.zeros(0)
        for extreme in (ndimage.minimum, ndimage.maximum)
    )
    return {
        "intensity_min": low,
        "intensity_mean": means,
        "intensity_max": high,
        "intensity_sum": np.where(is_known, sums, np.nan),
    }
