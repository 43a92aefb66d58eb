"""Objects that have everything in them, and names as bad as people make them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.notes import NOTES_KEY
from datalab_kernel.objects import _sigima

if TYPE_CHECKING:
    from datalab_kernel.objects import ImageObj, SignalObj

NAMES = (
    "a/b",
    "..",
    ".",
    "%2F",
    'it\'s "quoted"',
    " leading and trailing ",
    "naïve café",
    "信号",
    "إشارة",
    "🔬 microscope",
    "s001: copy",
    "a*b",
    "what?",
    "img[1]",
    "<b>bold</b>&amp;",
    "C:\\data\\x",
    "n" * 1000,
)

IMAGE_DTYPES = (
    "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
    "float16", "float32", "float64", "complex64", "complex128", ">u2", ">f8",
)  # fmt: skip


def metadata() -> dict[str, Any]:
    """Metadata with a value of every type that is kept."""
    return {
        "text": "Größe",
        "empty text": "",
        "number": 3,
        "real": 1.5,
        "nan": float("nan"),
        "complex": 1 + 2j,
        "yes": True,
        "none": None,
        "tuple": (1, 2.0, "three", (4,)),
        "list": [1, None, [True, "x"]],
        "empty list": [],
        "empty dict": {},
        "array": np.arange(6.0).reshape(2, 3),
        "nested": {"a": {"b": None, "c": (1,)}, "d": [{"e": 1}]},
        "date": datetime.date(2024, 2, 29),
        "moment": datetime.datetime(2024, 2, 29, 12, 30, 15, 250000),  # noqa: DTZ001 - naive on purpose
        "a/b": "a slash in a key",
        NOTES_KEY: [{"text": "Found.", "advice": "Look.", "is_guess": True}],
    }


def full_signal(title: str = "signal") -> SignalObj:
    """Make a signal with units, labels, error bars, metadata and unsorted x."""
    x = np.array([0.0, 2.0, 1.0, 3.0, np.inf])
    y = np.array([1.0, np.nan, -np.inf, 4.0, 5.0])
    signal = _sigima.create_signal(
        title, x, y, dx=np.full(5, 0.1), dy=np.full(5, 0.2), units=("s", "V"), labels=("t", "U")
    )
    signal.metadata.update(metadata())
    return signal


def signal_with_roi(title: str = "with roi") -> SignalObj:
    """Make a signal with two segments of interest."""
    signal = _sigima.create_signal(title, np.linspace(0, 10, 50), np.linspace(5, 6, 50))
    signal.roi = _sigima.create_signal_roi([[1.0, 2.0], [4.0, 6.0]])
    return signal


def smooth_signal(title: str = "smooth") -> SignalObj:
    """Make a signal that everything can be computed of."""
    x = np.linspace(0, 10, 101)
    return _sigima.create_signal(title, x, np.sin(x), units=("s", "V"), labels=("t", "U"))


def full_image(title: str = "image", dtype: str = "uint16") -> ImageObj:
    """Make an image with a pixel size, an origin, units, labels, a region and metadata."""
    data = np.arange(48).reshape(6, 8).astype(dtype)
    image = _sigima.create_image(
        title, data, units=("mm", "mm", "cd"), labels=("X", "Y", "Luminance")
    )
    image.set_uniform_coords(0.5, 0.25, x0=10.0, y0=-3.0)
    image.metadata.update(metadata())
    image.roi = _sigima.create_image_roi("circle", [[12.0, -2.0, 1.0]])
    return image


def image_with_coordinates(title: str = "coordinates") -> ImageObj:
    """Make an image whose pixels are not equally spaced."""
    image = _sigima.create_image(title, np.arange(12.0).reshape(3, 4))
    image.set_coords(np.array([0.0, 1.0, 3.0, 7.0]), np.array([0.0, 10.0, 15.0]))
    return image


def masked_image(title: str = "masked") -> ImageObj:
    """Make an image some of whose pixels are masked."""
    data = np.ma.masked_greater(np.arange(12.0).reshape(3, 4), 8.0)
    return _sigima.create_image(title, data)


OBJECTS = (full_signal, signal_with_roi, full_image, image_with_coordinates, masked_image)
"""What makes an object of each sort; together they have everything in them."""
