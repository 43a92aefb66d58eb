"""Examples that are computed: of each, what is in it is known, and the same comes on every machine.

They are made as a detector would: a model with the field's numbers, its optics, its shot noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel.objects import DataObject

    Array = np.ndarray[Any, Any]

__all__ = ["decay", "microscopy", "spectroscopy"]

SEED = 20_261_129
ORIGIN = "Synthesised by datalab-kernel, the same on every machine"

LIFETIME_NS = 4.1
"""Of fluorescein in water."""
TOLUENE = {
    521.7: 0.25, 786.5: 0.75, 1003.6: 1.0, 1030.6: 0.3, 1211.4: 0.25, 1379.0: 0.12, 1605.1: 0.2,
}  # fmt: skip
CYCLOHEXANE = {426.3: 0.12, 801.3: 1.0, 1028.3: 0.45, 1157.6: 0.12, 1266.4: 0.4, 1444.4: 0.35}
"""Raman shifts in 1/cm (ASTM E1840) and heights."""
NUCLEI = 24
PIXEL_UM = 0.325


def decay() -> Mapping[str, DataObject]:
    """Fluorescence decay of 4.1 ns by counted photons, and the instrument's own response."""
    from datalab_kernel.objects import create_signal

    rng = np.random.default_rng(SEED)
    step_ns = 0.025
    time_ns = step_ns * np.arange(1000)
    response = np.exp(-0.5 * ((time_ns - 2.0) / 0.1) ** 2)
    model = np.convolve(response / response.sum(), np.exp(-time_ns / LIFETIME_NS))[: time_ns.size]
    counted = {
        "decay": rng.poisson(5000 * model + 6).astype(float),
        "instrument response": rng.poisson(8000 * response + 1).astype(float),
    }
    made: dict[str, DataObject] = {
        name: create_signal(
            name,
            time_ns,
            counts,
            dy=np.sqrt(np.maximum(counts, 1)),
            units=("ns", "counts"),
            labels=("Time", "Photons"),
            metadata={"origin": ORIGIN},
        )
        for name, counts in counted.items()
    }
    made["decay"].metadata["lifetime (ns)"] = LIFETIME_NS
    return made


def spectroscopy() -> Mapping[str, DataObject]:
    """Raman spectra of toluene in cyclohexane, 0 to 100 %, on a background; a cosmic ray in one."""
    from datalab_kernel.objects import create_signal

    rng = np.random.default_rng(SEED)
    shift = np.linspace(350, 1700, 901)
    found: dict[str, DataObject] = {}
    for percent in range(0, 101, 10):
        share = percent / 100
        bands = share * _bands(shift, TOLUENE) + (1 - share) * _bands(shift, CYCLOHEXANE)
        background = rng.uniform(0.8, 1.2) * (250 + 900 * np.exp(-(shift - 350) / 600))
        counts = rng.poisson(2000 * bands + background).astype(float)
        if percent == 40:  # noqa: PLR2004 - one of them
            counts[np.searchsorted(shift, 1320) + np.arange(2)] += 3800, 1500
        name = f"raman {percent:03} %"
        found[name] = create_signal(
            name,
            shift,
            counts,
            units=("1/cm", "counts"),
            labels=("Raman shift", "Intensity"),
            metadata={"origin": ORIGIN, "toluene (%)": percent},
        )
    return found


def _bands(shift: Array, bands: Mapping[float, float]) -> Array:
    """Return Lorentzian bands, 9 wide at half height."""
    half = 4.5
    parts = [high / (1 + ((shift - place) / half) ** 2) for place, high in bands.items()]
    total: Array = np.sum(parts, axis=0)
    return total


def microscopy() -> Mapping[str, DataObject]:
    """Fluorescence image of 24 cell nuclei, 0.325 µm a pixel, two pairs of which touch."""
    from scipy.ndimage import gaussian_filter

    from datalab_kernel.objects import create_image

    rng = np.random.default_rng(SEED)
    size = 320
    row, column = np.mgrid[:size, :size].astype(float)
    light = np.zeros((size, size))
    for y, x in _places(rng, size):
        long, short = rng.uniform(14, 18), rng.uniform(10, 13)
        angle = rng.uniform(0, np.pi)
        along = ((column - x) * np.cos(angle) + (row - y) * np.sin(angle)) / long
        across = ((row - y) * np.cos(angle) - (column - x) * np.sin(angle)) / short
        inside = along**2 + across**2 < 1
        texture = gaussian_filter(rng.normal(0, 1, light.shape), 2.5) * 4
        nucleus = rng.uniform(500, 1100) * (1 + 0.15 * texture)
        light = np.where(inside, np.maximum(light, nucleus), light)
    background = 120 + 80 * np.exp(-((column - 200) ** 2 + (row - 130) ** 2) / (2 * 130**2))
    counts = rng.poisson(gaussian_filter(light, 1.4) + background) + rng.normal(0, 3, light.shape)
    image = create_image(
        "nuclei",
        np.clip(np.rint(counts), 0, 4095).astype(np.uint16),
        units=("µm", "µm", "counts"),
        labels=("x", "y", "Fluorescence"),
        metadata={"origin": ORIGIN, "nuclei": NUCLEI},
    )
    image.dx = image.dy = PIXEL_UM
    return {"nuclei": image}


def _places(rng: np.random.Generator, size: int) -> Array:
    """Return centres that keep a distance, the last two each beside another of them."""
    free: list[Array] = []
    while len(free) < NUCLEI - 2:
        place = rng.uniform(22, size - 22, 2)
        if all(np.hypot(*(place - other)) > 40 for other in free):  # noqa: PLR2004 - pixels
            free.append(place)
    inner = sorted(free, key=lambda place: float(np.abs(place - size / 2).max()))[:2]
    return np.array([*free, *(place + np.array([17, 13]) for place in inner)])
