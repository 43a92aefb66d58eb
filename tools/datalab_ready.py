"""Make sure that the real DataLab can start here; the task ``datalab-ready`` runs it in DataLab's environment.

DataLab's Qt needs a few system libraries. Where they are missing and may be installed
(Debian's or Ubuntu's apt, as root or by sudo without a password) they are; elsewhere it
prints the one line to run. It never changes DataLab.
"""

from __future__ import annotations

import os
import subprocess
import sys

from debian_packages import make_ready

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
    return make_ready("DataLab", probe, LIBRARIES)


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


if __name__ == "__main__":
    raise SystemExit(main())
