"""The JavaScript half as the one text that anywidget takes.

Its modules lie in ``static`` and import each other, for tools and tests. Here each becomes a
function that returns its exports: no name of one meets a name of another.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

__all__ = ["page_module"]

_MODULES = (
    "errors",
    "table",
    "base64",
    "ndarray",
    "streams",
    "failures",
    "link",
    "session",
    "blobs",
    "values",
    "transfers",
    "exposed",
    "serving",
    "calling",
    "channel",
    "frontend",
    "page",
)
"""Each after those that it imports."""
_COMMENT = re.compile(r"^ */\*\*(?:(?!\*/).)*\*/\n|^ *//[^\n]*\n", re.DOTALL | re.MULTILINE)
_TABLE_IMPORT = re.compile(r'^import TABLE from ".*frames\.json".*;\n', re.MULTILINE)
_IMPORT = re.compile(r'^import (?:\* as (\w+)|(\{[^}]*\})) from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=class|const|function|async function)", re.MULTILINE)
_NAME = re.compile(r"^export (?:class|const|function|async function\*?) (\w+)", re.MULTILINE)


@cache
def page_module() -> str:
    """Return the page's half: an ES module whose default export anywidget runs.

    Examples
    --------
    >>> "export default" in page_module()
    True
    """
    folder = files("datalab_kernel_channel")
    table = folder.joinpath("protocol", "frames.json").read_text("utf-8")
    parts = [f"const TABLE = {json.dumps(json.loads(table))};\n"]
    for name in _MODULES:
        source = folder.joinpath("page", "static", f"{name}.js").read_text("utf-8")
        parts.append(_part(name, _COMMENT.sub("", source)))
    return "".join(parts)


def _part(name: str, source: str) -> str:
    """Return a module as a function's result; the last one's default export is the text's."""
    body = _IMPORT.sub(_taken, _TABLE_IMPORT.sub("", source))
    head, is_last, tail = body.partition("\nexport default ")
    if is_last:
        return f"{head}\nexport default {tail}"
    names = ", ".join(_NAME.findall(body))
    body = _EXPORT.sub("", body)
    return f"const $_{name} = (() => {{\n{body}\nreturn {{ {names} }};\n}})();\n"


def _taken(found: re.Match[str]) -> str:
    whole, names, name = found.groups()
    return f"const {whole or names} = $_{name};\n"
