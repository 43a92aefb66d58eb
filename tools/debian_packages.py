"""Install Debian's or Ubuntu's packages where that may be; what the other tools here call for it.

As root, or by sudo without a password; elsewhere nothing is done, and the caller says which
line to run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["install", "line_for", "make_ready", "privileged"]

LOCK = Path(tempfile.gettempdir()) / "datalab-kernel-apt.lock"


def make_ready(
    what: str, probe: Callable[[], str], packages: Sequence[str], *, elsewhere: str = ""
) -> int:
    """Make sure that a program can start, and return a tool's exit code.

    Parameters
    ----------
    what
        The program, for people.
    probe
        Returns what goes wrong when it starts, or ``""``.
    packages
        What it may lack.
    elsewhere
        What to do where these can't be had.
    """
    problem = probe()
    if not problem:
        return 0
    line = line_for(packages)
    prefix = privileged()
    if prefix is None:
        print(f"{what} can't start here:\n{problem}\nOn Debian or Ubuntu run as root: {line}")
        print(elsewhere, end="\n" if elsewhere else "")
        return 1
    print(f"{what} can't start yet; installing {', '.join(packages)}", flush=True)
    install(prefix, packages)
    problem = probe()
    if problem:
        print(f"{what} still can't start:\n{problem}\nRun as root: apt-get update; {line}")
    return 1 if problem else 0


def line_for(packages: Sequence[str]) -> str:
    """Return the command that installs packages, as root types it."""
    return f"apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(prefix: Sequence[str], packages: Sequence[str]) -> None:
    """Install packages with what :func:`privileged` gave; the caller looks whether it helped."""
    import fcntl

    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with LOCK.open("w") as one_at_a_time:  # two apt-get at once refuse each other
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        for command in (["apt-get", "update", "-q"], line_for(packages).split()):
            print("  " + " ".join(command), flush=True)
            subprocess.run([*prefix, *command], check=False, env=quiet, stdout=subprocess.DEVNULL)


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
