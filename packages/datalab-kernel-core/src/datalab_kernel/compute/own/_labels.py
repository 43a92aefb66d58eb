"""Images of labels: whole numbers that say to which region a pixel belongs, 0 to none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import OperandError

if TYPE_CHECKING:
    from sigima.objects import ImageObj

    Array = np.ndarray[Any, Any]

__all__ = ["as_labels", "excluded", "image_of_labels"]

_MOST = np.iinfo(np.int32).max


def excluded(image: ImageObj) -> Array | None:
    """Return which pixels count for nothing: those beyond regions of interest, and without a value.

    None if all of them count.
    """
    masks = []
    if image.data.dtype.kind == "f" and not np.isfinite(image.data).all():
        masks.append(~np.isfinite(image.data))
    if image.roi is not None and (beyond := image.maskdata) is not None:
        masks.append(np.asarray(beyond, dtype=bool))
    return np.logical_or.reduce(masks) if masks else None


def as_labels(image: ImageObj, function: str) -> Array:
    """Return the labels of an image, of integers; 0 where pixels count for nothing.

    Raises
    ------
    OperandError
        If its values aren't labels.
    """
    data = np.asarray(image.data)
    beyond = excluded(image)
    if beyond is not None:
        data = np.where(beyond, 0, data)
    is_whole = data.dtype.kind in "biu" or (data.dtype.kind == "f" and bool((data % 1 == 0).all()))
    if not is_whole or (data.size and (data.min() < 0 or data.max() > _MOST)):
        message = (
            f"{function} takes an image of labels (whole numbers, 0 is the background), and "
            f"{image.title!r} has other values. calc('label_regions', on={image.title!r}) makes one."
        )
        raise OperandError(message, function=function, names=[image.title])
    return data if data.dtype.kind in "iu" else data.astype(np.int32)


def image_of_labels(source: ImageObj, function: str, suffix: str | None, labels: Array) -> ImageObj:
    """Return an image like another one, but of labels."""
    from sigima.proc.image.base import dst_1_to_1

    image: ImageObj = dst_1_to_1(source, function, suffix)
    image.data = labels.astype(np.int32, copy=False)
    image.zlabel, image.zunit = "Label", ""
    return image
