"""What the channel's protocol costs, against bare comms on the same kernel in the same run.

    python benchmarks/channel.py [pairs] [kernels]

The page is a program that uses jupyter_client, so no server and no browser are in between:
calls one after another, 50 at a time, from the page; streams of 64 MB in both directions,
against as many comm messages of 1 MB, against one of the whole, and to the page against 16 of 4 MB
that are answered as a stream's are, which is what the comm's library allows. Then what 10,000 calls
leave behind. Needs the kernelspecs "datalab" and "python3" (ipykernel). ``channel_browser.py``
does the same with a real page.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from _channel_cells import cells
from _channel_page import KernelLink, Pages, kernel_link
from _pairs import compare_times, print_rows

if TYPE_CHECKING:
    from datalab_kernel_channel.testing import Page

CALLS = 500
AT_ONCE = 50
STREAM_BYTES = 64 << 20
CHUNK_BYTES = 1 << 20
GOAL = 1 / 0.8
"""Our time over the reference's: 0.8 of its calls, or bytes, in the same time."""
IN_KERNEL = cells(
    "export default function () {}",
    calls=CALLS,
    at_once=AT_ONCE,
    stream_bytes=STREAM_BYTES,
    chunk_bytes=CHUNK_BYTES,
)


class Measured:
    """A kernel with a channel and a bare comm, and the page at the other end of both."""

    def __init__(self, link: KernelLink, pages: Pages) -> None:
        self._link = link
        self._pages = pages
        self._comm_id = ""
        self._answers: dict[Any, asyncio.Future[Any]] = {}
        link.on_open("bare", self._opened)

    def _opened(self, message: dict[str, Any]) -> None:
        self._comm_id = message["content"]["comm_id"]
        self._link.on_message(self._comm_id, self._hear)

    def _hear(self, message: dict[str, Any]) -> None:
        data = message["content"]["data"]
        if "ask" in data:
            self._link.send(self._comm_id, {"answer": data["ask"], "value": data["value"]})
        elif "answered" in data:
            self._link.send(self._comm_id, {"read": 1})
        elif "answer" in data:
            self._answers.pop(data["answer"]).set_result(data["value"])

    @property
    def page(self) -> Page:
        """The channel's page."""
        return self._pages.pages[-1]

    async def cell(self, call: str) -> float:
        """Return the seconds that something takes in the kernel."""
        return float(await self._link.run(f"await timed({call})"))

    async def held(self) -> dict[str, float]:
        """Return what the kernel holds."""
        found: dict[str, float] = json.loads(await self._link.run("print(json.dumps(held()))"))
        return found

    async def _ask(self, value: Any) -> None:
        future = self._answers[value] = asyncio.get_running_loop().create_future()
        self._link.send(self._comm_id, {"ask": value, "value": value})
        await future

    async def page_calls_s(self, *, is_bare: bool) -> float:
        """Return the seconds of calls from the page, one after another."""
        began = time.perf_counter()
        for value in range(CALLS):
            await (self._ask(value) if is_bare else self.page.call("echo", value))
        return time.perf_counter() - began

    async def upload_s(self, part_bytes: int) -> float:
        """Return the seconds of bare messages from the page, so large each."""
        data = memoryview(bytes(STREAM_BYTES))
        began = time.perf_counter()
        for at in range(0, STREAM_BYTES, part_bytes):
            self._link.send(self._comm_id, {"part": 1}, [data[at : at + part_bytes]])
        await self._ask("stream")
        return time.perf_counter() - began

    async def upload_stream_s(self) -> float:
        """Return the seconds of a stream from the page."""
        data = bytes(STREAM_BYTES)
        began = time.perf_counter()
        assert await self.page.call("take", self.page.stream(data)) == STREAM_BYTES
        return time.perf_counter() - began


async def _take(stream: Any) -> int:
    size = 0
    async for chunk in stream:
        size += len(chunk)
    return size


def rows(name: str, pairs: int) -> None:
    """Print the rows of one kernel."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        link = runner.run(stack.enter_async_context(kernel_link(name)))
        measured = Measured(link, Pages(link, echo=lambda value: value, take=_take))
        runner.run(link.run(IN_KERNEL))
        run = runner.run
        compared = {
            f"{CALLS} calls of the page, one after another": (
                lambda: run(measured.cell("in_turn(call)")),
                lambda: run(measured.cell("in_turn(bare)")),
            ),
            f"{CALLS} calls of the page, {AT_ONCE} at once": (
                lambda: run(measured.cell("at_once(call)")),
                lambda: run(measured.cell("at_once(bare)")),
            ),
            f"{CALLS} calls by the page, one after another": (
                lambda: run(measured.page_calls_s(is_bare=False)),
                lambda: run(measured.page_calls_s(is_bare=True)),
            ),
            "64 MB to the page, vs messages of 1 MB": (
                lambda: run(measured.cell("stream()")),
                lambda: run(measured.cell("bare_stream(chunks)")),
            ),
            "64 MB to the page, vs one message": (
                lambda: run(measured.cell("stream()")),
                lambda: run(measured.cell("bare_stream([data])")),
            ),
            "64 MB to the page, vs messages of 4 MB, answered": (
                lambda: run(measured.cell("stream()")),
                lambda: run(measured.cell("bare_answered()")),
            ),
            "64 MB from the page, vs messages of 1 MB": (
                lambda: run(measured.upload_stream_s()),
                lambda: run(measured.upload_s(CHUNK_BYTES)),
            ),
            "64 MB from the page, vs one message": (
                lambda: run(measured.upload_stream_s()),
                lambda: run(measured.upload_s(STREAM_BYTES)),
            ),
        }
        for label, (ours_s, bare_s) in compared.items():
            ratio = compare_times(ours_s, bare_s, pairs=pairs)
            print_rows([(f"{name}: {label}", ratio, GOAL)])
            amount = CALLS if "calls" in label else STREAM_BYTES / 1e6
            unit = "calls/s" if "calls" in label else "MB/s"
            rates = f"{amount / ratio.ours_s:.0f} {unit}, bare {amount / ratio.reference_s:.0f}"
            print("    " + rates, flush=True)
        print_held(name, run, measured)
        run(stack.aclose())


def print_held(name: str, run: Any, measured: Measured) -> None:
    """Print what 10,000 calls leave in the kernel."""
    before = run(measured.held())
    run(measured.cell(f"asyncio.gather(*[in_turn(call) for _ in range({10_000 // CALLS})])"))
    after = run(measured.held())
    print(f"{name}: before and after 10,000 calls: {before}, {after}")


def main() -> None:
    """Print every row, on each kernel."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    for name in sys.argv[2:] or ("datalab", "python3"):
        rows(name, pairs)


if __name__ == "__main__":
    main()
