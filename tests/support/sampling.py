"""Of matrices of cases, all where tests run whole (``DATALAB_KERNEL_TEST_FULL=1``), else a seeded sample.

For what is the same behaviour with other values; each behaviour has a test that always runs.
"""

from __future__ import annotations

import os
import random
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"


def sampled(number: int, cases: Iterable[Any]) -> list[Any]:
    """Return the cases, or ``number`` of them, in their order; the same ones in each run."""
    every = [*cases]
    if IS_FULL:
        return every
    places = sorted(random.Random(0).sample(range(len(every)), number))
    return [every[place] for place in places]


def combined(number: int, *axes: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return each combination, or ``number`` of them; each value of each axis is in one at least.

    Raises
    ------
    ValueError
        If ``number`` is less than the longest axis: a value would be left out.
    """
    listed = [[*axis] for axis in axes]
    if IS_FULL:
        return [*product(*listed)]
    if number < max(map(len, listed)):
        msg = f"{number} combinations can't hold each of {max(map(len, listed))} values"
        raise ValueError(msg)
    chance = random.Random(0)
    columns = []
    for axis in listed:
        column = [axis[place % len(axis)] for place in range(number)]
        chance.shuffle(column)
        columns.append(column)
    return [*zip(*columns, strict=True)]
