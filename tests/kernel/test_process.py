"""The kernel as a process: found, started, interrupted, shut down."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from support.kernel.driver import TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.kernel.driver import Kernel

needs_signals = pytest.mark.skipif(os.name == "nt", reason="interrupts by SIGINT")


def test_installing_the_package_alone_makes_the_kernel_appear() -> None:
    spec = KernelSpecManager().get_kernel_spec("datalab")
    assert spec.display_name == "DataLab"
    assert Path(spec.resource_dir).is_relative_to(sys.prefix)
    logos = {"kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"}
    assert logos == {file.name for file in Path(spec.resource_dir).iterdir()}


def test_the_kernel_runs_in_this_environment(kernel: Kernel) -> None:
    assert kernel.value("import sys; sys.executable") == repr(sys.executable)


def test_printed_text_arrives(kernel: Kernel) -> None:
    assert kernel.run("print('one'); print('two')").text == "one\ntwo\n"


def test_an_error_has_its_bare_name(kernel: Kernel) -> None:
    shown = kernel.run("1/0")
    assert shown.status == "error"
    assert shown.error is not None
    assert shown.error[:2] == ("ZeroDivisionError", "division by zero")


def test_each_error_is_shown_in_its_own_cell_when_cells_are_queued(kernel: Kernel) -> None:
    kernel.value("import asyncio")
    code = ("await asyncio.sleep(0.3); 1/0", "2 + 2", "[][5]")
    requests = [kernel.client.execute(cell, stop_on_error=False) for cell in code]
    first, second, third = (kernel.outcome(request) for request in requests)
    assert first.error is not None
    assert first.error[0] == "ZeroDivisionError"
    assert (second.status, second.result) == ("ok", "4")
    assert third.error is not None
    assert third.error[0] == "IndexError"


STOPPED = {
    "sleep": "import time; kept = 5; print('on', flush=True); time.sleep(50)",
    "busy loop": "kept = 5; print('on', flush=True)\nwhile True: pass",
    "await": "import asyncio; kept = 5; print('on', flush=True); await asyncio.sleep(50)",
    "await of several": (
        "import asyncio; kept = 5; print('on', flush=True)\n"
        "await asyncio.gather(asyncio.sleep(50), asyncio.sleep(60))"
    ),
    "busy coroutine": (
        "async def spin():\n    while True: pass\nkept = 5; print('on', flush=True)\nawait spin()"
    ),
}


@needs_signals
@pytest.mark.parametrize("code", STOPPED.values(), ids=STOPPED.keys())
def test_stop_ends_the_cell_and_keeps_everything(kernel: Kernel, code: str) -> None:
    shown = kernel.run(code, meanwhile=kernel.interrupt)
    assert shown.error is not None
    assert shown.error[0] == "KeyboardInterrupt"
    assert kernel.value("kept") == "5"


@needs_signals
@pytest.mark.parametrize("wait", ["time.sleep(50)", "await asyncio.sleep(50)"])
def test_a_cell_may_catch_the_interrupt(kernel: Kernel, wait: str) -> None:
    code = (
        "import time, asyncio\ntry:\n    print('on', flush=True)\n"
        f"    {wait}\nexcept KeyboardInterrupt:\n    print('caught')"
    )
    shown = kernel.run(code, meanwhile=kernel.interrupt)
    assert shown.error is None
    assert "caught" in shown.text


@needs_signals
def test_stop_while_a_name_is_being_imported_leaves_the_import_whole(fresh: Kernel) -> None:
    fresh.value("import sys")
    request = fresh.client.execute("create_signal('a')")
    wait_until_busy(fresh, request)
    fresh.interrupt()
    shown = fresh.outcome(request)
    assert shown.status in {"error", "ok"}  # ok: it was faster than the signal
    assert fresh.value("create_signal('a').title") == "'a'"


def wait_until_busy(kernel: Kernel, request: str) -> None:
    """Read messages until the kernel says that it has begun with a request."""
    while True:
        message = kernel.client.get_iopub_msg(timeout=TIMEOUT_S)
        parent = (message["parent_header"] or {}).get("msg_id")
        if parent == request and message["msg_type"] == "execute_input":
            return


@needs_signals
def test_stop_while_idle_is_ignored(kernel: Kernel) -> None:
    for _ in range(5):
        kernel.interrupt()
    assert kernel.value("1 + 1") == "2"


def test_shutdown_ends_the_process(started: Callable[..., object]) -> None:
    with started() as kernel:  # type: ignore[attr-defined]
        pid = int(kernel.value("import os; os.getpid()"))
        kernel.manager.shutdown_kernel()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_shutdown_in_the_middle_of_the_warm_up_is_clean(started: Callable[..., object]) -> None:
    with started() as kernel:  # type: ignore[attr-defined]
        kernel.value("import time; time.sleep(0.4)")
        kernel.manager.shutdown_kernel()
        assert kernel.manager.provisioner is None or not kernel.manager.is_alive()


def test_nbclient_executes_a_notebook_on_it(tmp_path: Path) -> None:
    cells = (
        "x = np.linspace(0, 10, 1000)",
        "workspace['sine'] = create_signal('Sine', x, np.sin(x), units=('s', 'V'))",
        "workspace.list()",
        "path = workspace.save('analysis'); path.name",
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(notebook, kernel_name="datalab", timeout=120, resources=resources)
    client.execute()
    assert notebook.cells[2].outputs[0]["data"]["text/plain"] == "['sine']"
    assert (tmp_path / "analysis.h5").stat().st_size > 0


def test_the_start_imports_nothing_that_only_browsers_need(fresh: Kernel) -> None:
    assert (
        fresh.value("import gc, sys; 'urllib3' in sys.modules, gc.isenabled()") == "(False, True)"
    )
    assert fresh.value("import urllib3; bool(urllib3.__version__)") == "True"
