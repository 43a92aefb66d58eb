"""The functions that can be run, as a sequence that displays as a table to search in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, overload
from uuid import uuid4

from datalab_kernel.compute._synonyms import is_meant
from datalab_kernel.objects import _names

if TYPE_CHECKING:
    from datalab_kernel.compute import FunctionInfo
    from datalab_kernel.objects import Kind

_CELL = "text-align:left;padding:2px 8px;vertical-align:top"
_SEARCH = (
    "const w=this.value.toLowerCase().split(' ');"
    "this.parentElement.querySelectorAll('tbody tr').forEach(r=>{const t=r.textContent"
    ".toLowerCase();r.hidden=!w.every(x=>t.includes(x))})"
)
MAX_TEXT_ROWS = 60


class FunctionTable(Sequence["FunctionInfo"]):
    """Functions that ``workspace.calc`` runs; each is a FunctionInfo."""

    def __init__(self, infos: Sequence[FunctionInfo]) -> None:
        self._infos = tuple(infos)

    @overload
    def __getitem__(self, index: int) -> FunctionInfo: ...
    @overload
    def __getitem__(self, index: slice) -> FunctionTable: ...
    def __getitem__(self, index: int | slice) -> FunctionInfo | FunctionTable:
        """Give one function, or some as a table."""
        if isinstance(index, slice):
            return FunctionTable(self._infos[index])
        return self._infos[index]

    def __len__(self) -> int:
        """Count the functions."""
        return len(self._infos)

    def __repr__(self) -> str:
        """Write a line for each."""
        lines = [str(info) for info in self._infos[:MAX_TEXT_ROWS]]
        rest = len(self._infos) - len(lines)
        if rest > 0:
            lines.append(f"… and {rest} more: workspace.functions('*filter*') lists fewer")
        return "\n".join(lines) or "No function matches."

    def _repr_html_(self) -> str:
        if not self._infos:
            return "<p>No function matches.</p>"
        names = ("name", "for", "group", "makes", "what it does", "parameters")
        head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in names)
        rows = "".join(_row(info) for info in self._infos)
        key = uuid4().hex
        return (
            '<div style="color:var(--jp-content-font-color1,inherit)">'
            f'<label for="{key}">Search </label><input id="{key}" type="search" '
            f'oninput="{_SEARCH}"><div style="max-height:30em;overflow:auto">'
            f"<table><caption>{len(self._infos)} functions</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></div>"
        )


def _row(info: FunctionInfo) -> str:
    parameters = "<br>".join(escape(str(parameter)) for parameter in info.parameters)
    cells = (info.kind, info.group, info.pattern, info.summary)
    texts = "".join(f'<td style="{_CELL}">{escape(text)}</td>' for text in cells)
    return (
        f'<tr><th scope="row" style="{_CELL}"><code>{escape(info.name)}</code>'
        f"<span hidden> {escape(', '.join(info.synonyms))}</span></th>{texts}"
        f'<td style="{_CELL}">{parameters}</td></tr>'
    )


def find_functions(pattern: str | None, kind: Kind | None) -> FunctionTable:
    """Return the functions of a kind whose name, group or description has the pattern."""
    from datalab_kernel.compute import all_functions
    from datalab_kernel.objects import KINDS

    if kind is not None and kind not in KINDS:
        message = f"kind must be 'signal', 'image' or None, not {kind!r}."
        raise ValueError(message)
    if not isinstance(pattern, str | None):
        message = f"A pattern must be text or None, not {type(pattern).__name__}."
        raise TypeError(message)
    infos = [info for info in all_functions() if kind in (None, info.kind)]
    if pattern is not None:
        exact = {info.name for info in infos} & {pattern}
        infos = [info for info in infos if _matches(info, pattern, is_exact=bool(exact))]
    return FunctionTable(infos)


def _matches(info: FunctionInfo, pattern: str, *, is_exact: bool) -> bool:
    if is_exact:
        return info.name == pattern
    if _names.has_wildcard(pattern):
        return bool(_names.match(pattern, [info.name]))
    text = pattern.casefold()
    if any(text in found.casefold() for found in (info.name, info.group, info.summary)):
        return True
    return any(is_meant(text, phrase) for phrase in info.synonyms)
