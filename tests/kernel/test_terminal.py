"""What appears on the terminal of who executes a notebook: nothing, but for errors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import debian_xpython

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = re.compile("\x1b[^m]*m")
EXECUTE = """
import nbformat, sys
from nbclient import NotebookClient
cell = nbformat.v4.new_code_cell("print('in the notebook')")
notebook = nbformat.v4.new_notebook(cells=[cell])
NotebookClient(notebook, kernel_name=sys.argv[1], timeout=120).execute()
assert "".join(output.text for output in cell.outputs) == "in the notebook\\n"
"""


def terminal(name: str, **variables: str) -> str:
    """Execute a notebook; return all that was written meanwhile."""
    ended = subprocess.run(
        [sys.executable, "-c", EXECUTE, name],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=180,
        env={**os.environ, "DATALAB_KERNEL_WARMUP": "off", **variables},
    )
    return ended.stdout


@pytest.mark.parametrize(
    "name",
    [
        "datalab",
        pytest.param(
            "xpython",
            marks=pytest.mark.xfail(
                raises=AssertionError, reason="it says seven lines", strict=True
            ),
        ),
    ],
)
def test_executing_a_notebook_writes_nothing_on_the_terminal(name: str) -> None:
    assert terminal(name) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="Debian's executable")
def test_nor_does_an_executable_xpython() -> None:
    if missing := debian_xpython.install():
        pytest.skip(missing)
    assert terminal("datalab", DATALAB_KERNEL_XPYTHON=str(debian_xpython.EXECUTABLE)) == ""


def test_an_error_at_the_start_is_still_shown(tmp_path: Path) -> None:
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-mine.py").write_text("raise RuntimeError('in my startup file')\n")
    shown = COLOURS.sub("", terminal("datalab", IPYTHONDIR=str(tmp_path)))
    assert "RuntimeError: in my startup file" in shown
    assert "xeus" not in shown
