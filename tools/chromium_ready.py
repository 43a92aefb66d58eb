"""Make sure that Chromium can start here; the task ``chromium-ready`` runs it before the browser tests.

Where it is missing and may be installed (Debian's or Ubuntu's apt, as root or by sudo
without a password) it is; elsewhere this prints the one line to run.
"""

from __future__ import annotations

import subprocess
import tempfile

from debian_packages import install, line_for, privileged
from frontends.program import SWITCHES, find_chromium

PACKAGES = ["chromium"]
PAGE = "data:text/html,<title>ready</title>"


def main() -> int:
    """Return 0 if Chromium can start, after installing it if need be."""
    problem = probe()
    if not problem:
        return 0
    line = line_for(PACKAGES)
    prefix = privileged()
    if prefix is None:
        print(f"{problem}\nOn Debian or Ubuntu run as root: {line}")
        print("Elsewhere install Chrome or Chromium, so that it is found on the PATH.")
        return 1
    print("Chromium can't start yet; installing it", flush=True)
    install(prefix, PACKAGES)
    problem = probe()
    if problem:
        print(f"{problem}\nRun as root: apt-get update; {line}")
    return 1 if problem else 0


def probe() -> str:
    """Let Chromium draw an empty page; return what went wrong, or ``""``."""
    program = find_chromium()
    if program is None:
        return "Chromium isn't installed"
    with tempfile.TemporaryDirectory() as profile:
        command = [program, "--headless", *SWITCHES, f"--user-data-dir={profile}", "--dump-dom"]
        child = subprocess.run(
            [*command, PAGE], capture_output=True, text=True, check=False, timeout=120
        )
    if "<title>ready</title>" in child.stdout:
        print(f"{program} can start", flush=True)
        return ""
    return f"{program} can't start: exit code {child.returncode}\n{child.stderr[-2000:]}"


if __name__ == "__main__":
    raise SystemExit(main())
