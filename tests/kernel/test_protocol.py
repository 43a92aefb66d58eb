"""What Jupyter's messaging protocol says, by Jupyter's own suite and beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import jupyter_kernel_test
import pytest
from support.kernel.bare import fails_on_bare_xpython
from support.kernel.debugger import Debugger

if TYPE_CHECKING:
    from support.kernel.watch import Watch


class TestConformance(jupyter_kernel_test.KernelTests):
    """Jupyter's own suite (jupyter_kernel_test), with samples for all of it."""

    kernel_name = "datalab"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples: ClassVar[list[dict[str, Any]]] = [
        {"text": "zi", "matches": {"zip"}},
        {"text": "import fractio", "matches": {"fractions"}},
    ]
    complete_code_samples: ClassVar[list[str]] = ["1", "print('a')", "def f(x):\n  return x\n\n\n"]
    incomplete_code_samples: ClassVar[list[str]] = ["print('''a", "def f(x):\n  x*2", "for x in y:"]
    invalid_code_samples: ClassVar[list[str]] = ["import = 7q", "a b c"]
    code_page_something = "zip?"
    code_generate_error = "raise ValueError('bad')"
    code_execute_result: ClassVar[list[dict[str, str]]] = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "'a' * 2", "result": "'aa'"},
    ]
    code_display_data: ClassVar[list[dict[str, str]]] = [
        {
            "code": "from IPython.display import HTML, display; display(HTML('<b>t</b>'))",
            "mime": "text/html",
        },
        {
            "code": "from IPython.display import Math, display; display(Math('\\\\frac{1}{2}'))",
            "mime": "text/latex",
        },
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"


def text(content: dict[str, Any]) -> str:
    return str(content["data"]["text/plain"])


@fails_on_bare_xpython("each of its five occurrences is listed")
def test_history_search_lists_each_entry_once_if_asked_to(watch: Watch) -> None:
    for _ in range(5):
        watch.run("found_in_history = 5", store_history=True)
    wanted = {"hist_access_type": "search", "pattern": "found_in_hist*", "unique": True}
    wanted |= {"output": False, "raw": True, "n": 10}
    found = watch.ask("history_request", wanted)["history"]
    assert [entry[2] for entry in found] == ["found_in_history = 5"]


@fails_on_bare_xpython("it leaves the types out")
def test_completions_come_with_their_types(watch: Watch) -> None:
    watch.run("a_number = 5\ndef a_function(): pass")
    answer = watch.ask("complete_request", {"code": "a_fun", "cursor_pos": 5})
    assert answer["matches"] == ["a_function"]
    assert "_jupyter_types_experimental" in answer["metadata"]
    [described] = answer["metadata"]["_jupyter_types_experimental"]
    assert described == {"start": 0, "end": 5, "text": "a_function", "type": "function"}


def test_completion_in_the_middle_of_text_replaces_only_that_part(watch: Watch) -> None:
    code = "x = workspace.exi\ny = 5"
    answer = watch.ask("complete_request", {"code": code, "cursor_pos": 17})
    assert code[answer["cursor_start"] : answer["cursor_end"]] in {".exi", "exi", "workspace.exi"}
    assert any(match.endswith("exists") for match in answer["matches"])
    assert all("\x00" not in match for match in answer["matches"])


def test_completion_counts_characters_as_the_protocol_does(watch: Watch) -> None:
    code = "'😀é'; workspace.exi"
    answer = watch.ask("complete_request", {"code": code, "cursor_pos": len(code)})
    assert code[answer["cursor_start"] : answer["cursor_end"]].endswith("exi")


def test_nothing_to_complete_is_an_empty_answer(watch: Watch) -> None:
    answer = watch.ask("complete_request", {"code": "no_such_thing.x", "cursor_pos": 15})
    assert (answer["status"], answer["matches"]) == ("ok", [])


@pytest.mark.parametrize("code", ["workspace.save", "np.sin", "create_signal", "plotter.plot("])
def test_inspection_shows_the_docstring(watch: Watch, code: str) -> None:
    content = {"code": code, "cursor_pos": len(code), "detail_level": 0}
    answer = watch.ask("inspect_request", content)
    assert (answer["status"], answer["found"]) == ("ok", True)
    assert "Docstring" in answer["data"]["text/plain"]


def test_inspecting_what_isnt_there_finds_nothing(watch: Watch) -> None:
    content = {"code": "no_such_thing", "cursor_pos": 5, "detail_level": 0}
    assert watch.ask("inspect_request", content)["found"] is False


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("1 + 1", "complete"),
        ("for i in x:", "incomplete"),
        ("a b", "invalid"),
        ("await f()", "complete"),
    ],
)
def test_is_complete_knows_whether_more_is_to_come(watch: Watch, code: str, status: str) -> None:
    answer = watch.ask("is_complete_request", {"code": code})
    assert answer["status"] == status
    assert answer.get("indent", "") == ("    " if status == "incomplete" else "")


@pytest.mark.parametrize(
    ("ask", "prompt", "is_password"),
    [("input('name? ')", "name? ", False), ("__import__('getpass').getpass('pw? ')", "pw? ", True)],
)
def test_a_cell_may_ask_a_person(watch: Watch, ask: str, prompt: str, *, is_password: bool) -> None:
    request = watch.start(f"print('before', end='')\n{ask}", allow_stdin=True)
    watch.until(lambda: bool(watch.asked))
    assert watch.asked[0]["content"] == {"prompt": prompt, "password": is_password}
    assert watch.asked[0]["parent_header"]["msg_id"] == request
    watch.until(lambda: watch.cell(request).text() == "before")
    watch.kernel.client.input("Ada")
    assert text(watch.finish(request)[0].of("execute_result")[0]) == "'Ada'"


def test_a_question_where_nobody_can_answer_is_an_error(watch: Watch) -> None:
    cell = watch.run("input()", allow_stdin=False)
    assert cell.reply["content"]["status"] == "error"
    assert watch.run("1").reply["content"]["status"] == "ok"


def test_kernel_info_names_the_language_and_the_protocol(watch: Watch) -> None:
    answer = watch.ask("kernel_info_request", {})
    assert answer["status"] == "ok"
    assert answer["protocol_version"].startswith("5.")
    assert answer["language_info"]["name"] == "python"
    assert answer["language_info"]["file_extension"] == ".py"


def test_every_request_is_framed_by_busy_and_idle(watch: Watch) -> None:
    requests = {
        "kernel_info_request": {},
        "comm_info_request": {},
        "is_complete_request": {"code": "1"},
        "complete_request": {"code": "i", "cursor_pos": 1},
        "inspect_request": {"code": "int", "cursor_pos": 3, "detail_level": 0},
        "history_request": {"hist_access_type": "tail", "n": 1, "output": False, "raw": True},
        "execute_request": {
            "code": "1",
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        },
    }
    for msg_type, content in requests.items():
        [cell] = watch.finish(watch.send(msg_type, content))
        assert cell.states == ["busy", "idle"], msg_type
        assert cell.reply["msg_type"] == msg_type.replace("request", "reply")


def test_a_message_that_nobody_signed_is_ignored(watch: Watch) -> None:
    client = watch.kernel.client
    key, client.session.key = client.session.key, b"another key"
    try:
        watch.forget(watch.send("shutdown_request", {"restart": False}, channel="control"))
        forged = watch.start("forged = 1")
    finally:
        client.session.key = key
    assert (
        watch.run("'forged' in globals()").of("execute_result")[0]["data"]["text/plain"] == "False"
    )
    assert watch.forget(forged).reply == {}


SUM = "def f(n):\n    total = n + 1\n    total = total * 2\n    return total\nf(3)"


def test_the_debugger_stops_steps_shows_variables_and_goes_on(watch: Watch) -> None:
    debugger = Debugger(watch)
    debugger.ask(
        "initialize",
        clientID="test",
        adapterID="",
        pathFormat="path",
        linesStartAt1=True,
        columnsStartAt1=True,
        supportsVariableType=True,
        locale="en",
    )
    debugger.ask("attach")
    source = debugger.ask("dumpCell", code=SUM)["sourcePath"]
    set_ones = debugger.ask(
        "setBreakpoints", source={"path": source}, breakpoints=[{"line": 3}], sourceModified=False
    )
    assert [one["verified"] for one in set_ones["breakpoints"]] == [True]
    debugger.ask("configurationDone")
    assert debugger.ask("debugInfo")["isStarted"] is True
    request = watch.start(SUM)
    frame = debugger.wait_for_stop(1)
    assert (frame["name"], frame["line"]) == ("f", 3)
    scope = debugger.ask("scopes", frameId=frame["id"])["scopes"][0]
    variables = debugger.ask("variables", variablesReference=scope["variablesReference"])
    held = {one["name"]: one["value"] for one in variables["variables"]}
    assert held == {"n": "3", "total": "4"}
    debugger.ask("next", threadId=frame["thread"])
    assert debugger.wait_for_stop(2)["line"] == 4
    debugger.ask("continue", threadId=frame["thread"])
    assert text(watch.finish(request)[0].of("execute_result")[0]) == "8"
    debugger.ask("disconnect", restart=False, terminateDebuggee=False)
    assert text(watch.run("f(4)").of("execute_result")[0]) == "10"


@fails_on_bare_xpython("it counts otherwise, and a range without an end is never answered")
def test_history_gives_the_lines_that_ipython_numbers_so(watch: Watch) -> None:
    cells = [watch.run(f"line = {number}", store_history=True) for number in range(3)]
    first = cells[0].reply["content"]["execution_count"]
    wanted = {"hist_access_type": "range", "session": 0, "output": False, "raw": True}
    two = watch.ask("history_request", {**wanted, "start": first, "stop": first + 2})["history"]
    assert [entry[1:] for entry in two] == [[first, "line = 0"], [first + 1, "line = 1"]]
    request = watch.send("history_request", {**wanted, "start": first + 1, "stop": None})
    watch.until(lambda: bool(watch.cell(request).reply), within_s=watch.soon_s)
    last = watch.cell(request).reply["content"]["history"]
    assert [entry[2] for entry in last] == ["line = 1", "line = 2"]


def test_history_of_earlier_sessions_is_found(watch: Watch) -> None:
    watch.run("told_once = 17", store_history=True)
    watch.kernel.manager.restart_kernel(now=False)
    watch.kernel.client.wait_for_ready(timeout=60)
    wanted = {"hist_access_type": "search", "pattern": "told_on*", "output": True, "raw": True}
    found = watch.ask("history_request", {**wanted, "unique": True, "n": 5})["history"]
    assert [entry[2][0] for entry in found] == ["told_once = 17"]
