"""Channels on our kernel and on ipykernel: a page in Python answers over the kernel's comms."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from support.notebook import notebook

from datalab_kernel_channel.testing import PageError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from support.notebook import Notebook

OPEN = """
import asyncio, time
from datalab_kernel_channel import open_channel
channel = await open_channel("export default function ({ channel }) {}")
"""
HEADLESS = """
began = time.monotonic()
try:
    await open_channel("export default function ({ channel }) {}")
finally:
    print(time.monotonic() - began)
"""
FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
both = pytest.mark.parametrize("name", ["datalab", "python3"])
both_in_full = pytest.mark.parametrize("name", ["datalab", *(["python3"] if FULL else [])])


def in_notebook(
    name: str, work: Callable[[Notebook], Coroutine[None, None, None]], **env: str
) -> None:
    async def run() -> None:
        async with notebook(name, DATALAB_KERNEL_WARMUP="off", **env) as book:
            await asyncio.wait_for(work(book), 120)

    asyncio.run(run())


@both
def test_a_cell_waits_for_the_pages_answer_and_the_page_for_the_cells_functions(name: str) -> None:
    async def work(book: Notebook) -> None:
        first = book.start(
            OPEN + "print(await channel.call('add', 1, 2))\nwait = asyncio.sleep(0.2)"
        )
        page = await book.page(add=lambda a, b: a + b)
        assert (await first.ended()).text == "3\n", first.stderr
        second = await book.run(
            "r = await asyncio.gather(*[channel.call('add', n, 1) for n in range(50)])\nprint(r[-1])"
        )
        assert second.text == "50\n"
        exposing = await book.run(
            "def mul(a, b):\n    print('mul')\n    return a * b\nchannel.expose(mul)"
        )
        assert exposing.error is None
        running = book.start(
            "end = asyncio.Event()\nchannel.expose(end=end.set)\nawait end.wait()",
            cell_id="cell-2",
        )
        assert await page.call("mul", 6, 7) == 42
        assert not running.end.is_set()
        await page.call("end")
        await running.ended()
        assert first.text == "3\nmul\n"

    in_notebook(name, work)


@both_in_full
def test_a_background_task_calls_the_page_while_the_next_cell_runs(name: str) -> None:
    async def work(book: Notebook) -> None:
        answered = []

        def note(number: int) -> None:
            answered.append(number)

        first = book.start(OPEN)
        await book.page(note=note)
        await first.ended()
        code = """
async def background():
    for number in range(5):
        await channel.call("note", number)
        await asyncio.sleep(0.02)
task = asyncio.create_task(background())
"""
        await book.run(code)
        await book.run("await task", cell_id="cell-2")
        assert answered == [0, 1, 2, 3, 4]

    in_notebook(name, work)


@both_in_full
def test_a_call_that_came_while_a_cell_blocked_is_answered_after_it(name: str) -> None:
    async def work(book: Notebook) -> None:
        first = book.start(OPEN + "channel.expose(add=lambda a, b: a + b)")
        page = await book.page()
        await first.ended()
        blocking = book.start("time.sleep(2.5)")
        assert await page.call("add", 1, 2) == 3
        assert (await blocking.ended()).error is None
        again = await book.run("print(channel.state, channel.refused == {})")
        assert again.text == "open True\n"

    in_notebook(name, work)


@both
def test_running_the_cell_again_closes_the_channel_it_opened(name: str) -> None:
    async def work(book: Notebook) -> None:
        first = book.start(OPEN + "former = channel")
        page = await book.page()
        await first.ended()
        second = book.start(OPEN + "print(former.state)", cell_id="cell-1")
        await book.page()
        assert (await second.ended()).text == "closed\n"
        assert page.closed_reason == "closed"
        other = book.start(OPEN + "print(former.state)", cell_id="cell-2")
        await book.page()
        await other.ended()
        states = await book.run("import gc\nprint(channel.state)")
        assert states.text == "open\n"

    in_notebook(name, work)


# ipykernel 7.4 doesn't stop a cell that awaits.
def test_a_stopped_cell_stops_its_call_and_the_channel_lives_on() -> None:
    async def work(book: Notebook) -> None:
        aborted, began = asyncio.Event(), asyncio.Event()

        async def slow(*, signal: object) -> None:
            began.set()
            await signal.wait()  # type: ignore[attr-defined]
            aborted.set()

        first = book.start(OPEN)
        await book.page(slow=slow, add=lambda a, b: a + b)
        await first.ended()
        waiting = book.start("await channel.call('slow', timeout_s=None)")
        await began.wait()
        await book.manager.interrupt_kernel()
        await waiting.ended()
        assert waiting.error == "KeyboardInterrupt"
        await asyncio.wait_for(aborted.wait(), 5)
        assert (await book.run("print(await channel.call('add', 1, 2))")).text == "3\n"

    in_notebook("datalab", work)


@both
def test_a_pages_call_ends_when_the_kernel_is_restarted(name: str) -> None:
    async def work(book: Notebook) -> None:
        first = book.start(OPEN + "channel.expose(slow=lambda: asyncio.sleep(60))")
        page = await book.page()
        await first.ended()
        waiting = asyncio.create_task(page.call("slow"))
        await asyncio.sleep(0)
        await book.restart()
        with pytest.raises(PageError, match="KernelRestartedError"):
            await waiting
        with pytest.raises(PageError, match="KernelRestartedError"):
            await page.call("slow")

    in_notebook(name, work)


@pytest.mark.alone
@both_in_full
def test_without_a_browser_the_cell_fails_within_three_seconds(name: str) -> None:
    async def work(book: Notebook) -> None:
        await book.run(
            "import time\nfrom datalab_kernel_channel import open_channel, ChannelWidget"
        )
        run = await book.run(HEADLESS, cell_id=None)
        assert run.error == "NoFrontendError"
        assert float(run.text) < 3

    in_notebook(name, work, JPY_SESSION_NAME="")


@both_in_full
def test_thousands_of_calls_leave_no_comm_and_no_task(name: str) -> None:
    calls = 10_000 if FULL else 2_000  # in test_channel_through_a_server there are ten thousand

    async def work(book: Notebook) -> None:
        count = "from datalab_kernel_channel import get_comm_manager as m\nprint(len(m().comms), len(asyncio.all_tasks()))"
        await book.run("import asyncio\nimport ipywidgets, anywidget")
        before = (await book.run(count)).text
        first = book.start(OPEN)
        page = await book.page(add=lambda a, b: a + b)
        await first.ended()
        code = f"r = await asyncio.gather(*[channel.call('add', n, 1) for n in range({calls})])\nprint(r == [*range(1, {calls} + 1)])"
        assert (await book.run(code)).text == "True\n"
        await book.run("await channel.close()")
        assert (await book.run(count)).text == before
        assert page.refusals == []

    in_notebook(name, work)
