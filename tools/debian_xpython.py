"""Install Debian's executable xpython, for the tests that need one (tests/kernel/test_shapes.py).

conda-forge ships xpython as an executable, and the wheel as a module; Debian's packages
stand in for the former. Run it by hand where the tests may not install packages.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from datalab_ready import privileged

__all__ = ["EXECUTABLE", "LINE", "install"]

EXECUTABLE = Path("/usr/bin/xpython")
PYTHON_HALF = Path("/usr/lib/python3/dist-packages/IPython")
LINE = "apt-get install -y --no-install-recommends xpython python3-ipython"


def install() -> str:
    """Install it unless it is there; return what to do by hand, or ``""``."""
    if is_there():
        return ""
    prefix = privileged()
    if prefix is not None:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-q"], LINE.split()):
            subprocess.run([*prefix, *command], check=False, env=quiet, stdout=subprocess.DEVNULL)
    return "" if is_there() else f"no executable xpython; on Debian run as root: {LINE}"


def is_there() -> bool:
    """Say whether the executable and its IPython are installed."""
    return EXECUTABLE.exists() and PYTHON_HALF.exists()


if __name__ == "__main__":
    raise SystemExit(install())
