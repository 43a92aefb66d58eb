"""A notebook's view of a kernel: run a cell, get what it would show."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_client import BlockingKernelClient, KernelManager

TIMEOUT_S = 60.0


@dataclass(slots=True, kw_only=True)
class Shown:
    """What a cell showed, and how it ended."""

    status: str = ""
    text: str = ""
    result: str | None = None
    error: tuple[str, str, str] | None = None
    displays: list[dict[str, Any]] = field(default_factory=list)


class Kernel:
    """A running kernel and a client of it."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client

    def run(self, code: str, *, meanwhile: Callable[[], None] | None = None) -> Shown:
        """Run a cell to its end; ``meanwhile`` is called at its first output."""
        return self.outcome(self.client.execute(code), meanwhile=meanwhile)

    def outcome(self, request: str, *, meanwhile: Callable[[], None] | None = None) -> Shown:
        """Collect what a request shows until the kernel is idle again."""
        shown = Shown()
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            message = self.client.get_iopub_msg(timeout=deadline - time.monotonic())
            if (message["parent_header"] or {}).get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    shown.text += content["text"]
                    if meanwhile is not None:
                        meanwhile()
                        meanwhile = None
                case "execute_result":
                    shown.result = content["data"]["text/plain"]
                    shown.displays.append(content["data"])
                case "display_data":
                    shown.displays.append(content["data"])
                case "error":
                    trace = "\n".join(content["traceback"])
                    shown.error = (content["ename"], content["evalue"], trace)
                case "status" if content["execution_state"] == "idle":
                    break
        shown.status = self._reply(request)["status"]
        return shown

    def value(self, code: str) -> str:
        """Run a cell that must succeed; return its result's text."""
        shown = self.run(code)
        assert shown.error is None, shown.error[2]
        assert shown.status == "ok"
        return shown.result or ""

    def complete(self, code: str) -> list[str]:
        """Return the completions at the end of a text."""
        matches: list[str] = self._reply(self.client.complete(code, len(code)))["matches"]
        return matches

    def inspect(self, code: str) -> str:
        """Return what Shift+Tab at the end of a text shows."""
        data = self._reply(self.client.inspect(code, len(code)))["data"]
        return str(data.get("text/plain", ""))

    def interrupt(self) -> None:
        """Press Stop."""
        self.manager.interrupt_kernel()

    def _reply(self, request: str) -> dict[str, Any]:
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            message = self.client.get_shell_msg(timeout=deadline - time.monotonic())
            if message["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = message["content"]
                return content
