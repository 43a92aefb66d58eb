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

CELLS, ROUNDS = 200, 5


def ours(path: Path) -> None:
    """Run it as the command does."""
    state = asyncio.run(run_file(RunRequest(notebook=path), lambda _: None, lambda _: None))
    assert state is RunState.OK


def theirs(path: Path) -> None:
    """Run it as nbclient does."""
    NotebookClient(nbformat.read(path, as_version=4)).execute()


def main() -> None:
    """Print both times and their ratio."""
    kernel = sys.argv[1] if len(sys.argv) > 1 else "python3"
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
    print(f"{CELLS} small cells on {kernel}, kernel start included, least of {ROUNDS} rounds")
    for name, seconds in best.items():
        print(f"  {name:9} {seconds:6.2f} s")
    print(f"  ratio     {best['run'] / best['nbclient']:6.2f}  (goal: at most 1.1)")


if __name__ == "__main__":
    main()
