"""How soon an interactive figure answers a zoom: ``python tools/run.py bench``, or this file alone.

Kernel side: from the question to the packed answer, for views of all widths. The way to the
page and the drawing there come on top; tests/browser holds them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.plot import AxesSpec, Curve, Image
from datalab_kernel_interactive._axes import make_panel
from datalab_kernel_interactive._panel import View
from datalab_kernel_interactive._wire import packed

if TYPE_CHECKING:
    from datalab_kernel_interactive._panel import Panel

SAMPLES = 100_000_000
SIDE = 16_384
GOAL_S = 0.1
SHARES = (1.0, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6)
PAIRS = 5
"""Places at which each width is measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of the first view, and of each answer after it."""

    first_s: float
    answers_s: list[float]


def main() -> int:
    """Measure curves and images, and print how long answers take."""
    x = np.arange(float(SAMPLES))
    y = np.resize(np.random.default_rng(0).normal(size=1_000_000).cumsum(), SAMPLES)
    curve = AxesSpec(curves=(Curve(x=x, y=y),))
    show(f"zoom into {SAMPLES:,} float64 samples", measure(curve, float(SAMPLES), 1.0))
    del x, y, curve
    edges = np.arange(SIDE + 1.0)
    pixels = np.random.default_rng(0).integers(0, 60_000, (SIDE, SIDE), dtype=np.uint16)
    picture = AxesSpec(image=Image(data=pixels, x_edges=edges, y_edges=edges))
    show(f"zoom into {SIDE:,} by {SIDE:,} uint16 pixels", measure(picture, SIDE, SIDE))
    return 0


def measure(spec: AxesSpec, width: float, height: float) -> Measured:
    """Ask for views of all widths at several places."""
    began = time.perf_counter()
    panel = make_panel(spec, 0)
    first_s = time.perf_counter() - began
    random = np.random.default_rng(1)
    answers = []
    for share in SHARES:
        for _ in range(PAIRS):
            left, low = random.uniform(0, 1 - share, 2) * (width, height)
            answers.append(_answer_s(panel, left, low, (share * width, share * height)))
    return Measured(first_s, answers)


def _answer_s(panel: Panel, left: float, low: float, size: tuple[float, float]) -> float:
    view = View(x=(left, left + size[0]), y=(low, low + size[1]), width_px=1000, height_px=400)
    began = time.perf_counter()
    changes, _ = panel.answer(view)
    for change in changes:
        packed(change.arrays)
    return time.perf_counter() - began


def show(name: str, measured: Measured) -> None:
    """Print one row."""
    median, longest = np.median(measured.answers_s), max(measured.answers_s)
    reached = "reached" if median <= GOAL_S else "NOT reached"
    print(
        f"{name:46} {1e3 * median:5.1f} ms (longest {1e3 * longest:.0f} ms)"
        f"  goal {1e3 * GOAL_S:.0f} ms  {reached}; the first view {measured.first_s:.2f} s",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
