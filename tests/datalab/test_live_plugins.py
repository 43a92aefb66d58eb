"""Functions of a plug-in of DataLab run in its window, and their results are the workspace's."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.datalab.forwarding import forwarded, own_address
from support.datalab.window_driver import emptied

from datalab_kernel import Workspace, create_signal
from datalab_kernel.errors import ComputationError, OperandError, UnknownFunctionError
from datalab_kernel_live.window import _settings

PLUGIN = Path(__file__).parent / "plugins" / "datalab_of_tests.py"


@pytest.fixture(scope="module")
def datalab_with_plugin(
    tmp_path_factory: pytest.TempPathFactory, datalab_python: str
) -> Iterator[Any]:
    """Start a DataLab that has a plug-in, where a person would put it."""
    from datalab_application import running_datalab

    home = tmp_path_factory.mktemp("with plug-in")
    folder = _settings.folder(home / "config") / "plugins"
    folder.mkdir(parents=True)
    shutil.copy(PLUGIN, folder)
    with running_datalab(datalab_python, home) as running:
        yield running


@pytest.fixture
def workspace(datalab_with_plugin: Any, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Give a workspace with two signals and two images in it, of which a person has selected one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_with_plugin.config))
    workspace = emptied()
    workspace.add({"a": np.arange(4.0), "b": np.arange(3.0) + 1})
    workspace.add({"i": np.full((2, 3), 5.0), "j": np.full((2, 3), 7.0)})
    workspace.select("j")
    return workspace


def window_of(workspace: Workspace) -> tuple[str, list[str]]:
    """Return which panel the window shows, and what is selected there."""
    return workspace.proxy.get_current_panel(), workspace.proxy.get_sel_object_uuids()


def test_an_object_is_computed_with_the_given_parameters(workspace: Workspace) -> None:
    before = window_of(workspace)
    result = workspace.calc("times", on="a", factor=3)
    assert (result.names, result.on, result.computed_by) == (("a times 3",), ("a",), "datalab")
    assert workspace["a times 3"].y.tolist() == [0.0, 3.0, 6.0, 9.0]
    assert workspace["a"].y.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert workspace.selection == ["a times 3"]
    assert window_of(workspace) == before


def test_what_isnt_given_is_the_functions_default_not_that_of_before(workspace: Workspace) -> None:
    workspace.calc("times", {"factor": 5.0}, on="a")
    assert workspace.calc("times", on="b").object.y.tolist() == [2.0, 4.0, 6.0]


def test_several_objects_give_several_results_with_the_names_that_are_wanted(
    workspace: Workspace,
) -> None:
    workspace["twice (2)"] = np.zeros(2)
    result = workspace.calc("times", on=["b", "a"], name="twice")
    assert result.names == ("twice", "twice (3)")
    assert [len(obj.y) for obj in result.objects] == [3, 4]
    assert workspace.list("twice*") == ["twice (2)", "twice", "twice (3)"]


def test_a_list_of_too_few_names_leaves_nothing_behind(workspace: Workspace) -> None:
    before = workspace.list()
    with pytest.raises(OperandError, match="2 objects, but was given 1 names"):
        workspace.calc("times", on=["a", "b"], name=["one"])
    assert workspace.list() == before


def test_one_is_made_of_several(workspace: Workspace) -> None:
    result = workspace.calc("stacked", on=["i", "j"])
    assert result.names == ("stacked",)
    assert result.object.data[:, 0].tolist() == [5.0, 5.0, 7.0, 7.0]


def test_an_analysis_is_kept_with_its_object(workspace: Workspace) -> None:
    result = workspace.calc("corner", on="i")
    assert (result.names, [*result.geometry]) == (("i",), ["i"])
    assert result.geometry["i"].coords.tolist() == [[0.0, 5.0]]
    assert workspace.results("i")["function"].tolist() == ["corner"]


def test_a_function_that_fails_there_is_an_error_here(workspace: Workspace) -> None:
    before, shown = workspace.list(), window_of(workspace)
    with pytest.raises(ComputationError, match=r"'never' on 'a'.*nothing came of it.*its window"):
        workspace.calc("never", on="a")
    assert workspace.list() == before
    assert window_of(workspace) == shown


@pytest.mark.parametrize("function", ["corner", "no such function"])
def test_a_function_that_is_unknown_for_this_kind_changes_nothing(
    workspace: Workspace, function: str
) -> None:
    before, shown = workspace.list(), window_of(workspace)
    with pytest.raises((UnknownFunctionError, ComputationError)):
        workspace.calc(function, on="a")
    assert workspace.list() == before
    assert workspace.results("*").empty
    assert window_of(workspace) == shown


def test_dense_signals_dont_stop_the_window(workspace: Workspace) -> None:
    x = np.linspace(0.0, 1.0, 300_000)
    workspace["dense"] = create_signal("", x, np.sin(200_000 * x))
    result = workspace.calc("times", on="dense", factor=10)
    np.testing.assert_allclose(result.object.y.max(), 10, rtol=1e-3)


def test_with_the_web_api_alone_they_are_unknown(
    datalab_with_plugin: Any, workspace: Workspace
) -> None:
    with forwarded(datalab_with_plugin.url, own_address() or "127.0.0.2") as url:
        elsewhere = Workspace("live", url=url)
        assert not {"a", "b"} - {*elsewhere}
        with pytest.raises(UnknownFunctionError):
            elsewhere.calc("times", on="a")
    assert workspace.list() == ["a", "b", "i", "j"]
