"""How long a scale bar is: a physical length that people take in at a glance."""

from __future__ import annotations

import math

LARGEST_PART = 0.25
"""Of what is seen."""


def bar_length(span: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at most a quarter of what is seen; 0 of nothing.

    Examples
    --------
    >>> bar_length(104.0), bar_length(0.008), bar_length(4096)
    (20.0, 0.002, 1000.0)
    """
    most = LARGEST_PART * abs(span)
    if not most or not math.isfinite(most):
        return 0.0
    power = math.floor(math.log10(most) + 1e-9)
    digit = next(digit for digit in (5, 2, 1) if digit <= most / 10.0**power + 1e-9)
    return float(f"{digit}e{power}")
