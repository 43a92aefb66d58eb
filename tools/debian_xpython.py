"""Install Debian's executable xpython, for the tests that need one (tests/kernel/test_shapes.py).

conda-forge ships xpython as an executable, and the wheel as a module; Debian's packages
stand in for the former. Run it by hand where the tests may not install packages.
"""

from __future__ import annotations

from pathlib import Path

import debian_packages

__all__ = ["EXECUTABLE", "install"]

EXECUTABLE = Path("/usr/bin/xpython")
PYTHON_HALF = Path("/usr/lib/python3/dist-packages/IPython")
PACKAGES = ["xpython", "python3-ipython"]


def install() -> str:
    """Install it unless it is there; return what to do by hand, or ``""``."""
    if is_there():
        return ""
    prefix = debian_packages.privileged()
    if prefix is not None:
        debian_packages.install(prefix, PACKAGES)
    return (
        ""
        if is_there()
        else f"no executable xpython; on Debian run as root: {debian_packages.line_for(PACKAGES)}"
    )


def is_there() -> bool:
    """Say whether the executable and its IPython are installed."""
    return EXECUTABLE.exists() and PYTHON_HALF.exists()


if __name__ == "__main__":
    raise SystemExit(install())
