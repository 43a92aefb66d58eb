"""What a workspace in memory costs: copying, looking up, and not growing with what isn't touched.

    python benchmarks/workspace.py [pairs]

Rows of DESIGN section 8, copies ten at a time. The reference of
adding is a numpy copy that takes the place of the one before, as the object does. The reference of a copy is numpy's copy of the same array; of
an operation on one of 10,000 objects, the same on one of 10.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import numpy as np

from _pairs import Ratio, compare, print_rows
from datalab_kernel import Workspace, create_image, create_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MILLION = 1_000_000
FEW, MANY = 10, 10_000
REPEATS = 200
COPIES = 10


def copying(pairs: int, copies: int = COPIES) -> Iterator[tuple[str, Ratio, float]]:
    """Compare add and get of a million samples with one numpy copy of their arrays."""
    x = np.linspace(0.0, 1.0, MILLION)
    signal = create_signal("", x, np.sin(x), units=("s", "V"))
    image = create_image("", np.random.default_rng(0).random((1000, 1000)))
    for kind, obj, array in (("signal", signal, signal.xydata), ("image", image, image.data)):
        workspace = Workspace("standalone")
        workspace["kept"] = obj

        def add(workspace: Workspace = workspace, obj: object = obj) -> None:
            for _ in range(copies):
                workspace["new"] = obj

        def get(workspace: Workspace = workspace) -> None:
            for _ in range(copies):
                workspace["kept"]

        def copy(array: np.ndarray = array) -> None:
            for _ in range(copies):
                array.copy()

        def replace(array: np.ndarray = array, kept: dict[str, np.ndarray] = {}) -> None:  # noqa: B006
            for _ in range(copies):
                kept["new"] = array.copy()

        yield (
            f"add a {kind} of 1M samples / numpy copy in a dict",
            compare(add, replace, pairs),
            1.3,
        )
        yield f"get a {kind} of 1M samples / numpy copy", compare(get, copy, pairs), 1.3


def holding(number: int) -> Workspace:
    """Make a workspace with that many small signals."""
    workspace = Workspace("standalone")
    small = create_signal("", np.arange(10.0), np.arange(10.0))
    workspace.add({f"signal {index}": small for index in range(number)})
    return workspace


def scaling(pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare operations on one of 10,000 objects with the same on one of 10."""
    few, many = holding(FEW), holding(MANY)
    gc.freeze()  # collecting garbage between two times needn't look at them again and again
    small = create_signal("", np.arange(10.0), np.arange(10.0))

    def rename(workspace: Workspace) -> None:
        workspace.rename("signal 5", "renamed")
        workspace.rename("renamed", "signal 5")

    def replace(workspace: Workspace) -> None:
        workspace["signal 5"] = small

    def remove(workspace: Workspace) -> None:
        workspace["other"] = small
        del workspace["other"]

    operations: dict[str, Callable[[Workspace], object]] = {
        "exists": lambda workspace: workspace.exists("signal 5"),
        "in": lambda workspace: "signal 5" in workspace,
        "len": len,
        "get": lambda workspace: workspace["signal 5"],
        "rename": rename,
        "replace": replace,
        "add and remove": remove,
        "repr": repr,
    }
    for name, operation in operations.items():

        def repeated(workspace: Workspace, operation: Callable[..., object] = operation) -> None:
            for _ in range(REPEATS):
                operation(workspace)

        ratio = compare(lambda run=repeated: run(many), lambda run=repeated: run(few), pairs)
        yield f"{name}: one of 10,000 / one of 10", ratio, 1.2
    gc.unfreeze()


def main() -> None:
    """Print each ratio with its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for rows in (copying(pairs), scaling(pairs)):
        print_rows(rows)


if __name__ == "__main__":
    main()
