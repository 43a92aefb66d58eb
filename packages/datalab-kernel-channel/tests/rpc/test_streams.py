"""Streams of bytes in both directions."""

from __future__ import annotations

import asyncio
import io

import pytest

from datalab_kernel_channel import ClientGoneError, JavaScriptError, StreamConsumedError
from datalab_kernel_channel.protocol._credits import ReaderWindow
from datalab_kernel_channel.testing import PageError

MIB = 1 << 20


async def joined(stream):
    return await stream.join()


async def chunks(*parts):
    for part in parts:
        yield part


@pytest.mark.parametrize(
    "source",
    [b"abcdef", bytearray(b"abcdef"), memoryview(b"abcdef"), [b"abc", b"", memoryview(b"def")]],
)
async def test_bytes_and_iterables_reach_the_page(opened, source):
    channel, _ = await opened(joined=joined)
    assert await channel.call("joined", channel.stream(source)) == b"abcdef"
    await channel.close()


async def test_a_file_and_generators_reach_the_page(opened):
    channel, _ = await opened(joined=joined)
    file = io.BytesIO(bytes(3 * MIB))
    assert await channel.call("joined", channel.stream(file)) == bytes(3 * MIB)
    assert not file.closed
    assert await channel.call("joined", channel.stream(iter([b"a", b"b"]))) == b"ab"
    assert await channel.call("joined", chunks(b"a", b"", b"b")) == b"ab"
    await channel.close()


async def test_chunks_have_the_size_that_is_asked_for(opened):
    async def sizes(stream):
        return [len(chunk) async for chunk in stream]

    channel, _ = await opened(sizes=sizes)
    stream = channel.stream(b"0123456789", chunk_bytes=4)
    assert await channel.call("sizes", stream) == [4, 4, 2]
    assert (stream.sent_bytes, stream.size_bytes) == (10, 10)
    with pytest.raises(ValueError, match="1 byte or more"):
        channel.stream(b"", chunk_bytes=0)
    await channel.close()


async def test_several_streams_travel_in_one_call(opened):
    async def both(first, second):
        return [await second.join(), await first.join()]

    channel, _ = await opened(both=both)
    streams = channel.stream(b"1" * 5 * MIB), chunks(b"2")
    assert await channel.call("both", *streams) == [b"2", b"1" * 5 * MIB]
    await channel.close()


async def test_a_stream_comes_back_as_a_result(opened):
    async def count(n):
        for number in range(n):
            yield bytes([number])

    channel, _ = await opened(count=count)
    assert [chunk async for chunk in await channel.call("count", 3)] == [b"\0", b"\1", b"\2"]
    await channel.close()


async def test_the_page_sends_and_gets_streams_too(opened):
    async def upper(stream):
        async for chunk in stream:
            yield chunk.upper()

    channel, page = await opened(expose={"upper": upper, "joined": joined})
    channel.expose(made=lambda: channel.stream(b"made"))
    assert await page.call("joined", page.stream(b"x" * 3 * MIB)) == b"x" * 3 * MIB
    assert await (await page.call("upper", chunks(b"ab", b"c"))).join() == b"ABC"
    assert await (await page.call("made")).join() == b"made"
    await channel.close()


async def test_a_stream_knows_its_size_and_name(opened):
    seen = []

    async def look(stream):
        seen.append((stream.size_bytes, stream.name))
        await stream.join()
        seen.append(stream.received_bytes)

    channel, page = await opened(expose={"look": look})
    await page.call("look", page.stream(b"abc", name="a.txt"))
    assert seen == [(3, "a.txt"), 3]
    out = channel.stream(b"abcd")
    assert (out.size_bytes, out.sent_bytes) == (4, 0)
    await channel.close()


async def test_a_stream_is_read_once(opened):
    channel, page = await opened()
    page.expose(made=lambda: page.stream(b"ab"))
    stream = await channel.call("made")
    assert await stream.join() == b"ab"
    with pytest.raises(StreamConsumedError):
        await stream.join()
    with pytest.raises(StreamConsumedError):
        stream.__aiter__()
    out = channel.stream(b"ab")
    page.expose(joined=joined)
    await channel.call("joined", out)
    with pytest.raises(StreamConsumedError):
        await channel.call("joined", out)
    await channel.close()


async def test_reading_by_size_limit_and_separator(opened, tmp_path):
    channel, page = await opened()
    page.expose(made=chunks)
    stream = await channel.call("made", b"abc", b"defg")
    assert [await stream.read(2), await stream.read(3), await stream.read(9), await stream.read(1)] == [
        b"ab", b"cde", b"fg", b"",
    ]  # fmt: skip
    stream = await channel.call("made", b"head", b"rest", b"!")
    assert await stream.read(4) == b"head"
    assert await stream.join() == b"rest!"
    stream = await channel.call("made", b"abc", b"defg")
    assert [piece async for piece in stream.by_limit(3)] == [b"abc", b"def", b"g"]
    stream = await channel.call("made", b"a\nb", b"c\n", b"\nd")
    assert [line async for line in stream.by_separator()] == [b"a\n", b"bc\n", b"\n", b"d"]
    stream = await channel.call("made", b"a\r", b"\nb\r\n")
    assert [line async for line in stream.by_separator("\r\n")] == [b"a\r\n", b"b\r\n"]
    stream = await channel.call("made", b"abc", b"defg")
    path = await stream.save(tmp_path / "file")
    assert path.read_bytes() == b"abcdefg"
    stream = await channel.call("made", b"x")
    with pytest.raises(FileExistsError):
        await stream.save(path)
    await stream.save(path, overwrite=True)
    assert path.read_bytes() == b"x"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    await channel.close()


async def test_a_saved_file_has_the_longest_name_and_the_mode_of_any_other_file(opened, tmp_path):
    async def made():
        yield b"abc"

    channel, _ = await opened(made=made)
    (tmp_path / "other").touch()
    stream = await channel.call("made")
    path = await stream.save(tmp_path / ("n" * 255))
    assert path.read_bytes() == b"abc"
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode
    await channel.close()


async def test_a_saved_stream_that_fails_leaves_no_file(opened, tmp_path):
    async def breaks():
        yield b"abc"
        raise ValueError("disk")

    channel, _ = await opened(breaks=breaks)
    stream = await channel.call("breaks")
    with pytest.raises(JavaScriptError):
        await stream.save(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
    await channel.close()


async def test_an_error_in_the_source_reaches_the_reader_after_the_bytes_before_it(opened):
    async def breaks():
        yield b"abc"
        raise ValueError("no more")

    async def read(stream):
        seen = []
        try:
            seen.append(await stream.read(3))
            await stream.join()
        except (PageError, JavaScriptError) as error:
            seen.append(f"{error.name}: {error.message}")
        return seen

    channel, page = await opened(breaks=breaks, read=read)
    stream = await channel.call("breaks")
    assert await stream.read(3) == b"abc"
    with pytest.raises(JavaScriptError, match="ValueError: no more"):
        await stream.join()
    assert await channel.call("read", breaks()) == [b"abc", "ValueError: no more"]
    text = channel.stream(["text"])
    assert (await channel.call("read", text))[0].startswith(
        "TypeError: A stream's source gave text"
    )
    assert page.refused == []
    await channel.close()


async def test_a_reader_that_stops_early_closes_the_source(opened):
    closed = asyncio.Event()

    async def endless():
        try:
            while True:
                yield bytes(MIB)
        finally:
            closed.set()

    async def first(stream):
        return len(await stream.read(10))

    channel, page = await opened(first=first, endless=endless)
    assert await channel.call("first", endless()) == 10
    await asyncio.wait_for(closed.wait(), 5)
    closed.clear()
    stream = await channel.call("endless")
    await stream.read(1)
    await stream.aclose()
    await asyncio.wait_for(closed.wait(), 5)
    assert (channel.refused, page.refusals) == ({}, [])
    await channel.close()


async def test_a_function_that_does_not_read_drops_the_rest(opened):
    closed = asyncio.Event()

    async def source():
        try:
            for _ in range(100):
                yield bytes(MIB)
        finally:
            closed.set()

    channel, page = await opened(expose={"ignore": lambda _stream: None})
    await page.call("ignore", source())
    await asyncio.wait_for(closed.wait(), 5)
    await channel.close()


async def test_cancelling_a_call_ends_its_streams(opened):
    closed = asyncio.Event()
    began = asyncio.Event()

    async def source():
        try:
            began.set()
            while True:
                yield bytes(1000)
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    channel, _ = await opened(joined=joined)
    task = asyncio.ensure_future(channel.call("joined", source()))
    await began.wait()
    task.cancel()
    await asyncio.wait([task])
    await asyncio.wait_for(closed.wait(), 5)
    await channel.close()


@pytest.mark.fake_page("a stream to the test has a second window")
async def test_a_writer_waits_for_its_reader_within_the_window(opened):
    sent = 0

    async def source():
        nonlocal sent
        for _ in range(40):
            sent += MIB
            yield bytes(MIB)

    go_on = asyncio.Event()
    most = []

    async def slow(stream):
        await go_on.wait()
        total = 0
        async for chunk in stream:
            total += len(chunk)
            most.append(sent - total)
            await asyncio.sleep(0)
        return total

    channel, page = await opened(slow=slow)
    channel.stream_window_bytes = 4 * MIB
    await page.refresh()
    call = asyncio.ensure_future(channel.call("slow", source()))
    await asyncio.sleep(0.3)
    assert sent <= 5 * MIB
    go_on.set()
    assert await call == 40 * MIB
    assert max(most) <= 5 * MIB
    await channel.close()


@pytest.mark.parametrize("told_bytes", [None, 1, 8 * MIB, 12 * MIB, 40 * MIB])
async def test_a_stream_arrives_whole_whatever_size_it_was_said_to_have(opened, told_bytes):
    async def parts():
        for _ in range(12):
            yield bytes(MIB)

    channel, _ = await opened(joined=joined)
    stream = channel.stream(parts(), size_bytes=told_bytes)
    assert len(await channel.call("joined", stream)) == 12 * MIB
    await channel.close()


@pytest.mark.parametrize(
    ("said", "limits"),
    [(0, [12, 16, 20]), (8, [16, 20]), (12, [12, 20]), (2, [12, 16, 20]), (40, [12, 16, 20])],
)
def test_what_is_allowed_already_needs_no_credit(said, limits):
    window = ReaderWindow(8 * MIB, 8 * MIB, said * MIB)
    found = [window.read(MIB) for _ in range(12)]
    assert [limit // MIB for limit in found if limit] == limits


async def test_a_page_that_leaves_ends_streams_with_an_error(opened):
    closed = asyncio.Event()

    async def endless():
        try:
            while True:
                yield bytes(1000)
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    channel, page = await opened(endless=endless)
    stream = await channel.call("endless")
    await stream.read(1)
    await page.leave()
    with pytest.raises(ClientGoneError):
        await stream.join()
    await asyncio.wait_for(closed.wait(), 5)
    await channel.close()


@pytest.mark.parametrize("source", ["text", 7, None])
async def test_what_gives_no_bytes_is_no_source(opened, source):
    channel, _ = await opened()
    with pytest.raises(TypeError, match="A stream's source"):
        channel.stream(source)
    await channel.close()


@pytest.mark.parametrize("window_bytes", [MIB, 100 * MIB])
async def test_a_window_that_changes_while_a_page_is_there_stops_no_stream(opened, window_bytes):
    channel, page = await opened(expose={"joined": joined}, joined=joined)
    channel.stream_window_bytes = window_bytes
    data = bytes(20 * MIB)
    assert await page.call("joined", page.stream(data)) == data
    assert await channel.call("joined", channel.stream(data), timeout_s=None) == data
    assert channel.refused == {}
    await channel.close()
