"""Finding regions in images: above a threshold, and those that touch apart (scikit-image)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import guidata.dataset as gds
import numpy as np

from datalab_kernel.compute.own._declaration import own_function
from datalab_kernel.compute.own._inputs import check_real
from datalab_kernel.compute.own._labels import as_labels, excluded, image_of_labels
from datalab_kernel.compute.own._pixels import pixels_of

if TYPE_CHECKING:
    from sigima.objects import ImageObj

Array = np.ndarray[Any, Any]
METHODS = ("otsu", "isodata", "li", "mean", "minimum", "triangle", "yen")


class LabelRegionsParam(gds.DataSet):  # type: ignore[misc] # guidata has no types
    """Parameters of :func:`label_regions`."""

    threshold = gds.FloatItem(
        "Threshold",
        default=None,
        check=False,
        help="Pixels above it are in regions; None: found by the method",
    )
    method = gds.ChoiceItem(
        "Method",
        [(name, name) for name in METHODS],
        default="otsu",
        help="How the threshold is found in the values",
    )
    dark = gds.BoolItem("Dark", default=False, help="Whether regions are below the threshold")
    sigma = gds.FloatItem(
        "Smoothing",
        default=0.0,
        min=0,
        unit="pixels",
        help="Standard deviation of the Gaussian that smooths values before",
    )
    fill_holes = gds.BoolItem("Fill holes", default=True, help="Whether holes belong to regions")
    clear_border = gds.BoolItem(
        "Clear border", default=False, help="Whether regions that touch the border are left out"
    )
    min_area = gds.FloatItem(
        "Least area",
        default=0.0,
        min=0,
        help="Smaller regions are left out, in the axes' unit squared",
    )
    connectivity = gds.IntItem(
        "Connectivity",
        default=2,
        min=1,
        max=2,
        help="1: pixels of a region share sides; 2: corners do too",
    )


@own_function("image", parameters=LabelRegionsParam)
def label_regions(src: ImageObj, p: LabelRegionsParam) -> ImageObj:
    """Find the regions above a threshold (cells, particles) and number them: an image of labels.

    Its pixels are 0 in the background, and the number of their region elsewhere. Masked pixels, NaN
    and what is beyond the regions of interest count for nothing. Images of two values, such as masks,
    are taken as they are. ``watershed_split`` parts regions that touch, ``region_properties``
    measures them.

    Parameters
    ----------
    src
        Bright regions on a dark background, or the other way round.
    p
        The threshold, and what is left out.
    """
    from scipy import ndimage
    from skimage.measure import label

    values, is_known = _values(src)
    threshold = _threshold(src, values[is_known], p)
    if p.sigma and values.size:
        values = ndimage.gaussian_filter(values.astype(float), p.sigma)
    mask = (values < threshold if p.dark else values > threshold) & is_known
    if p.fill_holes:
        mask = ndimage.binary_fill_holes(mask) & is_known
    labels = label(mask, connectivity=p.connectivity) if mask.size else mask.astype(np.int32)
    if p.clear_border:
        from skimage.segmentation import clear_border

        labels = clear_border(labels)
    if p.min_area:
        counts = np.bincount(labels.ravel())
        is_small = counts * pixels_of(src, "label_regions").area < p.min_area
        labels[is_small[labels]] = 0
    image = image_of_labels(src, "label_regions", f"threshold={threshold:.6g}", _renumbered(labels))
    image.metadata["threshold"] = threshold
    return image


def _values(src: ImageObj) -> tuple[Array, Array]:
    """Return the values and which of them count; the others have the median of these."""
    check_real("label_regions", src, "values")
    values = np.asarray(src.data)
    beyond = excluded(src)
    if beyond is None:
        return values, np.ones(values.shape, dtype=bool)
    if beyond.all():
        return np.zeros(values.shape), ~beyond
    return np.where(beyond, np.median(values[~beyond]), values), ~beyond


def _threshold(src: ImageObj, known: Array, p: LabelRegionsParam) -> float:
    """Return the threshold that was given, or that the method finds."""
    if p.threshold is not None:
        return float(p.threshold)
    if not known.size:
        return math.inf
    low, high = known.min(), known.max()
    if ((known == low) | (known == high)).all():  # a mask, or a constant
        return float(low) / 2 + float(high) / 2
    from skimage import filters

    if p.sigma:
        from scipy import ndimage

        beyond = excluded(src)
        smooth = ndimage.gaussian_filter(_values(src)[0].astype(float), p.sigma)
        known = smooth.ravel() if beyond is None else smooth[~beyond]
    try:
        return float(getattr(filters, f"threshold_{p.method}")(known))
    except RuntimeError as error:
        message = f"method={p.method!r} finds no threshold in {src.title!r}: {error}"
        raise ValueError(message) from error


def _renumbered(labels: Array) -> Array:
    """Return labels from 1 on, without gaps, in the order of the first pixels."""
    from skimage.segmentation import relabel_sequential

    return np.asarray(relabel_sequential(labels)[0])


class WatershedSplitParam(gds.DataSet):  # type: ignore[misc] # guidata has no types
    """Parameters of :func:`watershed_split`."""

    min_distance = gds.FloatItem(
        "Least distance",
        default=None,
        min=0,
        check=False,
        help="Between the centres of parts, in the axes' unit; None: 0.7 times the radius of the "
        "median region",
    )


@own_function("image", parameters=WatershedSplitParam)
def watershed_split(src: ImageObj, p: WatershedSplitParam) -> ImageObj:
    """Part regions that touch, at their necks: a watershed of the distance to their edge.

    A part begins where this distance is greatest, at least ``min_distance`` from the beginning of
    another one. Long or ragged regions may be parted too often; a greater distance leaves them
    whole. Pixels need not be square. Labels are numbered anew.

    Parameters
    ----------
    src
        An image of labels, or a mask.
    p
        The least distance of parts.
    """
    from scipy import ndimage

    labels = as_labels(src, "watershed_split")
    sides = pixels_of(src, "watershed_split").sides
    if labels.size and labels.max() == labels[labels > 0].min(initial=labels.max()):
        labels = ndimage.label(labels > 0, structure=np.ones((3, 3)))[0]  # a mask
    split = np.zeros(labels.shape, dtype=np.int32)
    distance = p.min_distance
    if distance is None:
        counts = np.bincount(labels.ravel())[1:] if labels.size else np.zeros(0)
        counts = counts[counts > 0]
        area = float(np.median(counts)) * sides[0] * sides[1] if counts.size else 0.0
        distance = 0.7 * math.sqrt(area / math.pi)
    last = 0
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        if box is None:
            continue
        is_inside = labels[box] == number
        parts = _parts(is_inside, sides, distance)
        split[box][is_inside] = parts[is_inside] + last
        last += int(parts.max())
    suffix = None if p.min_distance is None else f"min_distance={p.min_distance:g}"
    return image_of_labels(src, "watershed_split", suffix, split)


def _parts(is_inside: Array, sides: tuple[float, float], distance: float) -> Array:
    """Return the parts of one region, numbered from 1 on."""
    from scipy import ndimage

    depth = ndimage.distance_transform_edt(np.pad(is_inside, 1), sampling=sides)[1:-1, 1:-1]
    is_peak = is_inside & (depth == ndimage.maximum_filter(depth, size=3))
    rows, columns = np.nonzero(is_peak)
    order = np.argsort(-depth[rows, columns], kind="stable")
    places = np.stack([rows, columns], axis=1)[order]
    chosen = _apart(places * np.array(sides), distance)
    if len(chosen) < 2:  # noqa: PLR2004 - parts
        return is_inside.astype(np.int32)
    from skimage.segmentation import watershed

    markers = np.zeros(depth.shape, dtype=np.int32)
    for number, place in enumerate(places[chosen], start=1):
        markers[tuple(place)] = number
    return np.asarray(watershed(-depth, markers, mask=is_inside))


def _apart(places: Array, distance: float) -> list[int]:
    """Choose places in their order, each at least so far from all that were chosen before."""
    chosen: list[int] = []
    left = np.arange(len(places))
    while len(left):
        chosen.append(int(left[0]))
        is_far = np.hypot(*(places[left] - places[left[0]]).T) >= max(distance, 1e-300)
        left = left[is_far]
    return chosen
