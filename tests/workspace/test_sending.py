"""What can be sent to another process, and where functions run."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.compute import run
from datalab_kernel.errors import NoExecutorError
from datalab_kernel.testing import assert_same_object

X = np.linspace(0, 10, 50)


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace("standalone")
    workspace.update({"a": (X, np.sin(X)), "b": (X, np.cos(X))})
    return workspace


def test_a_result_is_sent_with_its_objects(workspace: Workspace) -> None:
    result = workspace.calc("derivative", on=["a", "b"])
    there = pickle.loads(pickle.dumps(result))
    assert (there.function, there.names, there.on) == ("derivative", result.names, ("a", "b"))
    for found, expected in zip(there.objects, result.objects, strict=True):
        assert_same_object(found, expected)
    workspace.clear()
    assert [obj.title for obj in there.objects] == [*there.names]


def test_what_was_sent_can_be_computed_with_in_another_workspace(workspace: Workspace) -> None:
    there = pickle.loads(pickle.dumps(workspace.calc("derivative", on="a")))
    other = Workspace("standalone")
    assert other.calc("absolute", on=there).names == ("absolute(derivative(a))",)


def test_tables_of_an_analysis_are_sent(workspace: Workspace) -> None:
    result = workspace.calc("stats", on="a")
    there = pickle.loads(pickle.dumps(result))
    assert there.frame.equals(result.frame)
    assert repr(there) == repr(result)


@pytest.mark.parametrize("send", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_workspace_says_what_to_send_instead(workspace: Workspace, send) -> None:
    with pytest.raises(
        TypeError, match=r"send an object \(workspace\['name'\]\), a result of calc"
    ):
        send(workspace)


def test_functions_run_by_the_executor_that_the_workspace_has(workspace: Workspace) -> None:
    asked: list[str] = []

    class Elsewhere:
        def map(self, jobs):
            for job in pickle.loads(pickle.dumps(jobs)):
                asked.append(job.sources[0].name)
                yield pickle.loads(pickle.dumps(run(job)))

    expected = workspace.calc("derivative", on=["a", "b"], store=False).objects
    workspace.executor = Elsewhere()
    found = workspace.calc("derivative", on=["a", "b"])
    assert asked == ["a", "b"]
    for left, right in zip(found.objects, expected, strict=True):
        np.testing.assert_array_equal(left.xydata, right.xydata)
    assert [step.function for step in workspace.history(found.names[0])] == ["derivative"]
    assert "workspace.calc" in workspace.script(found.names[0])


def test_an_executor_that_is_not_installed_changes_nothing(workspace: Workspace) -> None:
    workspace.executor = "nowhere"
    with pytest.raises(NoExecutorError, match="'nowhere' is not installed"):
        workspace.calc("derivative", on="a")
    assert workspace.list() == ["a", "b"]
