"""Where axes are even: values go to their logarithm, and back. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, Any]


def _log(values: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.log10(np.where(values > 0, values, np.nan))


SCALES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "linear": (np.asarray, np.asarray),
    "log": (_log, lambda values: 10.0**values),
}
"""What takes values to where axes of a scale are even, and what takes them back."""
