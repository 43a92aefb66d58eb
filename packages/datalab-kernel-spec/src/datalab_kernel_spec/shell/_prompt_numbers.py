"""Which number the next prompt has: the relay is told where it can't know it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.protocol._lines import NUMBER

if TYPE_CHECKING:
    from datalab_kernel_spec.messages._parents import Parents
    from datalab_kernel_spec.protocol._lines import Lines

__all__ = ["PromptNumbers"]


class PromptNumbers:
    """Follow IPython's count; the relay takes it that each cell uses one number.

    A cell that isn't kept in the history uses none, and ``%reset`` starts anew.
    """

    def __init__(self, shell: Any, parents: Parents, lines: Lines) -> None:
        self._shell = shell
        self._parents = parents
        self._lines = lines
        self._next = 1
        self._has_begun = False

    def begin_cell(self) -> None:
        """Learn that a cell runs."""
        self._has_begun = True

    def before_reply(self) -> None:
        """Tell the number after a cell that has run, if the relay takes it for another one."""
        if not self._has_begun:  # it was aborted
            return
        self._has_begun = False
        expected, self._next = self._next + 1, int(self._shell.execution_count)
        if self._next != expected:
            cell = json.loads(self._parents.cell or b"{}").get("msg_id", "")
            self._lines.tell(f"{NUMBER} {self._next} {cell}")
