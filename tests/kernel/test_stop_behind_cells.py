"""Stop in what isn't a cell's own code, and what cells see of the kernel's signal handling."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Cell, Watch

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interrupts by SIGINT")

COMM = "d" * 32
CALLBACK = """
import asyncio, comm, time
def opened(channel, message):
    def wait(message):
        print('in the callback', flush=True)
        time.sleep(50)
    channel.on_msg(wait)
comm.get_comm_manager().register_target('waits', opened)
"""


def result(cell: Cell) -> str:
    return str(cell.of("execute_result")[0]["data"]["text/plain"])


def in_the_callback(watch: Watch) -> str:
    """Send a message to a callback that waits; return it once it does."""
    opened = {"comm_id": COMM, "target_name": "waits", "data": {}}
    watch.handled(watch.send("comm_open", opened))
    message = watch.send("comm_msg", {"comm_id": COMM, "data": {}})
    watch.until(lambda: "in the callback" in watch.cell(message).text())
    return message


@only_ours("Stop ends bare xpython")
def test_stop_ends_a_comms_callback_and_shows_it_there(watch: Watch) -> None:
    watch.run(f"{CALLBACK}kept = 5")
    message = in_the_callback(watch)
    watch.kernel.interrupt()
    assert watch.handled(message).text("stderr").endswith("KeyboardInterrupt\n")
    assert result(watch.run("kept")) == "5"


@only_ours("Stop ends bare xpython")
def test_stop_ends_both_a_callback_and_the_cell_that_awaits_beside_it(watch: Watch) -> None:
    watch.run(CALLBACK)
    request = watch.start("print('on', flush=True)\nawait asyncio.sleep(50)")
    watch.until(lambda: "on" in watch.cell(request).text())
    message = in_the_callback(watch)
    watch.kernel.interrupt()
    assert watch.finish(request)[0].ename == "KeyboardInterrupt"
    watch.handled(message)


def waiting_once(watch: Watch, event: str) -> str:
    """Run a cell that lets a callback of an event wait, the first time; return its request."""
    watch.run(
        "import time\nwaits = [50]\ndef wait(*_):\n"
        "    for seconds in [waits.pop()] if waits else []:\n"
        "        print('around', flush=True); time.sleep(seconds)"
    )
    return watch.start(f"kept = 0; get_ipython().events.register('{event}', wait)")


def stop_around(watch: Watch, request: str) -> Cell:
    """Press Stop when that callback waits around a cell; return the cell."""
    watch.until(lambda: "around" in watch.cell(request).text())
    watch.kernel.interrupt()
    return watch.finish(request)[0]


@only_ours("Stop ends bare xpython")
def test_stop_in_a_callback_before_a_cell_ends_the_cell_too(watch: Watch) -> None:
    watch.finish(waiting_once(watch, "pre_run_cell"))
    assert stop_around(watch, watch.start("kept = 6")).ename == "KeyboardInterrupt"
    assert result(watch.run("get_ipython().events.unregister('pre_run_cell', wait); kept")) == "0"


@only_ours("Stop ends bare xpython")
def test_stop_ends_a_callback_behind_a_cell_whose_reply_comes(watch: Watch) -> None:
    cell = stop_around(watch, waiting_once(watch, "post_execute"))
    assert cell.reply["content"]["status"] == "ok"
    assert result(watch.run("get_ipython().events.unregister('post_execute', wait); kept")) == "0"


@only_ours("what stands there on bare xpython is the C library's")
def test_cells_see_pythons_own_signal_handling(watch: Watch) -> None:
    watch.run("import signal")
    sees = "signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.set_wakeup_fd(-1)"
    assert result(watch.run(sees)) == "(True, -1)"


@only_ours("Stop ends bare xpython")
def test_stop_works_when_a_cell_has_put_the_default_handler_back(watch: Watch) -> None:
    watch.run("import signal, time\nignored = signal.signal(signal.SIGINT, signal.SIG_IGN)")
    watch.run("signal.signal(signal.SIGINT, signal.default_int_handler)")
    request = watch.start("print('on', flush=True); time.sleep(50)")
    watch.until(lambda: "on" in watch.cell(request).text())
    watch.kernel.interrupt()
    assert watch.finish(request)[0].ename == "KeyboardInterrupt"


@only_ours("Stop ends bare xpython")
def test_a_handler_of_the_users_own_stays_for_later_cells_also_while_they_await(
    watch: Watch,
) -> None:
    watch.run("import asyncio, signal; seen = []")
    watch.run("before = signal.signal(signal.SIGINT, lambda *_: seen.append(1))")
    waits = "print('on', flush=True)\nwhile not seen: await asyncio.sleep(0.01)\nseen"
    request = watch.start(waits)
    watch.until(lambda: "on" in watch.cell(request).text())
    watch.kernel.interrupt()
    assert result(watch.finish(request)[0]) == "[1]"
    watch.run("signal.signal(signal.SIGINT, before)")


@only_ours("what is queued is lost on bare xpython too")
def test_a_cell_that_cancels_all_tasks_costs_no_reply(watch: Watch) -> None:
    code = "import asyncio\nfor task in asyncio.all_tasks(): task.cancel()"
    first = watch.start(code, stop_on_error=False)
    behind = [watch.start(f"{n}") for n in range(3)]
    watch.finish(first)
    assert [result(cell) for cell in watch.finish(*behind)] == ["0", "1", "2"]
