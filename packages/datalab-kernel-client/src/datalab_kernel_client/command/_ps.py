"""`datalab-kernel ps`: what runs on servers, by REST alone.

A WebSocket of our own would make a server throw away what it keeps for a client that is away.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from datalab_kernel_client._server import Server
from datalab_kernel_client.command._failures import explain
from datalab_kernel_client.command._memory import memory_bytes
from datalab_kernel_client.command._servers import settings_of
from datalab_kernel_client.command._targets import targets
from datalab_kernel_client.errors import ClientError
from datalab_kernel_client.server import Rest, running_servers

if TYPE_CHECKING:
    import argparse

    from datalab_kernel_client.command._targets import Target
    from datalab_kernel_client.server import ServerSettings

__all__ = ["ps"]

_UNUSED_S = 60
_TITLES = ("PATH OR ID", "KERNEL", "STATE", "LAST ACTIVITY", "CLIENTS")
_STEPS = ((60, 1, "s"), (3600, 60, "min"), (48 * 3600, 3600, "h"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One session, or one kernel that no session uses."""

    server: str
    path: str
    kernel_id: str
    kernel: str
    state: str
    last_activity: str
    connections: int
    memory_bytes: int | None


def ps(arguments: argparse.Namespace) -> int:
    """Print what runs; return the exit status."""
    return asyncio.run(_ps(arguments))


async def _ps(arguments: argparse.Namespace) -> int:
    if arguments.all and not arguments.server:
        servers = running_servers()
    else:
        servers = [settings_of(arguments.server, arguments.token_file)]
    rows: list[_Row] = []
    failures: list[ClientError] = []
    for settings in servers:
        try:
            rows += await _rows(settings, with_memory=arguments.memory)
        except ClientError as error:
            if len(servers) == 1:
                raise
            failures.append(error)
    if arguments.json:
        sys.stdout.write(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    else:
        _print(rows, servers, with_memory=arguments.memory)
    for failure in failures:
        explain(failure)
    return 0


async def _rows(settings: ServerSettings, *, with_memory: bool) -> list[_Row]:
    server = Server(settings)
    rest = Rest(settings)
    try:
        await server.check()
        rows = []
        for target in await targets(server):
            memory = await memory_bytes(rest, target.kernel.id) if with_memory else None
            rows += _rows_of(settings, target, memory)
        return rows
    finally:
        await server.close()
        await rest.close()


def _rows_of(settings: ServerSettings, target: Target, memory: int | None) -> list[_Row]:
    kernel = target.kernel
    activity = kernel.last_activity
    age_s = (datetime.now(UTC) - activity).total_seconds() if activity else 0.0
    is_unused = kernel.execution_state == "starting" and age_s > _UNUSED_S
    return [
        _Row(
            server=settings.base_url,
            path=path,
            kernel_id=kernel.id,
            kernel=kernel.name,
            state="not used yet" if is_unused else kernel.execution_state,
            last_activity=activity.isoformat() if activity else "",
            connections=kernel.connections,
            memory_bytes=memory,
        )
        for path in [session.path for session in target.sessions] or [""]
    ]


def _print(rows: list[_Row], servers: list[ServerSettings], *, with_memory: bool) -> None:
    for settings in servers:
        own = [row for row in rows if row.server == settings.base_url]
        sys.stdout.write(f"{settings.base_url}\n")
        if not own:
            sys.stdout.write("  no kernels\n")
            continue
        titles = (*_TITLES, "MEMORY") if with_memory else _TITLES
        table = [titles, *(_cells(row)[: len(titles)] for row in own)]
        widths = [max(len(line[column]) for line in table) for column in range(len(titles))]
        for line in table:
            padded = [text.ljust(width) for text, width in zip(line, widths, strict=True)]
            sys.stdout.write("  " + "  ".join(padded).rstrip() + "\n")
    if not servers:
        sys.stdout.write("No Jupyter server runs on this computer.\n")


def _cells(row: _Row) -> tuple[str, ...]:
    memory = "-" if row.memory_bytes is None else f"{row.memory_bytes / 1e6:.0f} MB"
    activity = _ago(row.last_activity)
    return (
        *(row.path or row.kernel_id, row.kernel, row.state, activity),
        *(str(row.connections), memory),
    )


def _ago(moment: str) -> str:
    if not moment:
        return "-"
    seconds = max(0.0, (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
    for limit, step, unit in _STEPS:
        if seconds < limit:
            return f"{seconds // step:.0f} {unit} ago"
    return f"{seconds // 86400:.0f} days ago"
