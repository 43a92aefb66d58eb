"""The session's names in a debugger that has stopped in a cell: looking imports nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.kernel.debugger import Debugger
from support.kernel.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_USED = {"np", "sigima", "workspace", "plotter", "create_signal"}


@pytest.fixture
def stopped(started: Callable[..., Any]) -> Any:
    """Stop in a cell of a kernel in which no name has been used; give watch, debugger and frame."""
    with started(DATALAB_KERNEL_MODE="standalone", DATALAB_KERNEL_WARMUP="off") as kernel:
        watch = Watch(kernel)
        debugger = Debugger(watch)
        debugger.ask("initialize", clientID="t", adapterID="t", pathFormat="path")
        debugger.ask("attach")
        code = "def f():\n    n = 1\n    return n\nf()"
        source = debugger.ask("dumpCell", code=code)["sourcePath"]
        where = [{"line": 3}]
        debugger.ask("setBreakpoints", source={"path": source}, breakpoints=where)
        debugger.ask("configurationDone")
        request = watch.start(code)
        yield watch, debugger, debugger.wait_for_stop(1), request


def test_listing_the_globals_while_paused_imports_nothing(stopped: Any) -> None:
    watch, debugger, frame, request = stopped
    scopes = debugger.ask("scopes", frameId=frame["id"])["scopes"]
    place = next(one for one in scopes if one["name"] == "Globals")["variablesReference"]
    listed = debugger.ask("variables", variablesReference=place)["variables"]
    shown = {one["name"]: one["value"] for one in listed}
    assert shown.keys() >= NOT_USED
    assert {name for name in NOT_USED if "imported when first used" in shown[name]} == NOT_USED
    debugger.ask("continue", threadId=frame["thread"])
    watch.finish(request)
    cell = watch.run("import sys; {'numpy', 'sigima', 'scipy', 'h5py'} & {*sys.modules}")
    assert cell.of("execute_result")[0]["data"]["text/plain"] == "set()"


def test_leaving_while_paused_is_answered(stopped: Any) -> None:
    watch, debugger, frame, request = stopped
    scopes = debugger.ask("scopes", frameId=frame["id"])["scopes"]
    for scope in scopes:
        debugger.ask("variables", variablesReference=scope["variablesReference"])
    debugger.ask("disconnect", restart=False, terminateDebuggee=False)
    assert watch.finish(request)[0].of("execute_result")[0]["data"]["text/plain"] == "1"
