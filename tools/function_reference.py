"""Write the reference of all processing functions; ``docs/conf.py`` does at each build.

``python tools/function_reference.py docs/guide/functions.md``: a MyST page with each
function that ``workspace.calc`` runs, its parameters, their ranges and defaults.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel.compute import all_functions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datalab_kernel.compute import FunctionInfo, Parameter

_MAKES = {
    "1-to-1": "an object of each",
    "1-to-0": "a table or geometry of each",
    "1-to-n": "several objects of each",
    "2-to-1": "an object of two: `operand=`",
    "n-to-1": "an object of several",
}
_INTRODUCTION = """\
# All functions

What `workspace.calc` runs, by the names that DataLab has: {count} functions of Sigima {version},
for signals and for images. [Computing](computing.md) says how; `workspace.functions()` shows this
list in a notebook.
"""


def page() -> Iterator[str]:
    """Give the page's parts."""
    import sigima

    infos = all_functions()
    yield _INTRODUCTION.format(count=len(infos), version=sigima.__version__)
    for kind, group in groupby(infos, key=lambda info: info.kind):
        yield f"## {kind.capitalize()}s\n"
        for info in group:
            yield from _section(info)


def _section(info: FunctionInfo) -> Iterator[str]:
    yield f"(functions-{info.kind}-{info.name})="
    yield f"### `{info.name}` ({info.kind})\n"
    yield f"{_escaped(info.summary)}. Makes {_MAKES[info.pattern]}.\n"
    if info.parameters:
        yield from _table(info.parameters)


def _table(parameters: Sequence[Parameter]) -> Iterator[str]:
    yield "| parameter | what it may be | |"
    yield "|---|---|---|"
    for parameter in parameters:
        constraint, text = _escaped(parameter.constraint), _escaped(parameter.help)
        yield f"| `{parameter.name}` | {constraint} | {text} |"
    yield ""


def _escaped(text: str) -> str:
    for mark in "\\*_<>|$[]{}":
        text = text.replace(mark, f"\\{mark}")
    return text


def write(path: Path) -> None:
    """Write the page, unless it is there as it would be."""
    text = "\n".join(page()) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
