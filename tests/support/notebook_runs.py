"""Notebooks as files, and the command `datalab-kernel` as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from datalab_kernel_client.command._main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["command", "outputs_of", "started", "wait_for_line", "write_notebook"]

START = """import sys
sys.modules["rfc3987_syntax"] = None  # jsonschema takes a second to import that where it is
from datalab_kernel_client.command._main import main
sys.exit(main())"""
COMMAND = [sys.executable, "-c", START]


def write_notebook(path: Path, *sources: str, kernel: str = "python3", **tags: list[str]) -> Path:
    """Write a notebook of code cells; `cell_2=["tag"]` tags the second."""
    cells = [new_code_cell(source) for source in sources]
    for name, words in tags.items():
        cells[int(name.removeprefix("cell_")) - 1].metadata["tags"] = words
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


def command(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, in this process: a Python of its own takes seconds to start."""
    out, err = StringIO(), StringIO()
    texts = [str(word) for word in words]
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        status = main(texts)
    return subprocess.CompletedProcess(texts, int(status), out.getvalue(), err.getvalue())


@contextmanager
def started(*words: object, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the command; it is killed at the end if it still runs."""
    with subprocess.Popen(
        [*COMMAND, *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)


def wait_for_line(process: subprocess.Popen[str], text: str) -> str:
    """Read what a command prints until a line begins with a text."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(text):
            return line
    rest = process.stderr.read() if process.stderr else ""
    message = f"{text!r} was not printed; on stderr: {rest}"
    raise AssertionError(message)


def outputs_of(path: Path) -> list[tuple[int | None, list[dict[str, Any]]]]:
    """Return each code cell's count and outputs, in a valid notebook."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [
        (cell.execution_count, json.loads(json.dumps(cell.outputs)))
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
