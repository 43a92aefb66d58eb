"""One side of a page's link: numbers, acknowledgements, gaps, window and signs of life.

No I/O and no clock of its own: frames and times go in, frames come out. What the items mean is
others' business.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.protocol._table import LIMITS, TABLE, TIMES_S, Refused
from datalab_kernel_channel.protocol._timing import Signs

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Frame", "Link", "Parcel"]

Frame = tuple[dict[str, Any], list[Any]]
"""A frame without its envelope, and its buffers."""

ACK_FRAMES: int = TABLE["acknowledge"]["frames"]
ACK_BYTES: int = TABLE["acknowledge"]["bytes"]


@dataclass(slots=True, eq=False)
class Parcel:
    """An item on its way, with the buffers that are its own."""

    item: dict[str, Any]
    buffers: Sequence[Any]
    size_bytes: int
    is_sent: bool = False


class Link:
    """The state of one side of a link.

    Parameters
    ----------
    may_be_lost
        Whether silence means a lost link: for the kernel's side. A busy kernel is silent too.
    """

    def __init__(self, *, may_be_lost: bool = True) -> None:
        self.frame_bytes = LIMITS["sent_frame_bytes"]
        """What a frame takes at most, if it has several items."""
        self._outbox: deque[Parcel] = deque()
        self._flying: dict[int, tuple[Frame, int]] = {}
        self._flying_bytes = 0
        self.sent = 0
        """The highest number sent."""
        self.received = 0
        """The number up to which everything came."""
        self._held: dict[int, Frame] = {}
        self._control: list[dict[str, Any]] = []
        self._again: list[int] = []
        self._asked = (0, float("-inf"))
        self._ack_at: float | None = None
        self._unacknowledged = [0, 0]
        self._signs = Signs(may_be_lost=may_be_lost)

    @property
    def is_connected(self) -> bool:
        """Whether the other side gave a sign of life when it was last asked for one."""
        return self._signs.is_connected

    @property
    def is_idle(self) -> bool:
        """Whether everything that was posted has arrived."""
        return not self._outbox and not self._flying

    @property
    def waiting_bytes(self) -> int:
        """How much was posted and isn't acknowledged."""
        return self._flying_bytes + sum(parcel.size_bytes for parcel in self._outbox)

    # ------------------------------------------------------------ what we send

    def post(
        self, item: dict[str, Any], buffers: Sequence[Any] = (), *, json_bytes: int | None = None
    ) -> Parcel:
        """Put an item into the queue; :meth:`transmit` sends it.

        Parameters
        ----------
        item, buffers
            What is sent.
        json_bytes
            What the item takes as JSON at most, where that is known; it is measured else.
        """
        size = len(json.dumps(item)) if json_bytes is None else json_bytes
        if buffers:
            item = {**item, "buffers": len(buffers)}
            size += sum(memoryview(buffer).nbytes for buffer in buffers)
        parcel = Parcel(item, buffers, size)
        self._outbox.append(parcel)
        return parcel

    def withdraw(self, parcel: Parcel) -> bool:
        """Take a parcel back; return whether it hadn't been sent."""
        if parcel.is_sent:
            return False
        self._outbox.remove(parcel)
        return True

    def transmit(self, now: float) -> list[Frame]:
        """Return the frames to be sent now."""
        frames = self._unnumbered_and_repeated() if self._control or self._again else []
        while self._outbox and self.is_connected and self._has_room():
            frames.append(self._pack())
        if frames or (self._ack_at is not None and self._ack_at <= now):
            frames = frames or [({"frame": "ack"}, [])]
            self._ack_at, self._unacknowledged = None, [0, 0]
        if self._flying:
            self._signs.wait_for_acknowledgement(now)
        return [({**frame, "received": self.received}, buffers) for frame, buffers in frames]

    def _unnumbered_and_repeated(self) -> list[Frame]:
        frames: list[Frame] = [(control, []) for control in self._control]
        frames += [self._flying[number][0] for number in self._again if number in self._flying]
        self._control, self._again = [], []
        return frames

    def _has_room(self) -> bool:
        return (
            self._flying_bytes < LIMITS["window_bytes"]
            and len(self._flying) < LIMITS["window_frames"]
        )

    def _pack(self) -> Frame:
        items: list[dict[str, Any]] = []
        buffers: list[Any] = []
        size = 0
        while self._outbox and (not items or size + self._outbox[0].size_bytes <= self.frame_bytes):
            parcel = self._outbox.popleft()
            parcel.is_sent = True
            items.append(parcel.item)
            buffers += parcel.buffers
            size += parcel.size_bytes
        self.sent += 1
        frame: Frame = ({"frame": "data", "number": self.sent, "items": items}, buffers)
        self._flying[self.sent] = (frame, size)
        self._flying_bytes += size
        return frame

    # ------------------------------------------------------------ what comes

    def receive(self, frame: dict[str, Any], buffers: Sequence[Any], now: float) -> list[Frame]:
        """Take a frame that fits the table; return the data frames whose turn it is, in order."""
        self._acknowledge(frame["received"], now)
        if self._signs.heard(now):
            self._ping()
        match frame["frame"]:
            case "data":
                return self._take(frame, buffers, now)
            case "resend":
                self._repeat(frame["missing"])
            case "ping":
                if not self._ask(frame["sent"], now):
                    self._control.append({"frame": "pong", "sent": self.sent})
            case "pong" | "join" | "welcome":
                self._ask(frame["sent"], now)
        return []

    def _acknowledge(self, received: int, now: float) -> None:
        if received > self.sent:
            raise Refused("number", f"{received} acknowledged, {self.sent} sent")
        is_new = False
        while self._flying and (number := next(iter(self._flying))) <= received:
            self._flying_bytes -= self._flying.pop(number)[1]
            is_new = True
        if is_new:
            self._signs.acknowledged(now, is_all=not self._flying)

    def _take(self, frame: dict[str, Any], buffers: Sequence[Any], now: float) -> list[Frame]:
        number = frame["number"]
        if number > self.received + LIMITS["held_frames"]:
            raise Refused("number", f"{number} came, {self.received + 1} is awaited")
        self._note_unacknowledged(buffers, now)
        if number <= self.received or number in self._held:
            return []
        if number == self.received + 1 and not self._held:
            self.received = number
            return [(frame, [*buffers])]
        self._held[number] = (frame, list(buffers))
        turn: list[Frame] = []
        while self.received + 1 in self._held:
            self.received += 1
            turn.append(self._held.pop(self.received))
        if self._held:
            self._ask(max(self._held), now)
        return turn

    def _note_unacknowledged(self, buffers: Sequence[Any], now: float) -> None:
        self._unacknowledged[0] += 1
        if buffers:
            self._unacknowledged[1] += sum(memoryview(buffer).nbytes for buffer in buffers)
        is_due = self._unacknowledged[0] >= ACK_FRAMES or self._unacknowledged[1] >= ACK_BYTES
        if is_due:
            self._ack_at = now
        elif self._ack_at is None:
            self._ack_at = now + TIMES_S["ack_after"]

    def _ask(self, sent: int, now: float) -> bool:
        """Ask for what is missing up to a number, unless that was asked for a moment ago."""
        missing: list[list[int]] = []
        first = self.received + 1
        for held in [*sorted(self._held), sent + 1]:
            if first <= min(held - 1, sent):
                missing.append([first, min(held - 1, sent)])
            first = held + 1
        if not missing:
            return False
        last, asked_at = self._asked
        if missing[-1][1] <= last and now - asked_at < TIMES_S["ask_again"]:
            return False
        self._asked = (missing[-1][1], now)
        self._control.append({"frame": "resend", "missing": missing})
        return True

    def _repeat(self, missing: list[list[int]]) -> None:
        for first, last in missing:
            if last > self.sent:
                raise Refused("number", f"{last} asked for, {self.sent} sent")
            self._again += [n for n in self._flying if first <= n <= last and n not in self._again]

    def _ping(self) -> None:
        self._control.append({"frame": "ping", "sent": self.sent})

    # ------------------------------------------------------------ time

    def await_signs(self, *, is_awaiting: bool, now: float) -> None:
        """Say whether the other side owes something, so that a silent link is noticed."""
        self._signs.await_answers(is_awaiting=is_awaiting, now=now)

    def next_time(self) -> float | None:
        """Return when :meth:`tick` is due; None: not before something happens."""
        ack_at, ping_at = self._ack_at, self._signs.next_time()
        if ack_at is None or ping_at is None:
            return ping_at if ack_at is None else ack_at
        return min(ack_at, ping_at)

    def tick(self, now: float) -> None:
        """Let time pass: a ping may be due, or the link be lost."""
        if self._signs.is_ping_due(now):
            self._ping()
