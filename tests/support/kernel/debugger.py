"""A front end's debugger, on a kernel that a test watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.kernel.watch import Watch


class Debugger:
    """A front end's debugger: requests of the Debug Adapter Protocol on the control channel."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._number = 0

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        self._number += 1
        content = {"type": "request", "seq": self._number, "command": command}
        request = self._watch.send(
            "debug_request", {**content, "arguments": arguments}, channel="control"
        )
        self._watch.until(lambda: bool(self._watch.cell(request).reply))
        answer: dict[str, Any] = self._watch.cell(request).reply["content"]
        assert answer["success"], answer
        return answer.get("body") or {}

    def stops(self) -> list[dict[str, Any]]:
        events = [one for one in self._watch.published if one["msg_type"] == "debug_event"]
        return [one["content"]["body"] for one in events if one["content"]["event"] == "stopped"]

    def wait_for_stop(self, number: int) -> dict[str, Any]:
        """Return the innermost frame once the cell has stopped for the n-th time."""
        self._watch.until(lambda: len(self.stops()) == number)
        thread = self.stops()[-1]["threadId"]
        frame: dict[str, Any] = self.ask("stackTrace", threadId=thread)["stackFrames"][0]
        return {**frame, "thread": thread}
