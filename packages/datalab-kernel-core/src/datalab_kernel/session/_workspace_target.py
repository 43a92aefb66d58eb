"""The comm target ``datalab.workspace``: this session's workspace, for a script somewhere else.

Registering costs nothing and imports nothing; what answers is ``_workspace_answers``, imported
when somebody opens a comm.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TARGET", "WorkspaceTarget"]

TARGET = "datalab.workspace"
"""What a comm is opened to."""

_REAL_PACKAGE = "comm.base_comm"
"""What the package ``comm`` has, and xpython's stand-in for it hasn't."""


class WorkspaceTarget:
    """Offer a session's workspaces to whoever opens a comm.

    Parameters
    ----------
    find
        Gives what a name is bound to in the session.
    """

    def __init__(self, find: Callable[[str], Any]) -> None:
        self._find = find
        self._manager: Any = None

    def offer(self) -> None:
        """Register the target where there are comms by now; doing so again is harmless."""
        if _REAL_PACKAGE not in sys.modules:
            return
        import comm

        manager = comm.get_comm_manager()
        if manager is not self._manager:
            manager.register_target(TARGET, self._open)
            self._manager = manager

    def withdraw(self) -> None:
        """Take the target back; comms that are open go on."""
        if self._manager is not None:
            self._manager.unregister_target(TARGET, self._open)
            self._manager = None

    def _open(self, comm: Any, message: dict[str, Any]) -> None:
        from datalab_kernel.session._workspace_answers import answer_comm

        answer_comm(comm, message, self._find)
