"""The committed lists of what each package brings into a fresh prefix, one name a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conda._platform import VERSION
from conda._source import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["differences", "write_expected"]

FOLDER = ROOT / "tests" / "conda" / "expected"
LISTED_FOR = "3.11"
"""The Python of the lists; a newer one needs fewer packages that stand in for its modules."""


def differences(name: str, packages: Collection[str]) -> list[str]:
    """Return how a prefix differs from what a package may bring, and what to do about it.

    Parameters
    ----------
    name
        What was installed.
    packages
        The names of all packages in the prefix.
    """
    listed = set((FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())
    found = [f"unexpected: {one}" for one in sorted(set(packages) - listed)]
    if VERSION == LISTED_FOR:
        found += [f"missing: {one}" for one in sorted(listed - set(packages))]
    if found:
        found.append("if that is meant: `python tools/conda lists`, with the environment `conda`")
    return found


def write_expected(name: str, packages: Iterable[str]) -> None:
    """Write a list anew; the change is to be judged before it is committed."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text("\n".join(sorted(packages)) + "\n", encoding="utf-8")
