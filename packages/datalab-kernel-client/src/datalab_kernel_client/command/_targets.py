"""What a person means by a path or an id, found by REST alone."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datalab_kernel_client.errors import SessionNotFoundError
from datalab_kernel_client.sessions._models import normalised

if TYPE_CHECKING:
    from datalab_kernel_client._server import Server
    from datalab_kernel_client.kernels import KernelModel
    from datalab_kernel_client.sessions import SessionModel

__all__ = ["Target", "find_target", "targets"]

_SHORTEST = 4
"""How much of an id has to be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A kernel of a server, with the sessions that use it."""

    kernel: KernelModel
    sessions: tuple[SessionModel, ...] = ()

    @property
    def name(self) -> str:
        """How a person knows it: its first path, or its id."""
        return self.sessions[0].path if self.sessions else self.kernel.id


async def targets(server: Server) -> list[Target]:
    """Return every kernel of a server; those of sessions first, by path."""
    sessions = await server.sessions.refresh()
    kernels = await server.kernels.refresh()
    found = [
        Target(
            kernel=kernel,
            sessions=tuple(one for one in sessions if one.kernel and one.kernel.id == kernel.id),
        )
        for kernel in kernels
    ]
    return sorted(found, key=lambda target: (not target.sessions, target.name))


async def find_target(server: Server, text: str) -> Target:
    """Return the kernel that a path, an id, or the beginning of an id names.

    Raises
    ------
    SessionNotFoundError
        None, or several.
    """
    running = await targets(server)
    try:
        path = normalised(text)
    except ValueError:
        path = text
    found = [one for one in running if path in {session.path for session in one.sessions}]
    if not found and len(text) >= _SHORTEST:
        found = [one for one in running if one.kernel.id.startswith(text)]
    if len(found) == 1:
        return found[0]
    names = [one.name for one in running]
    nearest = difflib.get_close_matches(path, names, 3, 0.5)
    what = f"{len(found)} kernels have it" if found else "nothing that runs there has it"
    there = f" What runs: {', '.join(names)}." if names else " Nothing runs there."
    raise SessionNotFoundError(
        f"{text} was asked for on {server.settings.base_url}, but {what} as path or id.{there}"
        " `datalab-kernel ps` shows more.",
        path=text,
        nearest=nearest,
        running=names,
    )
