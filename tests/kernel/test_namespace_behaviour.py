"""The session's names to ``%who``, debuggers, ``%reset``, pickle, help and ``%autoreload``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.kernel.driver import Kernel

HEAVY = "sorted({'numpy', 'sigima', 'scipy', 'pandas', 'matplotlib', 'h5py'} & {*sys.modules})"


def asked_of_the_debugger(kernel: Kernel, *commands: str) -> dict[str, Any]:
    """Send debug requests as JupyterLab does; return the last answer."""
    client = kernel.client
    content: dict[str, Any] = {}
    who = {"clientID": "test", "adapterID": "test", "linesStartAt1": True}
    for number, command in enumerate(commands, start=1):
        request = {"type": "request", "seq": number, "command": command, "arguments": who}
        message = client.session.msg("debug_request", request)
        client.control_channel.send(message)
        while True:
            reply = client.get_control_msg(timeout=60)
            if reply["parent_header"]["msg_id"] == message["header"]["msg_id"]:
                content = reply["content"]
                break
    return content


def test_only_the_users_names_are_listed(quiet_on_both: Kernel) -> None:
    assert quiet_on_both.value("%who_ls") == "[]"
    quiet_on_both.value("mine = 1; np.pi; workspace.list()")
    assert quiet_on_both.value("%who_ls") == "['mine']"
    assert [line.split()[0] for line in quiet_on_both.run("%whos").text.splitlines()[2:]] == [
        "mine"
    ]
    quiet_on_both.value("np = 'mine too'")
    assert quiet_on_both.value("%who_ls") == "['mine', 'np']"
    quiet_on_both.value("del np, mine")
    assert quiet_on_both.value("%who_ls") == "[]"


def test_a_debuggers_variables_are_only_the_users_and_nothing_is_imported(quiet: Kernel) -> None:
    quiet.value("import json as mine; import sys; np = 'mine too'")
    answer = asked_of_the_debugger(quiet, "initialize", "attach", "inspectVariables")
    assert {"mine", "np", "sys"} == {one["name"] for one in answer["body"]["variables"]}
    assert quiet.value(HEAVY) == "[]"


def test_after_unloading_a_debugger_shows_every_variable(started: Callable[..., Any]) -> None:
    with started("python3", DATALAB_KERNEL_MODE="standalone") as kernel:
        kernel.value("np = 'mine'")
        kernel.value("%load_ext datalab_kernel")
        asked_of_the_debugger(kernel, "initialize", "attach")
        assert asked_of_the_debugger(kernel, "inspectVariables")["body"]["variables"] == []
        kernel.value("%unload_ext datalab_kernel")
        shown = asked_of_the_debugger(kernel, "inspectVariables")["body"]["variables"]
        names = [one["name"] for one in shown]
        assert names == ["special variables", "function variables", "np"]  # as bare ipykernel


def test_reset_brings_the_names_back_unimported(quiet: Kernel) -> None:
    quiet.value("np = 3; del plotter, create_image; mine = 1")
    quiet.value("%reset -f")
    assert quiet.value(f"import sys; {HEAVY}") == "[]"
    assert quiet.value("%who_ls") == "['sys']"
    assert quiet.value("'mine' in globals(), np.pi") == "(False, 3.141592653589793)"
    assert quiet.value("type(plotter).__name__, create_image.__name__") == (
        "('Plotter', 'create_image')"
    )


def test_submodules_of_sigima_need_no_import(renewed: Kernel) -> None:
    code = "def smooth(s):\n    return sigima.proc.signal.moving_average(s, sigima.params.MovingAverageParam.create(n=3))"
    renewed.value(code)
    renewed.value("s = create_signal('s', np.arange(9.0), np.arange(9.0))")
    assert renewed.value("smooth(s).y[4]") == "np.float64(4.0)"
    shown = renewed.run("sigima.proc.sound")
    assert shown.error is not None
    assert shown.error[:2] == ("AttributeError", "module 'sigima.proc' has no attribute 'sound'")


def test_a_users_own_sigima_gets_no_submodules(quiet: Kernel) -> None:
    quiet.value("import types, sys; sigima = types.SimpleNamespace(proc=5)")
    assert quiet.value("sigima.proc") == "5"
    assert quiet.value(HEAVY) == "[]"


def test_stand_ins_and_real_objects_pickle_by_reference(quiet: Kernel) -> None:
    quiet.value("import pickle, sys; stand_in = globals()['n' + 'p']")
    quiet.value("kept = pickle.dumps(stand_in)")
    assert quiet.value(HEAVY) == "[]"
    assert quiet.value("pickle.loads(kept) is sys.modules['numpy']") == "True"
    for name in ("create_signal", "SignalObj", "create_image_roi"):
        found = f"globals()['{name[:2]}' + '{name[2:]}']"
        assert quiet.value(f"pickle.loads(pickle.dumps({found})) is {name}") == "True"


def test_help_shows_the_real_module(renewed: Kernel) -> None:
    assert "Help on package numpy" in renewed.run("help(np)").text
    assert "Help on function create_signal" in renewed.run("help(create_signal)").text


def test_the_names_are_what_inspect_and_isinstance_say(renewed: Kernel) -> None:
    assert renewed.value("import inspect; inspect.ismodule(np), inspect.ismodule(sigima)") == (
        "(True, True)"
    )
    assert renewed.value("inspect.isclass(SignalObj), inspect.isfunction(create_image)") == (
        "(True, True)"
    )


def test_autoreload_reloads_the_users_module_and_leaves_the_names_alone(
    quiet: Kernel, tmp_path: Path
) -> None:
    module = tmp_path / "mine_to_edit.py"
    module.write_text("answer = 'old'\n")
    quiet.value(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.dont_write_bytecode = True"
    )
    quiet.value("%load_ext autoreload\n%autoreload 2")
    assert quiet.value("import mine_to_edit; mine_to_edit.answer") == "'old'"
    module.write_text("answer = 'edited, and longer'\n")
    assert quiet.value("mine_to_edit.answer") == "'edited, and longer'"
    assert quiet.value(HEAVY) == "[]"
    assert quiet.value("np.linspace(0, 1, 3)[1]") == "np.float64(0.5)"
    module.write_text("answer = 'edited again, and longer still'\n")
    assert quiet.value("mine_to_edit.answer") == "'edited again, and longer still'"
    assert quiet.value("np is sys.modules['numpy'], create_signal('a').title") == "(True, 'a')"


def test_an_empty_workspace_is_shown_listed_and_asked_without_an_import(quiet: Kernel) -> None:
    shown = quiet.run("len(workspace), workspace.list(), 'a' in workspace, workspace.exists('a')")
    assert shown.result == "(0, [], False, False)"
    assert quiet.value(f"import sys; workspace; {HEAVY}") == "[]"
