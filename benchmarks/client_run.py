"""A notebook of 200 small cells: `datalab-kernel run` against nbclient, same kernel, same machine.

Kernels start in either, and saving the output is in ours; nbclient's is not saved. Rounds alternate,
and the least time of each counts: a busy machine only adds.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from datalab_kernel_client.runs._file import RunRequest, run_file
from datalab_kernel_client.runs._record import RunState

CELLS, ROUNDS, GOAL = 200, 3, 1.1


def ours(path: Path) -> None:
    """Run it as the command does."""
    state = asyncio.run(run_file(RunRequest(notebook=path), lambda _: None, lambda _: None))
    assert state is RunState.OK


def theirs(path: Path) -> None:
    """Run it as nbclient does."""
    NotebookClient(nbformat.read(path, as_version=4)).execute()


def main(kernel: str = "python3") -> None:
    """Print both times and their ratio."""
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    cells = [new_code_cell(f"print({number})\n{number}") for number in range(CELLS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
        taken: dict[str, list[float]] = {"run": [], "nbclient": []}
        for _ in range(ROUNDS):
            for name, run in (("run", ours), ("nbclient", theirs)):
                began = time.perf_counter()
                run(path)
                taken[name].append(time.perf_counter() - began)
    best = {name: min(times) for name, times in taken.items()}
    ratio = best["run"] / best["nbclient"]
    reached = "reached" if ratio <= GOAL else "NOT reached"
    print(
        f"{f'run of {CELLS} cells on {kernel}, nbclient':50} {ratio:6.2f}  goal {GOAL:.2f}  {reached}"
    )
    print(
        f"  {best['run']:.2f} and {best['nbclient']:.2f} s, least of {ROUNDS}, kernel start included"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
