"""What a cell shows, as nbformat 4 keeps it: streams joined, cleared and updated as front ends do."""

from __future__ import annotations

import weakref
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_client.kernels._messages import Message

__all__ = ["Displays", "Outputs"]


class Output(dict[str, Any]):
    """One output; a dict that can be referred to weakly."""

    __slots__ = ("__weakref__",)


class Displays:
    """The outputs of one connection by their display ids; who forgets a result forgets its outputs."""

    def __init__(self) -> None:
        self._outputs: dict[str, list[weakref.ref[Output]]] = defaultdict(list)

    def note(self, display_id: str, output: Output) -> None:
        """Take note of an output."""
        known = [one for one in self._outputs[display_id] if one() is not None]
        self._outputs[display_id] = [*known, weakref.ref(output)]

    def update(self, display_id: str, content: dict[str, Any]) -> None:
        """Give all outputs of an id their new content, also those of cells that are done."""
        for reference in self._outputs.get(display_id, ()):
            output = reference()
            if output is not None:
                output["data"] = content.get("data", {})
                output["metadata"] = content.get("metadata", {})


class Outputs:
    """The outputs of one request.

    Parameters
    ----------
    displays
        Those of the connection.
    """

    def __init__(self, displays: Displays) -> None:
        self._displays = displays
        self._list: list[Output] = []
        self._pieces: list[str] = []
        """Of the stream that is last in the list: joined when it is looked at."""
        self._clears_next = False

    @property
    def list(self) -> list[dict[str, Any]]:
        """The outputs; the same list each time."""
        self._join()
        return self._list  # type: ignore[return-value]  # an Output is a dict

    def take(self, message: Message) -> None:
        """Take what a kernel publishes."""
        content = message.content
        match message.msg_type:
            case "stream":
                self._stream(str(content.get("name")), str(content.get("text", "")))
            case "display_data" | "execute_result" | "error":
                self._add(message.msg_type, content)
            case "clear_output":
                if content.get("wait"):
                    self._clears_next = True
                else:
                    self._clear()
            case _:
                return

    def _stream(self, name: str, text: str) -> None:
        self._clear_if_asked()
        last = self._list[-1] if self._list else {}
        if last.get("output_type") != "stream" or last.get("name") != name:
            self._append(Output(output_type="stream", name=name, text=""))
        self._pieces.append(text)

    def _add(self, kind: str, content: dict[str, Any]) -> None:
        self._clear_if_asked()
        if kind == "error":
            names = ("ename", "evalue", "traceback")
            self._append(Output(output_type=kind, **{name: content.get(name) for name in names}))
            return
        output = Output(
            output_type=kind,
            data=content.get("data", {}),
            metadata=content.get("metadata", {}),
        )
        if kind == "execute_result":
            output["execution_count"] = content.get("execution_count")
        self._append(output)
        if display_id := (content.get("transient") or {}).get("display_id"):
            self._displays.note(display_id, output)

    def _append(self, output: Output) -> None:
        self._join()
        self._list.append(output)

    def _join(self) -> None:
        if self._pieces:
            last = self._list[-1]
            last["text"] = "".join([last["text"], *self._pieces])
            self._pieces = []

    def _clear_if_asked(self) -> None:
        if self._clears_next:
            self._clear()

    def _clear(self) -> None:
        self._clears_next = False
        self._pieces = []
        self._list.clear()
