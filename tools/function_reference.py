"""Write the reference of all processing functions; ``docs/conf.py`` does at each build.

``python tools/function_reference.py docs/guide``: ``functions.md``, which lists all with a search,
and a MyST page for each group in ``functions/``, with the parameters, their ranges and defaults.
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
for signals and for images, and {own} of our own, which DataLab doesn't have. [Computing](computing.md) says how; `workspace.functions()` shows this
list in a notebook.

```{{raw}} html
<label>Search <input type="search" id="function-search" placeholder="filter, fit, spectrum …"></label>
<script>
document.getElementById("function-search").addEventListener("input", (event) => {{
  const words = event.target.value.toLowerCase().split(" ");
  for (const table of document.querySelectorAll("article table")) {{
    const heading = table.closest("section").querySelector("h2").textContent;
    for (const row of table.querySelectorAll("tbody tr")) {{
      const text = (heading + row.textContent).toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }}
    const isEmpty = !table.querySelector("tbody tr:not([hidden])");
    table.closest("section").hidden = isEmpty;
  }}
}});
</script>
```

```{{toctree}}
:hidden:
:glob:
functions/*
```
"""


def pages() -> Iterator[tuple[str, str]]:
    """Give each page's path in the guide, without its suffix, and its text."""
    infos = sorted(all_functions(), key=lambda info: (info.kind != "signal", info.group, info.name))
    groups = [[*group] for _, group in groupby(infos, key=lambda info: (info.kind, info.group))]
    yield "functions", "\n".join(_list_of(groups))
    for group in groups:
        heading = f"# {_heading(group[0])}\n"
        parts = [part for info in group for part in _section(info)]
        yield f"functions/{_page(group[0])}", "\n".join([heading, *parts])


def _list_of(groups: Sequence[Sequence[FunctionInfo]]) -> Iterator[str]:
    import sigima

    own = sum(info.is_own for group in groups for info in group)
    count = sum(map(len, groups)) - own
    yield _INTRODUCTION.format(count=count, own=own, version=sigima.__version__)
    for group in groups:
        page = f"functions/{_page(group[0])}.md"
        yield f"## [{_heading(group[0])}]({page})\n"
        yield "| function | what it does |"
        yield "|---|---|"
        for info in group:
            link = f"[`{info.name}`](#functions-{info.kind}-{info.name})"
            also = f"<span hidden>{', '.join(info.synonyms)}</span>" if info.synonyms else ""
            yield f"| {link} | {_escaped(info.summary)}{also} |"
        yield ""


def _page(info: FunctionInfo) -> str:
    return f"{info.kind}_{info.group}"


def _heading(info: FunctionInfo) -> str:
    return f"{info.kind.capitalize()}s: {info.group}"


def _section(info: FunctionInfo) -> Iterator[str]:
    yield f"(functions-{info.kind}-{info.name})="
    yield f"## `{info.name}`\n"
    whose = " It is ours: DataLab doesn't have it." if info.is_own else ""
    yield f"{_escaped(info.summary)}. Makes {_MAKES[info.pattern]}.{whose}\n"
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


def write(guide: Path) -> None:
    """Write the pages into a folder, those that aren't there as they would be."""
    written = set()
    for name, text in pages():
        path = guide / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text + "\n":
            path.write_text(text + "\n", encoding="utf-8")
        written.add(path)
    for old in {*(guide / "functions").glob("*.md")} - written:
        old.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
