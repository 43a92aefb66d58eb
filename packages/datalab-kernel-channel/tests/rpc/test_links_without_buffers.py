"""Links that lose every message with buffers, as a Jupyter server's to a gateway: bytes travel as text."""

from __future__ import annotations

import pytest

from datalab_kernel_channel import open_channel
from datalab_kernel_channel.protocol import _table
from datalab_kernel_channel.testing import FakePage

MIB = 1 << 20
MODULE = "export default function ({ channel }) {}"


@pytest.fixture
def without_buffers(monkeypatch):
    """Return what opens a channel whose link carries no buffers."""
    monkeypatch.setitem(_table.TIMES_S, "join_again", 0.05)

    async def open_with(*, expose=None, **functions):
        opening = open_channel(MODULE, expose=expose, display=False)
        page = FakePage(opening.channel)
        page.lose_buffers()
        page.expose(**functions)
        await page.join()
        return await opening, page

    return open_with


async def test_bytes_go_both_ways(without_buffers):
    data = bytes(range(256)) * 40_000  # more than a frame takes
    channel, page = await without_buffers(
        expose={"echo": lambda value: value}, echo=lambda value: value
    )
    assert await channel.call("echo", data) == data
    assert await page.call("echo", [data, data]) == [data, data]
    await channel.close()


async def test_streams_go_both_ways(without_buffers):
    async def joined(stream):
        return await stream.join()

    data = bytes(range(256)) * (12 * MIB // 256)
    channel, page = await without_buffers(expose={"joined": joined}, joined=joined)
    assert await channel.call("joined", channel.stream(data)) == data
    assert await page.call("joined", page.stream(data)) == data
    await channel.close()


async def test_no_frame_is_above_what_a_server_takes(without_buffers, monkeypatch):
    channel, page = await without_buffers(expose={"size": len}, size=len)
    sizes = []
    for end in (page.kernel_end, page.page_end):
        send = end.send_raw
        monkeypatch.setattr(
            end,
            "send_raw",
            lambda data, buffers=(), send=send: (
                sizes.append(len(repr(data))),
                send(data, buffers),
            ),
        )
    data = bytes(20 * MIB)
    assert await channel.call("size", data) == await page.call("size", data) == len(data)
    assert 5 * MIB < max(sizes) < _table.LIMITS["frame_bytes"]
    await channel.close()


async def test_after_a_refresh_a_link_that_carries_buffers_does_so(without_buffers):
    channel, page = await without_buffers(echo=lambda value: value)
    page.kernel_end.loses_buffers = page.page_end.loses_buffers = False
    await page.refresh()
    sent = page.kernel_end.bytes_sent
    await channel.call("echo", bytes(10_000))
    assert page.kernel_end.bytes_sent == sent + 10_000
    await channel.close()


@pytest.mark.parametrize("texts", ["QQ==", [1], ["not base64!"]])
async def test_what_is_no_base64_is_refused(without_buffers, until, texts):
    channel, page = await without_buffers(echo=lambda value: value)
    envelope = {"dlk": 1, "channel": channel.channel_id, "client": page.id}
    frame = {"frame": "data", "number": 2, "received": 0, "items": [], "base64": texts}
    page.send_raw({**envelope, **frame})
    await until(lambda: sum(channel.refused.values()) == 1)
    assert await channel.call("echo", 1) == 1
    await channel.close()
