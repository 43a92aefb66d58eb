"""Make sure that Chromium can start here; the task ``chromium-ready`` runs it before the browser tests.

Where it is missing and may be installed (Debian's or Ubuntu's apt, as root or by sudo
without a password) it is; elsewhere this prints the one line to run.
"""

from __future__ import annotations

import subprocess
import tempfile

from debian_packages import make_ready
from frontends.program import SWITCHES, find_chromium

PACKAGES = ["chromium"]
PAGE = "data:text/html,<title>ready</title>"


def main() -> int:
    """Return 0 if Chromium can start, after installing it if need be."""
    elsewhere = "Elsewhere install Chrome or Chromium, so that it is found on the PATH."
    return make_ready("Chromium", probe, PACKAGES, elsewhere=elsewhere)


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
