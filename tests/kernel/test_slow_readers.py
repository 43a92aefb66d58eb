"""Cells that are faster than their readers: nothing is lost, nothing is kept without limit."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import zmq
from jupyter_client.session import Session
from support.kernel.bare import fails_on_bare_xpython
from support.kernel.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from support.kernel.driver import Kernel

    Started = Callable[..., AbstractContextManager[Kernel]]

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
SILENCE_S = 10.0 if FULL else 2.0
LONG_S = 120.0
SHOW = "from IPython.display import display\n"
MANY = SHOW + "for i in range({count}): display({{'text/plain': str(i)}}, raw=True)"
LARGE = (
    SHOW
    + "for i in range({count}): display({{'text/plain': str(i), 'x/y': 'z' * 1_000_000}}, raw=True)"
)
BY_A_CHILD = "import os\nos.system('head -c {size} /dev/zero | tr \"\\\\0\" z');"


def processes(watch: Watch) -> list[psutil.Process]:
    """Return the kernel's process and its relay's."""
    kernel = psutil.Process(watch.kernel.manager.provisioner.pid)
    return [kernel, *(one for one in kernel.children() if one.name() == kernel.name())]


def numbers(cell: Any) -> list[int]:
    return [int(one["data"]["text/plain"]) for one in cell.of("display_data")]


class Still:
    """A front end that reads iopub, or doesn't."""

    def __init__(self, watch: Watch) -> None:
        self._session = Session(key=watch.kernel.client.session.key)
        self._socket = zmq.Context.instance().socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, 1)
        self._socket.setsockopt(zmq.RCVBUF, 1 << 16)
        self._socket.connect(watch.kernel.client._make_url("iopub"))
        self._socket.subscribe(b"")
        assert self.next()["msg_type"] == "iopub_welcome"

    def next(self) -> dict[str, Any]:
        """Read one message."""
        assert self._socket.poll(LONG_S * 1000)
        _identities, parts = self._session.feed_identities(self._socket.recv_multipart())
        message: dict[str, Any] = self._session.deserialize(parts)
        return message

    def close(self) -> None:
        self._socket.close()


@contextmanager
def standing_still(watch: Watch) -> Iterator[Still]:
    still = Still(watch)
    try:
        yield still
    finally:
        still.close()


@pytest.fixture(scope="module")
def impatient(started_once: Started) -> Iterator[Watch]:
    """Give a kernel that waits for no reader that takes nothing for a while."""
    silence = {} if FULL else {"DATALAB_KERNEL_SILENCE_S": str(SILENCE_S)}
    with started_once(DATALAB_KERNEL_WARMUP="off", **silence) as kernel:
        yield Watch(kernel)


@pytest.fixture(scope="module")
def patient(started_once: Started) -> Iterator[Watch]:
    """Give a kernel that waits for its readers."""
    with started_once(DATALAB_KERNEL_WARMUP="off", DATALAB_KERNEL_SILENCE_S="600") as kernel:
        yield Watch(kernel)


def until_it_waits(watch: Watch) -> None:
    """Take what comes until nothing more does, and the kernel's process does nothing either."""
    kernel, deadline = processes(watch)[0], time.monotonic() + LONG_S
    count, used = -1, kernel.cpu_times()
    while True:
        watch.settle(0.5)
        now, used_now = len(watch.published), kernel.cpu_times()
        if count == now and used_now.user - used.user + used_now.system - used.system < 0.05:
            return
        count, used = now, used_now
        assert time.monotonic() < deadline


def test_all_arrives_though_the_relay_stood_still_meanwhile(impatient: Watch) -> None:
    count = 10_000 if FULL else 4_000
    request = impatient.start(MANY.format(count=count))
    impatient.until(lambda: len(impatient.cell(request).of("display_data")) > 10)
    relay = processes(impatient)[1]
    relay.suspend()
    try:
        until_it_waits(impatient)
    finally:
        relay.resume()
    cell = impatient.finish(request, within_s=LONG_S)[0]
    assert numbers(cell) == [*range(count)]
    assert cell.text("stderr") == ""


def test_hundreds_of_queued_cells_are_answered_whole_though_the_relay_stood_still(
    impatient: Watch,
) -> None:
    first = impatient.start("import time\nprint('runs', flush=True)\ntime.sleep(1)")
    impatient.until(lambda: bool(impatient.cell(first).text()))
    queued = [impatient.start("pass") for _ in range(700)]
    relay = processes(impatient)[1]
    impatient.settle(0.5)  # the relay has passed on what it passes on
    relay.suspend()
    time.sleep(2)  # the first cell ends, and the kernel takes what is queued
    relay.resume()
    cells = impatient.finish(*queued, within_s=LONG_S)
    whole = ["busy", "idle"], 1, "ok"
    found = [
        (cell.states, len(cell.of("execute_input")), cell.reply["content"]["status"])
        for cell in cells
    ]
    assert [one for one in found if one != whole] == []


@fails_on_bare_xpython("it drops what exceeds a thousand messages")
def test_a_reader_that_pauses_gets_all_of_it(watch: Watch) -> None:
    code = (
        SHOW
        + "for i in range(3000): display({'text/plain': str(i), 'x/y': 'z' * 30_000}, raw=True)"
    )
    request = watch.start(code)
    time.sleep(2)
    cell = watch.cell(request)
    while not cell.is_idle:
        wanted = len(cell.published) + 100
        watch.until(
            lambda: cell.is_idle or len(cell.published) >= wanted,  # noqa: B023
            within_s=watch.soon_s,
        )
    assert numbers(cell) == [*range(3000)]


@contextmanager
def largest_growth(watch: Watch) -> Iterator[list[float]]:
    """Measure by how many MB kernel and relay together grow; the result is there at the end."""
    both, is_over = processes(watch), threading.Event()

    def held() -> float:
        return sum(one.memory_info().rss for one in both) / 1e6

    before, growth = held(), [0.0]

    def look() -> None:
        while not is_over.wait(0.02):
            growth[0] = max(growth[0], held() - before)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield growth
    finally:
        is_over.set()
        thread.join()


def test_a_reader_that_stands_still_is_let_go_and_the_others_miss_nothing(
    impatient: Watch,
) -> None:
    count = 300 if FULL else 100
    impatient.run(LARGE.format(count=3))
    with standing_still(impatient) as still, largest_growth(impatient) as growth:
        request = impatient.start(LARGE.format(count=count))
        cell = impatient.finish(request, within_s=LONG_S)[0]
        assert numbers(cell) == [*range(count)]
        [note] = [one["text"] for one in cell.of("stream")]
        assert f"A front end took no output for {SILENCE_S:g} s" in note
        seen = []
        while not seen or seen[-1]["content"].get("execution_state") != "idle":
            seen.append(still.next())
        shown = [one for one in seen if one["msg_type"] == "display_data"]
        missed = count - len(shown)
        assert f"It missed {missed} message" in note
        assert seen[-2]["content"]["text"] == note
    assert growth[0] < 64 + 16  # MB; with what Python and the C library keep for themselves
    assert impatient.run("1").text("stderr") == ""


def test_what_a_child_writes_waits_for_the_readers_too(impatient: Watch) -> None:
    size = 300_000_000 if FULL else 100_000_000
    impatient.run(BY_A_CHILD.format(size=3_000_000))
    with standing_still(impatient), largest_growth(impatient) as growth:
        cell = impatient.finish(impatient.start(BY_A_CHILD.format(size=size)), within_s=LONG_S)[0]
    assert len(cell.text()) == size
    assert cell.text("stderr").count("It missed") == 1
    assert growth[0] < 64 + 16


@pytest.mark.parametrize("code", [LARGE.format(count=100_000), "while True: print('x' * 100_000)"])
def test_a_cell_that_waits_is_stopped_and_the_kernel_answers_meanwhile(
    patient: Watch, code: str
) -> None:
    with standing_still(patient) as still:
        request = patient.start(code)
        until_it_waits(patient)
        answer = patient.ask("kernel_info_request", {}, channel="control")
        assert answer["status"] == "ok"
        assert patient.kernel.client.hb_channel.is_beating()
        patient.kernel.interrupt()
        cell = patient.finish(request)[0]
        assert cell.ename == "KeyboardInterrupt"
        assert cell.text("stderr") == ""
        while still.next()["msg_type"] != "error":
            pass
    assert patient.run("print(5)").text() == "5\n"
