"""What ``workspace.fit`` adds to lmfit: the signal's regions and weights, units, tables, the stored curve.

    python benchmarks/fits.py [pairs]

Figures of issue 19. Both sides fit the same decay of 10,000 points: by name, each from the start
values that it finds itself, and by a function from start values that are given. Processor time, since other threads and a busy
machine would be on the clock else. A sample is of ten fits; then of one, before which the processor's caches
were emptied by a garbage collection.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import lmfit
import numpy as np

from _pairs import Ratio, compare_times, print_rows, processor_s
from datalab_kernel import Workspace, create_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POINTS = 10_000
STARTS = {"a": 4.0, "b": -1.0, "y0": 0.0}
EXPRESSION = "a*exp(b*x)+y0"
FITS = 10
GOAL = 1.2


def decay(x: Any, a: float, b: float, y0: float) -> Any:
    """Return an exponential above an offset."""
    return a * np.exp(b * x) + y0


def repeated(fit: Callable[[], Any], number: int) -> Callable[[], float]:
    """Return what takes the time of so many fits."""
    return lambda: processor_s(lambda: [fit() for _ in range(number)])


def overhead(pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare fits of ours with lmfit's own."""
    x = np.linspace(0, 10, POINTS)
    y = decay(x, 5, -0.5, 1) + np.random.default_rng(0).normal(0, 0.05, POINTS)
    workspace = Workspace("standalone")
    workspace["decay"] = create_signal("", x, y, units=("ns", "V"))
    exponential, constant = lmfit.models.ExponentialModel(), lmfit.models.ConstantModel()
    both = exponential + constant

    def by_name() -> Any:
        return both.fit(y, exponential.guess(y, x=x) + constant.guess(y, x=x), x=x)

    def by_function() -> Any:
        return lmfit.Model(decay).fit(y, x=x, **STARTS)

    def by_expression() -> Any:
        return lmfit.models.ExpressionModel(EXPRESSION).fit(y, x=x, **STARTS)

    rows: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "by name": (lambda: workspace.fit("decay", "exponential"), by_name),
        "by a function": (lambda: workspace.fit("decay", decay, p0=STARTS), by_function),
        "by an expression": (
            lambda: workspace.fit("decay", EXPRESSION, p0=STARTS),
            by_expression,
        ),
    }
    for number, said in ((FITS, f"{FITS} in a row"), (1, "one, caches empty")):
        for name, (ours, theirs) in rows.items():
            ratio = compare_times(repeated(ours, number), repeated(theirs, number), pairs)
            yield f"fit of a decay {name} / lmfit: {said}", ratio, GOAL


def main() -> None:
    """Print each ratio with its goal."""
    print_rows(overhead(int(sys.argv[1]) if len(sys.argv) > 1 else 60))


if __name__ == "__main__":
    main()
