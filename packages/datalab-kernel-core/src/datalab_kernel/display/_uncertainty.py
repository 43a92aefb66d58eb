"""Numbers with their standard deviations, to the digits that these leave."""

from __future__ import annotations

import math


def with_uncertainty(value: float, deviation: float) -> str:
    """Write a value to the second digit of its standard deviation.

    Examples
    --------
    >>> with_uncertainty(2.00123, 0.0456), with_uncertainty(5e-9, 2e-11), with_uncertainty(3, 0)
    ('2.001 ± 0.046', '5.000e-09 ± 0.020e-09', '3')
    """
    if not (math.isfinite(value) and math.isfinite(deviation)) or deviation <= abs(value) * 1e-9:
        return f"{value:.6g}"
    power = math.floor(math.log10(max(abs(value), deviation)))
    digits = max(0, power - math.floor(math.log10(deviation)) + 1)
    if -4 <= power < 6:  # noqa: PLR2004 - what reads well without a power of ten
        decimals = max(0, digits - power)
        return f"{value:.{decimals}f} ± {deviation:.{decimals}f}"
    scale = 10.0**power
    return f"{value / scale:.{digits}f}e{power:+03d} ± {deviation / scale:.{digits}f}e{power:+03d}"
