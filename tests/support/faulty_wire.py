"""Two sides of a link, in simulated time, over a wire that drops, doubles, delays and reorders."""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass
from random import Random

from datalab_kernel_channel.protocol._link import Link
from datalab_kernel_channel.protocol._table import check_frame


@dataclass(slots=True, kw_only=True)
class Faults:
    drop: float = 0.0
    double: float = 0.0
    slowest_s: float = 0.01
    until_s: float = 30.0


class FaultyWire:
    def __init__(self, faults: Faults, seed: int) -> None:
        self.now = 0.0
        self.links = {"kernel": Link(), "page": Link(may_be_lost=False)}
        self.arrived: dict[str, list] = {"kernel": [], "page": []}
        self.frames = 0
        self._faults = faults
        self._random = Random(seed)
        self._queue: list = []
        self._count = 0

    def post(self, side: str, item: dict, buffers=()) -> None:
        self.links[side].post(item, buffers)

    def _send(self, side: str) -> None:
        other = "page" if side == "kernel" else "kernel"
        for frame, buffers in self.links[side].transmit(self.now):
            check_frame(frame, side)
            self.frames += 1
            is_faulty = self.now < self._faults.until_s
            copies = 1
            if is_faulty and self._random.random() < self._faults.drop:
                copies = 0
            elif is_faulty and self._random.random() < self._faults.double:
                copies = 2
            for _ in range(copies):
                delay = self._random.uniform(0.001, self._faults.slowest_s)
                self._count += 1
                entry = (self.now + delay, self._count, other, json.dumps(frame), buffers)
                heapq.heappush(self._queue, entry)

    def run(self, until_s: float) -> None:
        while True:
            for side in self.links:
                self._send(side)
            times = [link.next_time() for link in self.links.values()]
            times = [time for time in times if time is not None]
            if self._queue:
                times.append(self._queue[0][0])
            if not times or min(times) > until_s:
                self.now = until_s
                return
            self.now = max(self.now, min(times))
            while self._queue and self._queue[0][0] <= self.now:
                _, _, side, text, buffers = heapq.heappop(self._queue)
                for frame, own in self.links[side].receive(json.loads(text), buffers, self.now):
                    self.arrived[side] += [item["text"] for item in frame["items"]]
                    assert len(own) == sum(item.get("buffers", 0) for item in frame["items"])
            for link in self.links.values():
                link.tick(self.now)
