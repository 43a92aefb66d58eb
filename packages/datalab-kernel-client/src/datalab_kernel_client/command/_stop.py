"""`datalab-kernel interrupt` and `stop`: by REST alone."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from datalab_kernel_client._server import Server
from datalab_kernel_client.command._servers import settings_of
from datalab_kernel_client.command._targets import find_target, targets
from datalab_kernel_client.errors import SharedKernelError
from datalab_kernel_client.runs._record import ExitStatus

if TYPE_CHECKING:
    import argparse

    from datalab_kernel_client.command._targets import Target

__all__ = ["interrupt", "stop"]


def interrupt(arguments: argparse.Namespace) -> int:
    """Interrupt what a kernel runs; return the exit status."""
    return asyncio.run(_interrupt(arguments))


def stop(arguments: argparse.Namespace) -> int:
    """Shut kernels down; return the exit status."""
    if bool(arguments.target) == arguments.all:
        sys.stderr.write(
            "datalab-kernel stop: name one path or kernel, or --all."
            " `datalab-kernel ps` shows what runs.\n"
        )
        return ExitStatus.USAGE
    return asyncio.run(_stop(arguments))


async def _interrupt(arguments: argparse.Namespace) -> int:
    async with Server(settings_of(arguments.server, arguments.token_file)) as server:
        target = await find_target(server, arguments.target)
        await server.kernels.interrupt(target.kernel.id)
    sys.stdout.write(f"interrupted {target.name}\n")
    return ExitStatus.OK


async def _stop(arguments: argparse.Namespace) -> int:
    async with Server(settings_of(arguments.server, arguments.token_file)) as server:
        if arguments.all:
            found = await targets(server)
        else:
            found = [await find_target(server, arguments.target)]
            if not arguments.force:
                _check_alone(found[0])
        if not found:
            sys.stdout.write("no kernels\n")
            return ExitStatus.OK
        if not (arguments.yes or _agrees(found, is_all=arguments.all)):
            sys.stderr.write("nothing was stopped; -y stops without asking\n")
            return ExitStatus.USAGE
        for target in found:
            for session in target.sessions[:1]:  # which takes the kernel from the others too
                await server.sessions.shutdown(session.id, force=True)
            await server.kernels.shutdown(target.kernel.id)
            sys.stdout.write(f"stopped {target.name}\n")
    return ExitStatus.OK


def _check_alone(target: Target) -> None:
    """See that one session at most uses a kernel.

    Raises
    ------
    SharedKernelError
        Others would lose it.
    """
    paths = [session.path for session in target.sessions]
    if len(paths) > 1:
        raise SharedKernelError(
            f"{target.name} was to be stopped, but its kernel is that of {', '.join(paths)}, which"
            " would all lose it. --force stops it all the same.",
            paths=paths,
        )


def _agrees(found: list[Target], *, is_all: bool) -> bool:
    """Ask whether to stop all kernels, or one that runs something; others are stopped as told."""
    busy = [target.name for target in found if target.kernel.execution_state == "busy"]
    if not is_all and not busy:
        return True
    names = ", ".join(target.name for target in found)
    running = f" ({', '.join(busy)} runs something now)" if busy else ""
    if not sys.stdin.isatty():
        sys.stderr.write(f"datalab-kernel stop: {names} would be stopped{running}.\n")
        return False
    sys.stderr.write(f"Stop {names}{running}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
