"""A notebook of 200 small cells: `datalab-kernel run` against nbclient, same kernel, same machine.

Each starts and ends its kernel, and gives ipykernel no history file; saving the output is in ours,
nbclient's is not saved. Rounds alternate, and the least time of each counts: a busy machine only adds.
The processor's time, with the kernel's, is told beside it: it is less shaken by a busy machine.
"""

from __future__ import annotations

import asyncio
import os
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


def processor_s() -> float:
    """Return the processor's time of this process and of the kernels that have ended."""
    return sum(os.times()[:4])


def main(kernel: str = "python3") -> None:
    """Print both times and their ratio."""
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    cells = [new_code_cell(f"print({number})\n{number}") for number in range(CELLS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
        taken: dict[str, list[float]] = {"run": [], "nbclient": []}
        worked: dict[str, list[float]] = {"run": [], "nbclient": []}
        for _ in range(ROUNDS):
            for name, run in (("run", ours), ("nbclient", theirs)):
                began, before = time.perf_counter(), processor_s()
                run(path)
                taken[name].append(time.perf_counter() - began)
                worked[name].append(processor_s() - before)
    best = {name: min(times) for name, times in taken.items()}
    ratio = best["run"] / best["nbclient"]
    reached = "reached" if ratio <= GOAL else "NOT reached"
    print(
        f"{f'run of {CELLS} cells on {kernel}, nbclient':50} {ratio:6.2f}  goal {GOAL:.2f}  {reached}"
    )
    least = {name: min(times) for name, times in worked.items()}
    print(
        f"  {best['run']:.2f} and {best['nbclient']:.2f} s, least of {ROUNDS}, kernel start included;"
        f" processor {least['run']:.2f} and {least['nbclient']:.2f} s"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
