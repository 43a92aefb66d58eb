"""The folder of one kernel's own sockets, among those of the same user's other kernels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTES_FOLDERS = """
import runpy, sys
notes = sys.argv.pop(1)
def note(event, arguments):
    if event == "os.mkdir" and "/dlk-" in str(arguments[0]):
        with open(notes, "a") as stream:
            stream.write(f"{arguments[0]}\\n")
sys.addaudithook(note)
runpy.run_module("datalab_kernel_spec.launcher", run_name="__main__", alter_sys=True)
"""


def folder_of(pid: int) -> Path:
    """Return the folder of a kernel that runs; its sockets keep the name when it is gone."""
    connections = psutil.net_connections("unix")
    names = [one.laddr for one in connections if one.pid == pid and "/dlk-" in one.laddr]
    (folder,) = {Path(name).parent for name in names}
    return folder


def launched(
    file: Path, environment: Mapping[str, str] | None = None
) -> tuple[subprocess.CompletedProcess[str], list[Path]]:
    """Start the launcher as Jupyter does; return its end, and the folders that it made."""
    notes = file.with_suffix(".folders")
    ended = subprocess.run(
        [sys.executable, "-c", NOTES_FOLDERS, str(notes), "-f", str(file)],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env=environment,
    )
    return ended, [Path(line) for line in notes.read_text().splitlines()]
