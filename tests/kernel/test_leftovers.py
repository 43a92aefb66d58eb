"""Shutdown, restart and sudden death leave no process and no file behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from support.kernel.bare import BARE, OURS
from support.kernel.driver import Kernel
from support.kernel.folders import folder_of, launched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the relay is a fork")

OFF = {"DATALAB_KERNEL_WARMUP": "off"}
DIES = """
import json, os, sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name=sys.argv[1])
client.execute({code!r})
time.sleep(0.5)
print(json.dumps([manager.provisioner.pid, manager.connection_file]), flush=True)
time.sleep(600)
"""


def gone(processes: list[psutil.Process], within_s: float) -> list[psutil.Process]:
    """Wait for the end of processes; return those that live on."""
    _ended, alive = psutil.wait_procs(processes, timeout=within_s)
    return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def family(pid: int) -> list[psutil.Process]:
    kernel = psutil.Process(pid)
    return [kernel, *kernel.children(recursive=True)]


@pytest.fixture
def own() -> Iterator[Kernel]:
    """Give a kernel that the test ends."""
    manager, client = start_new_kernel(kernel_name=OURS, env={**os.environ, **OFF})
    yield Kernel(manager, client)
    client.stop_channels()
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


END: dict[str, Callable[[Kernel], None]] = {
    "shutdown": lambda kernel: kernel.manager.shutdown_kernel(),
    "shutdown at once": lambda kernel: kernel.manager.shutdown_kernel(now=True),
    "SIGTERM": lambda kernel: os.kill(kernel.manager.provisioner.pid, 15),
    "crash": lambda kernel: os.kill(kernel.manager.provisioner.pid, 11),
    "os._exit": lambda kernel: kernel.client.execute("import os; os._exit(3)"),
}


@pytest.mark.parametrize("end", END.values(), ids=END)
def test_the_end_of_a_kernel_leaves_no_process_and_no_folder(
    own: Kernel, end: Callable[[Kernel], None]
) -> None:
    own.value("1")
    processes = family(own.manager.provisioner.pid)
    folder = folder_of(own.manager.provisioner.pid)
    assert len(processes) == 2  # kernel and relay
    end(own)
    assert gone(processes, within_s=30) == []
    assert not folder.exists()


def test_a_cell_that_runs_ends_with_shutdown_too(own: Kernel) -> None:
    own.value("1")
    processes = family(own.manager.provisioner.pid)
    own.client.execute("while True: pass")
    own.manager.shutdown_kernel()
    assert gone(processes, within_s=30) == []


def test_restart_gives_an_empty_kernel_on_the_same_ports_and_ends_the_old_one(own: Kernel) -> None:
    own.value("kept = 1")
    ports = own.manager.ports
    old = family(own.manager.provisioner.pid)
    own.manager.restart_kernel(now=False)
    own.client.wait_for_ready(timeout=60)
    assert gone(old, within_s=30) == []
    assert own.manager.ports == ports
    assert own.value("'kept' in globals()") == "False"
    assert len(family(own.manager.provisioner.pid)) == 2


def test_the_relays_death_ends_the_kernel_so_that_jupyter_notices(own: Kernel) -> None:
    own.value("1")
    kernel, relay = family(own.manager.provisioner.pid)
    relay.kill()
    assert gone([kernel, relay], within_s=30) == []


BARE_STAYS = pytest.mark.xfail(
    raises=AssertionError, strict=True, reason="bare xpython runs on for ever, nobody can reach it"
)


@pytest.mark.parametrize(
    ("name", "within_s"),
    [(OURS, 60.0), pytest.param(BARE, 3.0, marks=BARE_STAYS)],
)
@pytest.mark.parametrize("code", ["1", "while True: pass"], ids=["idle", "busy"])
def test_the_sudden_death_of_jupyter_ends_the_kernel(name: str, within_s: float, code: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DIES.format(code=code), name],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **OFF},
    ) as parent:
        assert parent.stdout is not None
        pid, connection_file = json.loads(parent.stdout.readline())
        processes = family(pid)
        folder = folder_of(pid) if name == OURS else None
        parent.kill()
    try:
        assert gone(processes, within_s) == []
        assert folder is not None
        assert not folder.exists()
    finally:
        for one in gone(processes, within_s=0):
            one.kill()
        Path(connection_file).unlink(missing_ok=True)  # Jupyter's own, which it can't remove


def test_nothing_is_left_when_a_start_is_given_up(tmp_path: Path) -> None:
    ports = {"shell_port": 1, "iopub_port": 1, "stdin_port": 1, "control_port": 1, "hb_port": 1}
    file = tmp_path / "connection.json"
    file.write_text(json.dumps({**ports, "ip": "127.0.0.1", "transport": "tcp", "key": ""}))
    started = time.monotonic()
    ended, folders = launched(file)
    assert time.monotonic() - started < 60
    assert ended.returncode != 0
    assert ended.stderr != ""
    assert folders != []
    assert not any(folder.exists() for folder in folders)
