"""Runs every benchmark one after another: ``python tools/run.py bench``.

Each prints ratios against a reference that it measures in the same run. Run nothing
else meanwhile. A table of results, with date and command, is in README.md here.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BENCHMARKS = (
    "workspace.py",
    "calc.py",
    "calc_calls.py",
    "results.py",
    "baselines.py",
    "fits.py",
    "regions.py",
    "calc_notes.py",
    "storage.py",
    "text_files.py",
    "frames.py",
    "process.py",
    "plotting.py",
    "interactive.py",
    "startup.py",
    "first_minute.py",
    "messages.py",
    "channel.py",
    "client.py",
    "live.py",
)


def main() -> int:
    """Run them and return 1 if one failed to run."""
    print(f"{platform.platform()}, Python {platform.python_version()}")
    failed = 0
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        failed |= subprocess.run([sys.executable, str(HERE / name)], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
