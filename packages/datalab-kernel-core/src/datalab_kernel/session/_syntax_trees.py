"""The nodes of a cell's syntax tree, for what each cell waits for."""

from __future__ import annotations

import ast
from typing import Any

__all__ = ["nodes_of"]


def nodes_of(tree: ast.AST) -> list[ast.AST]:
    """Return what ``ast.walk`` yields, in another order and in less time."""
    nodes: list[ast.AST] = []
    left: list[Any] = [tree]
    while left:
        node = left.pop()
        if not isinstance(node, ast.AST):
            continue
        nodes.append(node)
        for field in node._fields:
            found = getattr(node, field, None)
            if isinstance(found, list):
                left += found
            elif found is not None:
                left.append(found)
    return nodes
