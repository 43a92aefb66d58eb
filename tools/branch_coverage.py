"""Say how much of each package the unit tests reach, and fail if it is less than pyproject.toml asks for.

The tasks ``unit-…`` leave what they reached in ``.run/coverage``; the task ``coverage`` reads it. A package's
figure is the share of its lines and branches together. ``--missing`` also lists what wasn't reached.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from slipcover import merge_coverage, print_coverage

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print the figures and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--missing", action="store_true", help="list what isn't reached, by file")
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".run" / "coverage", help="what the tests left"
    )
    options = parser.parse_args()
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors: dict[str, float] = document["tool"]["branch-coverage"]
    reached = merged(options.data)
    if options.missing:
        print_coverage(reached, skip_covered=True, missing_width=80)
    low = []
    for package, floor in floors.items():
        percent = share(reached, package)
        print(f"{package:32}{percent:6.1f} %, and {floor} % are asked for")
        if percent < floor:
            low.append(package)
    if low:
        print(
            f"The unit tests reach too little of {', '.join(low)}; add --missing to see what they "
            "don't reach, and write the tests that are missing",
            file=sys.stderr,
        )
    return int(bool(low))


def merged(folder: Path) -> dict[str, Any]:
    """Return what the unit tasks reached together, as SlipCover writes it."""
    found: dict[str, Any] = {
        "meta": {"software": "slipcover", "branch_coverage": True},
        "files": {},
    }
    for path in sorted(folder.glob("*.json")):
        merge_coverage(found, json.loads(path.read_text(encoding="utf-8")))
    return found


def share(reached: dict[str, Any], package: str) -> float:
    """Return the share of a package's lines and branches that were reached, in percent; 0 if none were seen."""
    files = [facts for name, facts in reached["files"].items() if name.startswith(f"{package}/")]
    done = sum(len(file["executed_lines"]) + len(file["executed_branches"]) for file in files)
    left = sum(len(file["missing_lines"]) + len(file["missing_branches"]) for file in files)
    return 100 * done / ((done + left) or 1)


if __name__ == "__main__":
    raise SystemExit(main())
