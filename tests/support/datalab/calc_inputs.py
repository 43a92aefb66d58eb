"""The objects that cases compute of: what measurements look like, and what functions need."""

import numpy as np
from sigima import create_image, create_image_roi, create_signal, create_signal_roi
from sigima.objects import ImageObj, SignalObj
from sigima.params import ContourShapeParam, FWHMParam
from sigima.proc import image as images
from sigima.proc import signal as signals

Objects = dict[str, SignalObj | ImageObj]


def inputs() -> Objects:
    """Return all of them by name; the same ones each time."""
    return signals_alone() | _images()


def _signal(x, y, seed: int = 0) -> SignalObj:
    noise = 0.01 * np.random.default_rng(seed).normal(size=x.size)
    made = create_signal("", x, y + noise, units=("s", "V"), labels=("Time", "Voltage"))
    made.metadata["note"] = f"seed {seed}"
    return made


def _peaks() -> Objects:
    x = np.linspace(0, 10, 256)
    bell = np.exp(-((x - 5) ** 2))
    short = np.linspace(0, 10, 100)
    return {
        "peak": _signal(x, 2 + bell),
        "peak 2": _signal(x, 1 + 3 * bell, seed=1),
        "short peak": _signal(short, 1 + np.exp(-((short - 4) ** 2)), seed=2),
        "moved peak": _signal(x + 1, 1 + bell, seed=3),
    }


def signals_alone() -> Objects:
    """Return the signals; they need no scikit-image."""
    x = np.linspace(0, 10, 256)
    bell = np.exp(-((x - 5) ** 2))
    turn = np.linspace(0, 1, 256, endpoint=False)
    f = np.linspace(1, 1e4, 1000)
    objects = {
        **_peaks(),
        "sine": _signal(turn, np.sin(2 * np.pi * 5 * turn) + 0.1 * np.sin(2 * np.pi * 10 * turn)),
        "decay": _signal(x, 0.5 + 4 * np.exp(-x / 2), seed=4),
        "step": _signal(x, 1 + 5 / (1 + np.exp(-8 * (x - 5))), seed=5),
        "pulse": _signal(x, 1 + 4.0 * ((x > 3) & (x < 6)), seed=6),
        "black body": create_signal("", x + 0.2, 5 / ((x + 0.2) ** 5 * np.expm1(6 / (x + 0.2)))),
        "low-pass": create_signal("", f, -20 * np.log10(np.sqrt(1 + (f / 1000) ** 2))),
        "ramp": _signal(x, 3 * x, seed=7),
        "kernel": create_signal("", x[:256], np.exp(-((x - 5) ** 2) / 0.1)),
        "gaps": create_signal("", x, np.where(x < 1, np.nan, np.where(x > 9, np.inf, bell))),
        "error bars": create_signal("", x, bell, np.full(256, 0.01), 0.1 * bell),
    }
    objects["signal regions"] = _signal(x, 2 + bell, seed=8)
    _furnish_signal(objects["signal regions"])
    for more in ("", " regions"):
        start = objects["signal regions" if more else "peak"]
        objects[f"spectrum{more}"] = signals.fft(start)
        objects[f"fitted{more}"] = signals.gaussian_fit(start)
    return objects


def _furnish_signal(signal: SignalObj) -> None:
    signal.roi = create_signal_roi([[2, 4.5], [4, 8]])
    signal.metadata.update({"gain": 2.5, "settings": {"channels": [1, 2], "mode": "AC"}})
    signal.metadata["Table_stats_dict"] = signals.stats(signal).to_dict()
    signal.metadata["Geometry_fwhm_dict"] = signals.fwhm(signal, FWHMParam()).to_dict()


def _image(data, dtype: str = "float64", **options) -> ImageObj:
    names = {"units": ("mm", "mm", "lsb"), "labels": ("X", "Y", "Counts")}
    made = create_image("", data.astype(dtype), **(names | options))
    made.metadata["note"] = f"as {dtype}"
    return made


def _images() -> Objects:
    rng = np.random.default_rng(20)
    y, x = np.mgrid[:48, :64]
    spot = 100 + 50 * np.exp(-((x - 30) ** 2 + (y - 20) ** 2) / 60)
    noisy = spot + rng.normal(size=spot.shape)
    rings = sum(
        np.exp(-((np.hypot(x - cx, y - cy) - r) ** 2) / 2)
        for cx, cy, r in ((20, 20, 8), (44, 28, 11))
    )
    spots = sum(
        np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * s * s))
        for cx, cy, s in ((12, 12, 4), (44, 16, 5), (26, 35, 4.5))
    )
    plain_spot = np.exp(-((x - 32) ** 2 + (y - 24) ** 2) / 20)
    objects = {
        "spot": _image(noisy),
        "spot 2": _image(0.5 * noisy + rng.normal(size=spot.shape)),
        "spot uint8": _image(noisy, "uint8"),
        "spot 2 uint8": _image(noisy - 90, "uint8"),
        "spot int16": _image(noisy - 120, "int16"),
        "spot uint16": _image(noisy * 300, "uint16"),
        "spot float32": _image(noisy, "float32"),
        "unit": _image((noisy - 100) / 60),
        "rings": _image(rings),
        "spots": _image(1000 * spots),
        "dark spots": _image(250 * (1 - spots), "uint8"),
        "kernel image": _image(plain_spot / plain_spot.sum()),
        "gaps image": _image(np.where(x < 5, np.nan, np.where(y > 40, np.inf, noisy))),
        "image spectrum": images.fft(_image(noisy)),
    }
    objects["calibrated"] = _image(noisy)
    objects["calibrated"].set_uniform_coords(0.5, 0.25, 10.0, -3.0)
    objects["grid"] = _image(noisy)
    objects["grid"].set_coords(np.linspace(0, 8, 64) ** 2, np.linspace(1, 5, 48) ** 1.5)
    for dtype in ("float64", "uint16"):
        name = "image regions" if dtype == "float64" else "image regions uint16"
        objects[name] = _image(noisy, dtype)
        _furnish_image(objects[name])
    objects["unit regions"] = _image((noisy - 100) / 60)
    _furnish_image(objects["unit regions"])
    objects["ellipses"] = _image(spots)
    found = images.contour_shape(objects["ellipses"], ContourShapeParam.create(shape="ELLIPSE"))
    objects["ellipses"].metadata["Geometry_contour_shape_dict"] = found.to_dict()
    return objects


def _furnish_image(image: ImageObj) -> None:
    image.set_uniform_coords(0.5, 0.25, 10.0, -3.0)
    roi = create_image_roi("rectangle", [[13.0, -1.0, 8.0, 5.0]])
    roi.add_roi(create_image_roi("circle", [[26.0, 1.5, 3.0]]))
    roi.add_roi(create_image_roi("polygon", [[30, -2, 40, -2, 38, 6, 31, 5]]))
    image.roi = roi
    image.metadata.update({"exposure": 0.25, "camera": {"binning": [2, 2], "name": "A"}})
    image.metadata["Table_stats_dict"] = images.stats(image).to_dict()
    image.metadata["Geometry_centroid_dict"] = images.centroid(image).to_dict()
    contour = images.contour_shape(image, ContourShapeParam.create(shape="CIRCLE"))
    image.metadata["Geometry_contour_shape_dict"] = contour.to_dict()
