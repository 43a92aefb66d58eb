"""What ``calc("baseline_removal", …)`` on 1,000 spectra adds to pybaselines: threads, records, storing.

    python benchmarks/baselines.py [pairs]

A figure of issue 19. Both sides take the baseline off the same 1,000 spectra; pybaselines alone by one
fitter that is used for all of them, ours by one call that stores 1,000 signals.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from pybaselines import Baseline

from _pairs import Ratio, compare, print_rows
from datalab_kernel import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

SPECTRA = 1000
GOAL = 1.1


def overhead(pairs: int, points: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare baselines of ours with pybaselines' own."""
    x = np.linspace(200, 3200, points)
    noise = np.random.default_rng(0).normal(0, 5, (SPECTRA, points))
    spectra = 50 + 0.01 * x + 1000 * np.exp(-(((x - 1000) / 20) ** 2)) + noise
    workspace = Workspace("standalone")
    workspace.add({f"raman {number}": (x, y) for number, y in enumerate(spectra)})
    for method in ("arpls", "imodpoly"):

        def ours(method: str = method) -> Any:
            return workspace.calc("baseline_removal", on="raman *", method=method, name="flat")

        def alone(method: str = method) -> Any:
            fitter = Baseline(x)
            return [y - getattr(fitter, method)(y)[0] for y in spectra]

        ratio = compare(ours, alone, pairs)
        yield f"{method} of {SPECTRA} spectra of {points} points / pybaselines", ratio, GOAL


def main() -> None:
    """Print each ratio with its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print_rows(row for points in (1000, 4000) for row in overhead(pairs, points))


if __name__ == "__main__":
    main()
