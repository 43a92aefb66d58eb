"""What ``process`` is compared with: the loop that people write, one file at a time."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel import ComputationWarning, Workspace
from datalab_kernel.testing import differences

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = ("__uuid", "processed")
"""Of the metadata: what no two runs have the same, and what only ``process`` writes."""
RECORDS = ("__datalab_kernel", "__processing_parameters", "__analysis_parameters")
"""What names the sources, which in the loop have the titles of intermediate results."""


def write_images(folder: Path, number: int, shape: tuple[int, int] = (24, 32)) -> list[Path]:
    """Write some images of noise, the same ones each time."""
    paths = [folder / f"run_{place:05}.npy" for place in range(number)]
    for place, path in enumerate(paths):
        np.save(path, np.random.default_rng(place).normal(100, 10, shape))
    return paths


def write_signals(folder: Path, number: int, size: int = 100) -> list[Path]:
    """Write some text files of two columns."""
    x = np.linspace(0, 1, size)
    paths = [folder / f"trace_{place:05}.csv" for place in range(number)]
    for place, path in enumerate(paths):
        y = np.sin(2 * np.pi * (place % 7 + 1) * x) + place
        np.savetxt(path, np.column_stack([x, y]), delimiter=",", header="t,u", comments="")
    return paths


def plain_loop(paths: list[Path], steps: list[Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Load, compute and analyse each file; return the last objects and the tables' rows."""
    objects, rows = {}, []
    for path in paths:
        workspace = Workspace("standalone")
        (name,) = workspace.load(path)
        on: Any = name
        row: dict[str, Any] = {}
        for step in steps:
            function, parameters = (step, {}) if isinstance(step, str) else step
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ComputationWarning)
                result = workspace.calc(function, on=on, **parameters)
            if result.is_analysis:
                frame = result.frame.drop(columns=["object", "function", "roi"])
                row |= {f"{function}.{column}": frame[column][0] for column in frame}
            else:
                on = result
        objects[name] = workspace.get(on)
        rows.append(row)
    return objects, rows


def assert_as_loop(found: Any, expected: Any) -> None:
    """Assert that an object is what the loop gave, but for its name and its sources' names."""
    found.title = expected.title
    for obj in (found, expected):
        for key in (*OTHERS, *RECORDS):
            obj.metadata.pop(key, None)
    assert differences(found, expected) == []
