"""The kernel's end of the tunnel: publish under a parent of one's choice, and hear front ends.

What travels is written down in :mod:`datalab_kernel_spec.relay._comms`.
"""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Callable, Sequence
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._text import valid
from datalab_kernel_spec.protocol._lines import TUNNEL
from datalab_kernel_spec.protocol._words import RESUME

if TYPE_CHECKING:
    from datalab_kernel_spec.messages._flow import Flow
    from datalab_kernel_spec.protocol._lines import Lines

__all__ = ["Heard", "Tunnel"]

BLANK = (b"", b"{}")
SURROGATE = r"\ud"
TARGET = "datalab-kernel.tunnel"

_logger = logging.getLogger(__name__)

Heard = Callable[[str, dict[str, Any], bytes], None]
"""Called with msg_type, the message as Jupyter's dict, and its header as JSON."""


class Tunnel:
    """One comm of xpython's that carries other messages.

    Parameters
    ----------
    xpython_comm
        xpython's own ``Comm`` class.
    lines
        Where the relay is told the comm's id.
    flow
        Where what is published waits for the relay.
    """

    def __init__(self, xpython_comm: Any, lines: Lines, flow: Flow) -> None:
        self._flow = flow
        self._comm = xpython_comm(target_name=TARGET)
        self._comm.on_msg(self._hear)
        self._heard: Heard | None = None
        self._answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
        self._on_resume: Callable[[], None] = _nothing
        self._set_up: Callable[[], None] = _nothing
        lines.tell(f"{TUNNEL} {self._comm.comm_id}")

    def before_first(self, callback: Callable[[], None]) -> None:
        """Say what is to be set up when the first message comes, or by :meth:`open`."""
        self._set_up = callback

    def open(self) -> None:
        """Set up what listens, unless it is."""
        set_up, self._set_up = self._set_up, _nothing
        set_up()

    def on_message(self, heard: Heard) -> None:
        """Say who is told of the front ends' comm messages."""
        self._heard = heard

    def on_resume(self, callback: Callable[[], None]) -> None:
        """Say whom to tell that the relay has seen a cell's failure."""
        self._on_resume = callback

    def on_request(self, what: str, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Say what turns the content of ``{what}_request`` into that of ``{what}_reply``."""
        self._answers[f"{what}_request"] = answer

    def publish(
        self,
        msg_type: str,
        content: dict[str, Any],
        *,
        parent: bytes = b"",
        metadata: dict[str, Any] | None = None,
        buffers: Sequence[Any] = (),
    ) -> None:
        """Send a message to all front ends, under the current cell or the parent given."""
        parts: list[bytes | memoryview] = [parent, _packed(content), _packed(metadata or {})]
        parts += map(_raw, buffers)
        self._flow.before(sum(map(len, parts)))
        self._comm.send(data={"type": msg_type}, buffers=parts)

    def send(self, msg_type: str, content: dict[str, Any], *, parent: bytes) -> None:
        """Publish without a wait: who calls has waited."""
        parts = [parent, _packed(content), _packed({})]
        self._comm.send(data={"type": msg_type}, buffers=parts)

    def _hear(self, message: dict[str, Any]) -> None:
        msg_type = message["content"]["data"]["type"]
        if msg_type == RESUME:
            self._on_resume()
            return
        if msg_type in self._answers:
            self._answer(msg_type, message["buffers"])
            return
        self.open()
        if self._heard is None:
            return
        parts = [memoryview(part) for part in message["buffers"]]
        header, content, metadata, parent, *buffers = parts
        fields = json.loads(bytes(header))
        heard = {
            "header": fields,
            "msg_id": fields["msg_id"],
            "msg_type": msg_type,
            "parent_header": _object_of(parent),
            "content": json.loads(bytes(content)),
            "metadata": _object_of(metadata),
            "buffers": buffers,
        }
        self._heard(msg_type, heard, bytes(header))

    def _answer(self, msg_type: str, parts: Sequence[Any]) -> None:
        header, request = (bytes(memoryview(part)) for part in parts[:2])
        try:
            content = self._answers[msg_type](json.loads(request))
        except Exception as error:
            _logger.exception("A %s couldn't be answered", msg_type)
            name = type(error).__name__
            content = {"status": "error", "ename": name, "evalue": str(error), "traceback": []}
        self.publish(msg_type.replace("_request", "_reply"), content, parent=header)


def _nothing() -> None:
    """Do nothing."""


def _object_of(part: memoryview) -> Any:
    """Return what a part says; most say nothing."""
    text = bytes(part)
    return json.loads(text) if text not in BLANK else {}


def _raw(buffer: Any) -> memoryview:
    """Return a buffer's bytes, of whatever format and shape, without a copy."""
    view = memoryview(buffer)
    # What doesn't lie in order in memory is refused by `cast`.
    return PickleBuffer(view).raw() if view.c_contiguous else view.cast("B")


def _packed(content: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(content, default=_plain, allow_nan=False)
    except ValueError:  # NaN or infinity, which JSON and browsers don't know
        text = json.dumps(_without_nan(json.loads(json.dumps(content, default=_plain))))
    if SURROGATE in text:  # one of a pair, or alone
        text = json.dumps(valid(json.loads(text)))
    return text.encode()


def _plain(value: Any) -> Any:
    """Return what JSON can hold of numpy's scalars and arrays, dates and sets."""
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return [*value]
    if hasattr(value, "tolist"):
        return value.tolist()
    message = f"A {type(value).__name__} can't travel as JSON to the front end."
    raise TypeError(message)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    is_odd = isinstance(value, float) and (value != value or value in (float("inf"), -float("inf")))  # noqa: PLR0124
    return None if is_odd else value
