"""What Jupyter's panels and managers ask beside cells."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours
from support.kernel.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from support.kernel.driver import Kernel

TARGET = "import comm; comm.get_comm_manager().register_target('t', lambda *opened: print('on'))"


def ask(kernel: Kernel, msg_type: str) -> dict[str, Any]:
    """Ask on the control channel, whatever the kernel."""
    return Watch(kernel).ask(msg_type, {}, channel="control")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere /proc is missing")
def test_the_usage_panel_gets_the_fields_that_other_ipython_kernels_give(
    running: Callable[[str], Kernel],
) -> None:
    ours, theirs = (ask(running(name), "usage_request") for name in ("datalab", "python3"))
    assert {*theirs} - {*ours} - {"host_cpu_percent"} == set()
    assert {*theirs["host_virtual_memory"]} == {*ours["host_virtual_memory"]}
    same = ("hostname", "cpu_count")
    assert [ours[name] for name in same] == [theirs[name] for name in same]
    assert ours["host_virtual_memory"]["total"] == theirs["host_virtual_memory"]["total"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere /proc is missing")
@only_ours("bare xpython never answers")
def test_usage_counts_kernel_and_relay_together(watch: Watch) -> None:
    process = psutil.Process(watch.kernel.manager.provisioner.pid)
    usage = watch.ask("usage_request", {}, channel="control")
    assert usage["pid"] == process.pid
    family = [process, *process.children(recursive=True)]
    held = sum(one.memory_full_info().pss for one in family)
    assert len(family) >= 2
    assert usage["kernel_memory"] == pytest.approx(held, rel=0.2)


@only_ours("bare xpython never answers")
def test_usage_is_answered_while_a_cell_runs_and_the_kernel_still_looks_busy(watch: Watch) -> None:
    cell = watch.start("import time; print('on', flush=True); time.sleep(50)")
    watch.until(lambda: watch.cell(cell).text() == "on\n")
    watch.ask("usage_request", {}, channel="control")
    watch.settle(0.1)
    last = [one for one in watch.published if one["msg_type"] == "status"][-1]
    assert last["content"] == {"execution_state": "busy"}
    watch.kernel.interrupt()
    watch.finish(cell)


@only_ours("bare xpython never answers")
@pytest.mark.parametrize("channel", ["shell", "control"])
def test_the_ports_are_told(watch: Watch, channel: str) -> None:
    answer = watch.ask("connect_request", {}, channel=channel)
    file = json.loads(Path(watch.kernel.manager.connection_file).read_text())
    assert answer == {"status": "ok", **{k: v for k, v in file.items() if k.endswith("_port")}}


@only_ours("bare xpython says it on the terminal")
@pytest.mark.parametrize("channel", ["shell", "control"])
def test_what_nobody_knows_is_worked_off_without_a_word_in_the_notebook(
    watch: Watch, channel: str
) -> None:
    watch.run("1")
    before = len(watch.published)
    request = watch.send("no_such_request", {}, channel=channel)
    assert watch.handled(request).states == ["busy", "idle"]
    watch.forget(request)
    watch.run("2")
    assert "stream" not in {one["msg_type"] for one in watch.published[before:]}


@only_ours("in bare xpython a comm that a front end opens is lost")
@pytest.mark.parametrize("msg_type", ["comm_open", "comm_msg", "comm_close"])
def test_busy_and_idle_around_a_comms_message_name_it_as_their_parent(
    watch: Watch, msg_type: str
) -> None:
    watch.run(TARGET)
    content = {"comm_id": "a", "target_name": "t", "data": {}}
    handled = watch.handled(watch.send(msg_type, content))
    parents = [one["parent_header"]["msg_type"] for one in handled.published]
    assert handled.states == ["busy", "idle"]
    assert {*parents} == {msg_type}


@fails_on_bare_xpython("it names the Python that it was built with")
def test_kernel_info_names_the_python_that_runs_and_this_kernel(watch: Watch) -> None:
    answer = watch.ask("kernel_info_request", {})
    python = watch.run("import platform; print(platform.python_version())").text().strip()
    assert answer["language_info"]["version"] == python
    assert answer["implementation"] == "datalab-kernel"
    first, second = answer["banner"].splitlines()
    assert first.startswith(f"DataLab kernel {answer['implementation_version']} ")
    assert second.endswith(f", Python {python}")
    assert answer["supported_features"] == ["debugger"]


@pytest.mark.parametrize(("restart", "name"), [(True, "KernelRestart"), (False, "KernelShutdown")])
@pytest.mark.parametrize("code", ["time.sleep(50)", "await asyncio.sleep(50)"])
def test_a_cell_in_which_the_kernel_ends_gets_an_error_and_comes_to_an_end(
    started: Callable[..., AbstractContextManager[Kernel]], restart: bool, name: str, code: str
) -> None:
    with started(DATALAB_KERNEL_WARMUP="off") as kernel:
        watch = Watch(kernel)
        runs = watch.start(f"import asyncio, time; print('on', flush=True); {code}")
        waits = watch.start("1")
        watch.until(lambda: watch.cell(runs).text() == "on\n")
        shutdown = watch.send("shutdown_request", {"restart": restart}, channel="control")
        watch.until(lambda: bool(watch.cell(shutdown).reply))
        cell, waiting = watch.finish(runs, waits)
    assert (cell.ename, cell.states[-1]) == (name, "idle")
    assert cell.reply["content"]["ename"] == name
    assert (waiting.ename, waiting.states[-1]) == ("", "idle")
    assert waiting.reply["content"]["status"] == "aborted"
    assert watch.cell(shutdown).reply["content"] == {"status": "ok", "restart": restart}


@fails_on_bare_xpython("the type is blank of what it is, and the restart is forgotten")
def test_all_front_ends_hear_of_a_restart_as_the_protocol_says(watch: Watch) -> None:
    request = watch.send("shutdown_request", {"restart": True}, channel="control")
    watch.until(lambda: watch.cell(request).is_idle)
    assert watch.cell(request).of("shutdown_reply") == [{"status": "ok", "restart": True}]
    watch.kernel.manager.shutdown_kernel(now=True)  # the next test gets another one
