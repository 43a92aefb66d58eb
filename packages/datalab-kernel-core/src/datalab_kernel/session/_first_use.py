"""Make the session's names real just before they are used: in a cell, on Tab, on Shift+Tab.

What is read here is text and syntax trees; the names themselves are
:mod:`datalab_kernel.session._namespace`'s, and IPython's side of Tab is in ``_completion``.
"""

from __future__ import annotations

import ast
import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from datalab_kernel.session._namespace import Namespace

__all__ = ["FirstUse"]

_DOTTED = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_NAMED = (ast.Attribute, ast.Name)
_logger = logging.getLogger(__name__)


class FirstUse:
    """Make real what a cell reads, before it runs."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace

    def prepare(self, node: ast.AST, nodes: Sequence[ast.AST]) -> ast.AST:
        """Import what a tree of these nodes reads; it stays as it is, unless an interrupt came."""
        try:
            self.make_real(_read(nodes))
        except KeyboardInterrupt:
            return _interrupted(node)
        return node

    def make_real(self, dotted: Iterable[str]) -> None:
        """Import names such as ``np`` and ``sigima.proc.signal``, as far as they are ours.

        One that can't be imported fails where it is used.
        """
        for name in sorted({*dotted}):
            root, *attributes = name.split(".")
            try:
                if self.namespace.is_waiting(root):
                    self.namespace.value(root)
                if attributes:
                    self.namespace.import_submodules(root, attributes)
            except Exception:  # the stand-in raises the same again, in the user's own line
                _logger.debug("%s can't be had yet", name, exc_info=True)

    def make_real_in(self, text: str) -> None:
        """Import what a piece of code mentions."""
        self.make_real(_DOTTED.findall(text))


def _read(nodes: Iterable[ast.AST]) -> set[str]:
    """Return what a tree of these nodes reads: ``np`` and ``np.pi`` for ``np.pi``."""
    named = [node for node in nodes if isinstance(node, _NAMED)]
    return {name for node in named for name in _dotted_name(node)}


def _dotted_name(node: ast.AST) -> Iterator[str]:
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield ".".join([node.id, *reversed(attributes)])


def _interrupted(node: ast.AST) -> ast.AST:
    """Return the cell as one that is interrupted at once: the interrupt came before it ran."""
    if not isinstance(node, ast.Module):
        raise KeyboardInterrupt
    interrupt = ast.parse("raise KeyboardInterrupt").body
    return ast.Module(body=[*interrupt], type_ignores=node.type_ignores)
