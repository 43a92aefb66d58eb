"""A page in Python passes the cases that the JavaScript half passes too (``conformance.json``)."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest

from datalab_kernel_channel.testing import Page

CASES = json.loads((Path(__file__).parents[1] / "conformance.json").read_text("utf-8"))["peer"]
WELCOME = {"frame": "welcome", "received": 0, "sent": 0, "stream_window_bytes": 8 << 20}
WELCOME["carries_buffers"] = True


class Recorder:
    """A carrier that keeps what the page sends, and gives it what a case says."""

    def __init__(self):
        self.sent = []

    def send(self, data, buffers):
        self.sent.append((data, [bytes(buffer) for buffer in buffers]))

    def on_receive(self, callback):
        self._callback = callback

    def close(self):
        pass

    def give(self, page, frame, buffers=()):
        envelope = {"dlk": 1, "channel": "c", "client": page.id}
        self._callback(envelope | frame, buffers)


def add(a, b):
    return a + b


def fail(message):
    raise RuntimeError(message)


async def wait():
    await asyncio.Event().wait()


async def later(value):
    await asyncio.sleep(0)
    return value


def steps(n, *, progress):
    for number in range(n):
        progress(number)
    return n


async def size(stream):
    return len(await stream.join())


async def count(n):
    for number in range(n):
        yield bytes([number])


def fits(found, expected):
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and fits(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(fits, found, expected))
    return found == expected


async def turns():
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_a_page_does_what_the_protocol_says(case):
    recorder = Recorder()
    page = Page(recorder, "c")
    page.expose(add=add, echo=lambda value: value, fail=fail, wait=wait, later=later, steps=steps)
    page.expose(size=size, count=count)
    joining = asyncio.ensure_future(page.join())
    await turns()
    recorder.give(page, WELCOME)
    await turns()
    ready = sum(data["frame"] == "data" for data, _ in recorder.sent)
    assert ready == 1
    for step in case["steps"]:
        recorder.sent.clear()
        frame = dict(step["receive"])
        frame["received"] += ready
        recorder.give(page, frame, [base64.b64decode(text) for text in step.get("buffers", [])])
        await turns()
        data = [frame for frame, _ in recorder.sent if frame["frame"] == "data"]
        if "items" in step:
            items = [item for frame in data for item in frame["items"]]
            assert fits(items, step["items"])
        else:
            expected = [dict(frame) for frame in step["out"]]
            for frame in expected:
                if "number" in frame:
                    frame["number"] += ready
            assert fits(data, expected)
        if "out_buffers" in step:
            buffers = [buffer for _, own in recorder.sent for buffer in own]
            assert buffers == [base64.b64decode(text) for text in step["out_buffers"]]
    page.vanish()
    joining.cancel()
    await asyncio.wait([joining])


async def test_an_answer_that_is_ready_goes_out_before_the_loop_turns():
    recorder = Recorder()
    page = Page(recorder, "c")
    page.expose(add=add)
    joining = asyncio.ensure_future(page.join())
    await turns()
    recorder.give(page, WELCOME)
    await turns()
    recorder.sent.clear()
    call = {"item": "call", "call": 1, "method": "add", "args": [1, 2], "progress": False}
    recorder.give(page, {"frame": "data", "number": 1, "received": 1, "items": [call]})
    assert [item["item"] for item in recorder.sent[0][0]["items"]] == ["started", "result"]
    page.vanish()
    joining.cancel()
    await asyncio.wait([joining])
