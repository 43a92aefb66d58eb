"""Make sure that the real DataLab can start here; the task ``datalab-ready`` runs it in DataLab's environment.

DataLab's Qt needs a few system libraries. Where they are missing and may be installed
(Debian's or Ubuntu's apt, as root or by sudo without a password) they are; elsewhere it
prints the one line to run. It never changes DataLab.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

LIBRARIES = [
    "libgl1",
    "libegl1",
    "libxkbcommon0",
    "libdbus-1-3",
    "libglib2.0-0",
    "libfontconfig1",
]
PROBE = """
import datalab
from qtpy.QtWidgets import QApplication
application = QApplication([])
import datalab.gui.main
print("DataLab", datalab.__version__, "can start")
"""


def main() -> int:
    """Return 0 if DataLab can start, after installing system libraries if need be."""
    problem = probe()
    if not problem:
        return 0
    line = f"apt-get install -y --no-install-recommends {' '.join(LIBRARIES)}"
    prefix = privileged()
    if prefix is None:
        print(f"DataLab can't start here:\n{problem}\nOn Debian or Ubuntu run as root: {line}")
        return 1
    print("DataLab can't start yet; installing the system libraries of Qt", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], line.split()):
        print("  " + " ".join(command), flush=True)
        subprocess.run([*prefix, *command], check=False, env=quiet, stdout=subprocess.DEVNULL)
    problem = probe()
    if problem:
        print(f"DataLab still can't start:\n{problem}\nRun as root: apt-get update; {line}")
    return 1 if problem else 0


def probe() -> str:
    """Start Qt without a screen and import DataLab; return what went wrong, or ``""``."""
    child = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if child.returncode == 0:
        print(child.stdout.strip(), flush=True)
        return ""
    return f"exit code {child.returncode}\n{child.stdout}{child.stderr}"


def privileged() -> list[str] | None:
    """Return what to put before apt-get so that it may install; None where it may not."""
    if not sys.platform.startswith("linux") or shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        allowed = subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True)
        if allowed.returncode == 0:
            return ["sudo", "-n", "-E"]
    return None


if __name__ == "__main__":
    raise SystemExit(main())
