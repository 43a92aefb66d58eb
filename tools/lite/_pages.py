"""The documentation's tutorials as notebooks: its MyST pages whose cells run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["notebook_of"]

_FENCE = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$\n?", re.DOTALL | re.MULTILINE)
_HEADER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
_OPTION = re.compile(r"\A(?::[^\n]*\n)+")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")


def notebook_of(page: str) -> dict[str, Any]:
    r"""Return a MyST page as a notebook; links to other pages, which aren't there, become their text.

    Examples
    --------
    >>> made = notebook_of("# Title\n\n```{code-cell}\n1 + 1\n```\n\nSee [there](there.md).\n")
    >>> [(cell["cell_type"], cell["source"]) for cell in made["cells"]]
    [('markdown', '# Title'), ('code', '1 + 1'), ('markdown', 'See there.')]
    """
    cells = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(_cells(page))]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _cells(page: str) -> Iterator[dict[str, Any]]:
    parts = _FENCE.split(_HEADER.sub("", page))
    for number, part in enumerate(parts):
        if number % 2:
            source = _OPTION.sub("", part).strip("\n")
            yield {
                "cell_type": "code",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        elif text := _LINK.sub(r"\1", _PICTURE.sub("", part)).strip():
            yield {"cell_type": "markdown", "metadata": {}, "source": text}
