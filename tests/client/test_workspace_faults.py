"""A workspace elsewhere when something goes wrong there, and when others use it too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from datalab_kernel import Workspace, create_signal
from datalab_kernel.errors import ComputationError, NameTakenError, ObjectNotFoundError
from datalab_kernel_client import ExecutionError, sync

if TYPE_CHECKING:
    from support.jupyter_server import JupyterServer

PATH = "faults.ipynb"
Opened = Callable[..., Workspace]


@pytest.fixture(scope="module")
def kernel(server: JupyterServer) -> Iterator[Any]:
    """Give the notebook's kernel as its own front end has it."""
    server.start_session(PATH)
    with sync.connect(server.url, server.token) as known, known.sessions.attach(PATH) as session:
        yield session.kernel


@pytest.fixture
def opened(server: JupyterServer, kernel: Any) -> Iterator[Opened]:
    """Open the notebook's workspace, which is empty at first; as often as is wanted."""
    kernel.execute("from datalab_kernel import Workspace; workspace = Workspace('standalone')")
    workspaces: list[Workspace] = []

    def open_again(**options: Any) -> Workspace:
        given = {"url": server.url, "token": server.token, "path": PATH, **options}
        workspaces.append(Workspace("jupyter", **given))
        return workspaces[-1]

    yield open_again
    for workspace in workspaces:
        if workspace.mode == "jupyter":
            workspace._backend.close()


def test_several_use_one_workspace_and_a_name_taken_meanwhile_is_an_error(opened: Opened) -> None:
    one, other = opened(), opened()
    one["a"] = np.ones(2)
    backend: Any = other._backend
    known = backend.describe()
    assert [*known] == ["a"]
    one["b"] = np.ones(3)
    from datalab_kernel.backends import Put

    with pytest.raises(NameTakenError) as taken:  # as when both have looked before
        backend.put([Put(name="b", obj=create_signal("b", [0.0], [1.0]))])
    assert taken.value.names == ["b"]
    assert other["b"].y.size == 3


def test_eight_clients_lose_nothing(opened: Opened) -> None:
    workspaces = [opened() for _ in range(8)]
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(3):
                workspaces[number][f"{number}-{step}"] = np.full(1000, float(number))
        except BaseException as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {*opened()} == {f"{number}-{step}" for number in range(8) for step in range(3)}


def test_objects_of_many_frames_come_and_go_whole(opened: Opened, kernel: Any) -> None:
    workspace = opened()
    values = np.random.default_rng(1).random((1500, 1600))  # 19 MB
    workspace["large"] = values
    assert workspace["large"].data.tobytes() == values.tobytes()
    told = kernel.execute("workspace['large'].data.sum()").outputs[0]["data"]["text/plain"]
    assert told == repr(values.sum())


def test_what_fails_there_is_the_same_error_here_with_its_facts(opened: Opened) -> None:
    workspace = opened()
    workspace["a"] = np.ones(5)
    with pytest.raises(ComputationError) as failed:
        workspace.calc("ifft", on="a")
    assert (failed.value.function, failed.value.names) == ("ifft", ["a"])
    with pytest.raises(ObjectNotFoundError) as missing:
        workspace["b"]
    assert missing.value.available == ["a"]


def test_a_stop_in_the_notebook_ends_what_it_computes_for_others(
    opened: Opened, kernel: Any
) -> None:
    workspace = opened()
    kernel.execute(
        "import time\n"
        "from datalab_kernel.workspace._runner import Runner\n"
        "def slow(*args, **keywords):\n"
        "    print('begun', flush=True)\n"
        "    time.sleep(60)\n"
        "kept, Runner.run_jobs = Runner.run_jobs, slow"
    )
    workspace["a"] = np.ones(3)
    begun = threading.Event()
    kernel.iopub_message.connect(
        lambda message: begun.set() if message.content.get("text") == "begun\n" else None
    )
    errors: list[BaseException] = []

    def compute() -> None:
        try:
            workspace.calc("absolute", on="a")
        except BaseException as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    thread = threading.Thread(target=compute)
    thread.start()
    assert begun.wait(60)
    kernel.interrupt()
    thread.join(60)
    kernel.execute("Runner.run_jobs = kept")
    assert [type(error) for error in errors] == [ExecutionError]
    assert "KeyboardInterrupt" in str(errors[0])
    assert workspace.list() == ["a"]


def test_after_a_restart_it_is_said_and_a_new_one_works(opened: Opened, kernel: Any) -> None:
    workspace = opened()
    workspace["a"] = np.ones(3)
    kernel.restart(timeout_s=60)
    with pytest.raises(ConnectionError, match=r"Open the workspace again.*detach\(force=True\)"):
        workspace.detach()
    assert repr(workspace) == "Workspace(jupyter, the kernel doesn't answer)"
    workspace.detach(force=True)
    assert (workspace.mode, workspace.list()) == ("standalone", [])
    again = opened()
    again["b"] = np.ones(2)
    assert again.list() == ["b"]
