"""The debugger where it isn't xpython's own alone: what it promises, and where lines are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.kernel.bare import only_ours
from support.kernel.debugger import Debugger

if TYPE_CHECKING:
    from support.kernel.watch import Watch

HOW = {"clientID": "test", "adapterID": "", "pathFormat": "path", "locale": "en"}
COUNTS = {"linesStartAt1": True, "columnsStartAt1": True, "supportsVariableType": True}
LEADING = "\n\nbefore = 1\nafter = before + 1\nafter"


def asked(watch: Watch, command: str, **arguments: Any) -> dict[str, Any]:
    """Return the answer, whether it says yes or no."""
    content = {"type": "request", "seq": 7, "command": command, "arguments": arguments}
    request = watch.send("debug_request", content, channel="control")
    watch.until(lambda: bool(watch.cell(request).reply))
    answer: dict[str, Any] = watch.cell(request).reply["content"]
    return answer


@only_ours("bare xpython never answers the second")
def test_no_rich_view_of_variables_is_promised_and_who_asks_is_told(watch: Watch) -> None:
    assert Debugger(watch).ask("debugInfo")["richRendering"] is False
    answer = asked(watch, "richInspectVariables", variableName="x")
    assert (answer["success"], answer["command"]) == (False, "richInspectVariables")
    assert (answer["type"], answer["request_seq"]) == ("response", 7)
    assert "plain text" in answer["message"]


@only_ours("it is one test with the debugger's start")
def test_a_breakpoint_holds_in_a_cell_that_begins_with_empty_lines(watch: Watch) -> None:
    debugger = Debugger(watch)
    debugger.ask("initialize", **HOW, **COUNTS)
    debugger.ask("attach")
    source = debugger.ask("dumpCell", code=LEADING)["sourcePath"]
    debugger.ask("setBreakpoints", source={"path": source}, breakpoints=[{"line": 4}])
    debugger.ask("configurationDone")
    cell = watch.start(LEADING)
    assert debugger.wait_for_stop(1)["line"] == 4
    answer = asked(watch, "copyToGlobals", dstVariableName="a, b", srcVariableName="before")
    assert (answer["success"], answer["message"]) == (False, "'a, b' can't name a variable.")
    debugger.ask("disconnect", restart=False, terminateDebuggee=False)
    assert watch.finish(cell)[0].of("execute_result")[0]["data"] == {"text/plain": "2"}
    assert watch.run("\n\n    5").of("execute_result")[0]["data"] == {"text/plain": "5"}
