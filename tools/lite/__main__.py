"""Build the site: ``python -m lite OUTPUT [--pyodide FOLDER] [--wheel FILE ...]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from lite._site import ROOT, build_site


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="lite", description=__doc__)
    parser.add_argument("output", type=Path, nargs="?", default=ROOT / ".run" / "lite" / "site")
    parser.add_argument("--pyodide", type=Path, help="a distribution of Pyodide to take along")
    parser.add_argument("--wheel", type=Path, action="append", default=[], help="another wheel")
    given = parser.parse_args()
    site = build_site(given.output, pyodide=given.pyodide, wheels=given.wheel)
    print(f"Built {site}. To look at it: python -m http.server --bind 127.0.0.1 -d {site}")


if __name__ == "__main__":
    main()
