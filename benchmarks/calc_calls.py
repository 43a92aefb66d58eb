"""What ``workspace.calc`` on many small signals adds to Sigima's function: one call, or one call each.

    python benchmarks/calc_calls.py [pairs] [functions]

Figures of issue 21. The reference is Sigima's function on the same 1,000 signals of 1,000 samples, with
parameters made before, and nothing stored. What is compared is processor time, of all threads. Stored
are new signals each time; what a call replaces is on no side's clock.
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import sigima.proc.signal as functions
from sigima import params

from _pairs import Ratio, compare_times, print_rows, processor_s
from datalab_kernel import Workspace, create_signal

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS, SAMPLES, SINGLE = 1000, 1000, 100
GOAL_OF_ONE_CALL, GOAL_OF_SINGLE_CALLS = 1.3, 1.8
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "moving_average": (params.MovingAverageParam.create(n=5), {"n": 5}),
    "gaussian_filter": (params.GaussianParam.create(sigma=2.0), {"sigma": 2.0}),
    "normalize": (params.NormalizeParam.create(method="maximum"), {"method": "maximum"}),
    "derivative": (None, {}),
    "fft": (params.FFTParam.create(), {}),
    "fwhm": (params.FWHMParam.create(), {}),
}


class Bench:
    """The signals, in a workspace and by themselves."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        x = np.linspace(0.0, 1.0, SAMPLES)
        peak = np.exp(-(((x - 0.5) / 0.1) ** 2))
        self.signals = [
            create_signal("", x, peak + random.normal(0, 0.02, SAMPLES)) for _ in range(SIGNALS)
        ]
        self.names = [f"s{number}" for number in range(SIGNALS)]
        self.workspace = Workspace("standalone")
        self.workspace.add(dict(zip(self.names, self.signals, strict=True)))

    def sigima_s(self, function: str, parameters: Any, count: int) -> float:
        """Run Sigima's function alone."""
        call = getattr(functions, function)
        given = () if parameters is None else (parameters,)
        return processor_s(lambda: [call(signal, *given) for signal in self.signals[:count]])

    def one_call_s(self, function: str, keywords: dict[str, Any]) -> float:
        """Run it on all signals in one call."""
        taken = processor_s(lambda: self.workspace.calc(function, on="s*", **keywords))
        self._remove_results()
        return taken

    def single_calls_s(self, function: str, keywords: dict[str, Any]) -> float:
        """Run it on one signal after another."""
        calc, names = self.workspace.calc, self.names[:SINGLE]
        taken = processor_s(lambda: [calc(function, on=name, **keywords) for name in names])
        self._remove_results()
        return taken

    def _remove_results(self) -> None:
        known = {*self.names}
        self.workspace.remove([name for name in self.workspace.list() if name not in known])


def overhead(pairs: int, names: list[str]) -> Iterator[tuple[str, Ratio, float]]:
    """Compare calc with the bare functions."""
    bench = Bench()
    for name in names:
        parameters, keywords = CASES[name]

        def bare_s(count: int, name: str = name, parameters: Any = parameters) -> float:
            return bench.sigima_s(name, parameters, count)

        def one_call_s(name: str = name, keywords: dict[str, Any] = keywords) -> float:
            return bench.one_call_s(name, keywords)

        def single_calls_s(name: str = name, keywords: dict[str, Any] = keywords) -> float:
            return bench.single_calls_s(name, keywords)

        ratio = compare_times(one_call_s, lambda: bare_s(SIGNALS), pairs)
        yield f"{name} of {SIGNALS:,} signals in one call / Sigima", ratio, GOAL_OF_ONE_CALL
        ratio = compare_times(single_calls_s, lambda: bare_s(SINGLE), pairs)
        yield f"{name} of {SINGLE} signals one by one / Sigima", ratio, GOAL_OF_SINGLE_CALLS


def main() -> None:
    """Print each ratio with its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print_rows(overhead(pairs, sys.argv[2:] or [*CASES]))


if __name__ == "__main__":
    main()
