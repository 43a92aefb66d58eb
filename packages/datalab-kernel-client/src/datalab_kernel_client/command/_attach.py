"""`datalab-kernel attach`: see what a running kernel shows, or run code in it, and leave it alone."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from datalab_kernel_client._server import Server
from datalab_kernel_client.command._report import plain
from datalab_kernel_client.command._servers import settings_of
from datalab_kernel_client.command._targets import find_target
from datalab_kernel_client.runs._record import ExitStatus

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from datalab_kernel_client.command._targets import Target
    from datalab_kernel_client.kernels import KernelConnection, Message

__all__ = ["attach"]


def attach(arguments: argparse.Namespace) -> int:
    """Follow a kernel until Ctrl-C, or run code in it; return the exit status."""
    try:
        return asyncio.run(_attach(arguments))
    except KeyboardInterrupt:
        sys.stderr.write("left; the kernel goes on\n")
        return ExitStatus.INTERRUPTED if arguments.code else ExitStatus.OK


async def _attach(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments.server, arguments.token_file)
    show = _show_json if arguments.json else _show
    async with Server(settings) as server:
        target = await find_target(server, arguments.target)
        sys.stderr.write(_warning(target) + "\n")
        async with server.kernels.connect_to(target.kernel) as kernel:
            if arguments.code is None:
                return await _follow(kernel, show)
            return await _execute(kernel, arguments.code, show)


def _warning(target: Target) -> str:
    others = target.kernel.connections
    if others:
        clients = "another client is" if others == 1 else f"{others} other clients are"
        return (
            f"{target.name}: {clients} connected to this {target.kernel.name}. Output for one that"
            " comes back meanwhile isn't kept by the server."
        )
    return (
        f"{target.name}: nobody is connected to this {target.kernel.name}. What the server kept"
        " for a client that is away, such as a run to be resumed, is dropped now."
    )


async def _follow(kernel: KernelConnection, show: Callable[[Message], None]) -> int:
    ended = asyncio.Event()
    kernel.iopub_message.connect(show)
    kernel.disposed.connect(lambda _: ended.set())
    await ended.wait()
    sys.stderr.write("the kernel was shut down\n")
    return ExitStatus.OK


async def _execute(kernel: KernelConnection, code: str, show: Callable[[Message], None]) -> int:
    future = kernel.request_execute(code, allow_stdin=False)
    async for message in future:
        if message.msg_type != "execute_input":
            show(message)
    reply = await future
    return ExitStatus.OK if reply.content.get("status") == "ok" else ExitStatus.CELL_FAILED


def _show_json(message: Message) -> None:
    line = {
        "msg_type": message.msg_type,
        "parent_id": message.parent_id,
        "content": message.content,
    }
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()


def _show(message: Message) -> None:
    """Print a message as a console would."""
    content, out = message.content, sys.stdout
    match message.msg_type:
        case "stream":
            out = sys.stderr if content.get("name") == "stderr" else sys.stdout
            text = str(content.get("text", ""))
        case "execute_input":
            code = str(content.get("code", "")).replace("\n", "\n   ...: ")
            text = f"In [{content.get('execution_count')}]: {code}\n"
        case "execute_result":
            text = f"Out[{content.get('execution_count')}]: {_plain_data(content)}\n"
        case "display_data":
            text = f"{_plain_data(content)}\n"
        case "error":
            text, out = "\n".join(content.get("traceback", ())) + "\n", sys.stderr
        case _:
            return
    out.write(text if out.isatty() else plain(text))
    out.flush()


def _plain_data(content: dict[str, object]) -> str:
    data = content.get("data")
    if not isinstance(data, dict):
        return ""
    return str(data.get("text/plain") or f"<{', '.join(data)}>")
