"""The link passes the cases that its JavaScript half passes too (``conformance.json``)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datalab_kernel_channel.protocol._link import Link
from datalab_kernel_channel.protocol._table import Refused

CASES = json.loads((Path(__file__).parents[1] / "conformance.json").read_text("utf-8"))["link"]
NOTIFY = {"item": "notify", "method": "a", "args": []}


def _fits(found, expected):
    return all(found.get(key) == value for key, value in expected.items())


def _receive(link, step):
    first = link.received + 1
    frames = [
        ({"frame": "data", "number": number, "received": 0, "items": [NOTIFY]}, [])
        for number in range(first, first + step.get("receive_many", 0))
    ]
    if "receive" in step:
        frames.append((step["receive"], step.get("buffers", [])))
    delivered = []
    for frame, buffers in frames:
        for turn, _ in link.receive(frame, buffers, step["at"]):
            delivered += turn["items"]
    return delivered


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_side_of_a_link_does_what_the_protocol_says(case):
    link = Link()
    for step in case["steps"]:
        for item in step.get("post", []):
            link.post(item)
        delivered, reason = [], None
        try:
            delivered = _receive(link, step)
        except Refused as refused:
            reason = refused.reason
        assert reason == step.get("refused")
        assert delivered == step.get("delivered", delivered)
        link.tick(step["at"])
        frames = [frame for frame, _ in link.transmit(step["at"])]
        assert len(frames) == len(step["out"]), (frames, step)
        assert all(map(_fits, frames, step["out"])), (frames, step)
        if "next_time" in step:
            assert link.next_time() == pytest.approx(step["next_time"])
