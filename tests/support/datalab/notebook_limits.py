"""The notebook on a DataLab whose Web API alone can be reached, side by side with the same in memory.

Where DataLab's other interface is needed, a cell ends with a limit in the one and with a result in
the other; both go on from the same objects then. This module is carried into pages.
"""

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from datalab_kernel import Workspace
from datalab_kernel.errors import LiveLimitError
from support.datalab.notebook_observed import Bits, Cell, Run, differences


@dataclass(frozen=True)
class Compared:
    """What came of a chapter: cells that end with a limit, and what differs, by label."""

    cells: int = 0
    limits: dict[str, str] = field(default_factory=dict)
    differing: dict[str, list[str]] = field(default_factory=dict)


def compare(
    live: Workspace, cells: Iterable[Cell], folder: Path, names: Mapping[str, Any]
) -> Compared:
    """Run each cell on the workspace in DataLab, which is emptied, and on one in memory."""
    live.clear(everything=True)
    there = Run(live, folder / "there", names)
    here = Run(Workspace("standalone"), folder / "here", names)
    limits, differing = dict[str, str](), dict[str, list[str]]()
    count = 0
    for cell in cells:
        count += 1
        found, expected = there.observe(cell), here.observe(cell)
        if limit := _limit(found):
            limits[cell.label] = limit
            level(there, here)
        elif texts := [*differences(found, expected, same=nearly)]:
            differing[cell.label] = texts
    return Compared(count, limits, differing)


def _limit(observed: Any) -> str:
    value = observed["value"]
    is_limit = isinstance(value, dict) and LiveLimitError.__name__ in value.get("error", ())
    return str(value["text"]) if is_limit else ""


def level(there: Run, here: Run) -> None:
    """Give both what the one in memory has, without groups, as far as the other can hold it."""
    live, before = there.names["workspace"], here.names["workspace"]
    after = Workspace("standalone")
    live.clear(everything=True)
    for name in before:
        try:
            live.add(name, before[name])
        except LiveLimitError:
            continue
        after.add(name, before[name])
    here.names["workspace"] = after
    for name, value in here.names.items():
        there.names.setdefault(name, value)


def nearly(found: Any, expected: Any) -> bool:
    """Compare two values; measured ones as two builds of NumPy and SciPy compute the same."""
    if not (isinstance(found, Bits) and isinstance(expected, Bits)):
        return bool(operator.eq(found, expected))
    one, other = ((bits.dtype, bits.shape, bits.mask, bits.fill) for bits in (found, expected))
    if one != other or np.dtype(found.dtype).kind not in "fc":
        return found == expected
    values, wanted = (np.frombuffer(bits.content, bits.dtype) for bits in (found, expected))
    finite = wanted[np.isfinite(wanted)]
    scale = np.abs(finite).max() if finite.size else 1.0
    return np.allclose(values, wanted, rtol=1e-9, atol=1e-12 * scale, equal_nan=True)
