"""Run the unit tests, each package's in a process of its own; the tasks ``test-py…`` and ``test-lowest`` do.

``python tools/unit_tests.py -W default``: what is typed goes to each pytest. Unlike in the
tasks ``unit-…``, all packages are installed; tests that need a sibling's absence are skipped.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run them all, also after a failure, and return the worst exit code."""
    print(f"Python {sys.version}", flush=True)
    codes = []
    for folder in [*sorted(ROOT.glob("packages/*/tests")), ROOT / "tests" / "workspace"]:
        path = folder.relative_to(ROOT).as_posix()
        print(f"{path}:", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", path, *sys.argv[1:]]
        codes.append(subprocess.run(command, cwd=ROOT, check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main())
