"""Changes to a copy that nobody keeps, as in ``workspace["a"].xunit = "ms"``: said after the cell.

They are recognised by their form in the cell's code; nothing watches objects.
"""

from __future__ import annotations

import ast
import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import LostChangeWarning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["LostChanges", "assignments_to_copies"]

_PARTS = (ast.Attribute, ast.Subscript)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentToCopy:
    """An assignment whose target begins with ``owner[key]`` and goes on.

    Attributes
    ----------
    owner : str
        The variable, a workspace perhaps.
    key : str
        What is in the brackets, as code.
    target : str
        The whole target, as code.
    line : int
        Its line in the cell, from 1.
    """

    owner: str
    key: str
    target: str
    line: int


class LostChanges:
    """Warn of each change that a cell made to a copy only, from :meth:`begin` to :meth:`end`."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._found: list[AssignmentToCopy] = []

    def begin(self) -> None:
        """Begin to say it."""
        self._shell.events.register("post_run_cell", self._warn)

    def end(self) -> None:
        """Say nothing any more."""
        self._shell.events.unregister("post_run_cell", self._warn)

    def look_at(self, tree: ast.AST, nodes: Sequence[ast.AST]) -> None:
        """Remember what a cell, a tree of these nodes, is about to assign to copies."""
        self._found = [*assignments_to_copies(tree)] if _changes_parts(nodes) else []

    def _warn(self, result: Any) -> None:
        found, self._found = self._found, []
        if not found or result.error_before_exec or result.error_in_exec:
            return
        for one in found:
            if _is_workspace(self._shell.user_ns.get(one.owner)):
                place = f"cell {result.execution_count}"
                warnings.warn_explicit(_message(one), LostChangeWarning, place, one.line)


def assignments_to_copies(tree: ast.AST) -> Iterator[AssignmentToCopy]:
    """Find what a cell assigns to parts of ``name[key]``, where the name isn't a function's own.

    Examples
    --------
    >>> code = "workspace['a'].y[:] = 0; workspace['a'] = obj"
    >>> [found.target for found in assignments_to_copies(ast.parse(code))]
    ["workspace['a'].y[:]"]
    """
    for node, own in _with_own_names(tree, frozenset()):
        for target in _targets(node):
            first = _first_item(target)
            if first is not None and first.value.id not in own:  # type: ignore[attr-defined]
                yield AssignmentToCopy(
                    owner=first.value.id,  # type: ignore[attr-defined]
                    key=ast.unparse(first.slice),
                    target=ast.unparse(target),
                    line=target.lineno,
                )


def _changes_parts(nodes: Iterable[ast.AST]) -> bool:
    """Say quickly whether a cell assigns to parts of anything."""
    return any(isinstance(node, _PARTS) and not isinstance(node.ctx, ast.Load) for node in nodes)


def _with_own_names(node: ast.AST, own: frozenset[str]) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Walk a tree; with each node, what the functions around it bind themselves."""
    if isinstance(node, _FUNCTIONS):
        bound = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
        bound |= {
            part.id
            for part in ast.walk(node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
        own |= bound
    yield node, own
    for child in ast.iter_child_nodes(node):
        yield from _with_own_names(child, own)


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    """Return what a statement assigns to, of tuples each part."""
    if isinstance(node, ast.Assign | ast.Delete):
        todo = [*node.targets]
    elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value):
        todo = [node.target]
    else:
        return
    while todo:
        target = todo.pop(0)
        if isinstance(target, ast.Tuple | ast.List):
            todo[:0] = target.elts
        elif isinstance(target, ast.Starred):
            todo.insert(0, target.value)
        else:
            yield target


def _first_item(target: ast.expr) -> ast.Subscript | None:
    """Return ``name[key]``, if a target goes on from there."""
    inner: ast.expr = target
    while isinstance(inner, ast.Attribute | ast.Subscript):
        outer, inner = inner, inner.value
        if isinstance(inner, ast.Name):
            is_item = isinstance(outer, ast.Subscript) and outer is not target
            return outer if is_item else None  # type: ignore[return-value]
    return None


def _is_workspace(value: object) -> bool:
    module = sys.modules.get("datalab_kernel.workspace._workspace")
    return module is not None and isinstance(value, module.Workspace)


def _message(found: AssignmentToCopy) -> str:
    rest = found.target.partition(f"{found.owner}[{found.key}]")[2]
    return (
        f"{found.target} changes a copy, which nobody keeps; the object in the workspace is as it "
        f"was. To change that one: with {found.owner}.edit({found.key}) as obj: and, in it, "
        f"obj{rest} = …"
    )
