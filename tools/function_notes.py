"""Write the page "What to know about the functions"; ``docs/conf.py`` does at each build.

``python tools/function_notes.py docs/guide``: ``function_notes.md``, from the table by which
``workspace.calc`` makes its notes.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel.compute.notes import BEHAVIOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datalab_kernel.compute.notes import Behaviour

_INTRODUCTION = """\
# What to know about the functions

`workspace.calc` gives the numbers that Sigima, and so DataLab, computes. Some of them aren't what a physicist
takes them for. Where the data at hand are such that a result misleads, the result carries a *note*, which also
warns (`ComputationWarning`): [Notes](computing.md#notes) says where notes are found. This is the list
of what is known, with the version of Sigima in which it was seen; a test of each fails when Sigima changes.
"""
_NOTED = """\

## What is noted

The data and the parameters decide, not the function's name: where the result is right, nothing is said.
"""
_DESCRIBED = """\

## What isn't noted

It is as documented, or can't be told from the data.
"""
_HEAD = ("about", "what they do", "when that misleads", "what to do", "Sigima")


def page() -> str:
    """Return the page as MyST Markdown."""
    noted = [one for one in BEHAVIOURS if one.make]
    described = [one for one in BEHAVIOURS if not one.make]
    parts = [_INTRODUCTION, _NOTED, *_table(noted), _DESCRIBED, *_table(described)]
    return "\n".join(parts) + "\n"


def _table(behaviours: Sequence[Behaviour]) -> Iterator[str]:
    yield _row(_HEAD)
    yield _row(["---"] * len(_HEAD))
    for one in behaviours:
        about = f"**{one.title}**<br>{_functions(one)}"
        yield _row([about, one.does, one.misleads, one.advice, one.seen_in or ""])


def _functions(behaviour: Behaviour) -> str:
    """Name the functions, for signals and for images."""
    if not behaviour.functions:
        return "all functions"
    found = sorted(behaviour.functions, key=lambda pair: (pair[0] != "signal", pair[1]))
    return "; ".join(
        f"{kind}s: {', '.join(f'`{name}`' for _, name in names)}"
        for kind, names in groupby(found, key=lambda pair: pair[0])
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write(guide: Path) -> None:
    """Write the page into a folder, unless it is there as it would be."""
    path, text = guide / "function_notes.md", page()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
