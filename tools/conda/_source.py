"""The part of this tree that a package is built from, as a release archive has it."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

__all__ = ["ROOT", "copy_source", "requirements", "version"]

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("LICENSE", "README.md", "VERSION", "packages", "tools/hatch_metadata.py")
FOR_BUILDS_AND_TESTS = (
    "hatchling>=1.24",
    "pip>=23",
    "jupyter_client>=8",
    "nbclient>=0.10",
    "nbformat>=5.10",
)
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "*.pyc", ".*_cache", ".hypothesis", "dist", "build", "tests"
)


def copy_source(target: Path) -> Path:
    """Copy what a build needs into a new folder, and return that."""
    for part in PARTS:
        place = target / part
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, place, ignore=LEFT_OUT)
        else:
            shutil.copy2(ROOT / part, place)
    return target


def version() -> str:
    """Return the version of all our packages."""
    return (ROOT / "VERSION").read_text(encoding="utf-8").strip()


def requirements() -> list[str]:
    """Return what a channel must have for our packages, their builds and their tests."""
    found = set(FOR_BUILDS_AND_TESTS)
    for path in ROOT.glob("packages/*/pyproject.toml"):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        found |= set(document["tool"]["hatch"]["metadata"]["hooks"]["custom"]["requires"])
    return sorted(found)
