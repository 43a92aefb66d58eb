"""Draw the reference pictures of tests/plotting anew, after a change that makes them better.

Run ``python tools/plot_references.py [name ...]`` where datalab-kernel-core is installed, and
look at each picture that git says has changed before it is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
FOLDER = TESTS / "plotting" / "reference"
sys.path.insert(0, str(TESTS))

from support.plotting.picture_difference import drawn, write  # type: ignore[import-not-found]  # noqa: E402
from support.plotting.reference_pictures import PICTURES  # type: ignore[import-not-found]  # noqa: E402


def main(names: list[str]) -> None:
    """Write the pictures of these names, else all."""
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        sys.exit(f"There is no picture {', '.join(unknown)}. There are: {', '.join(PICTURES)}.")
    FOLDER.mkdir(exist_ok=True)
    for name in names or PICTURES:
        path = FOLDER / f"{name}.png"
        write(drawn(PICTURES[name]()), path)
        print(f"{path.stat().st_size:6,} bytes  {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
