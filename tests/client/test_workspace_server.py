"""``Workspace("jupyter", …)``: the workspace of a notebook behind a real Jupyter server."""

import os
import queue
import re
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.client.gate import Gate
from support.jupyter_server import JupyterServer

from datalab_kernel import Plotter, Workspace, create_signal
from datalab_kernel.testing import BackendContract
from datalab_kernel_client import NoWorkspaceError, SessionNotFoundError, sync
from datalab_kernel_client.workspace import RemoteBackend, _comm_carrier

PATH = "analysis.ipynb"
IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
SAMPLES = 100_000_000 if IS_FULL else 4_000_000


@pytest.fixture(scope="module")
def kernel(server: JupyterServer) -> Any:
    """Give the notebook's kernel as its own front end has it."""
    server.start_session(PATH)
    with sync.connect(server.url, server.token) as known, known.sessions.attach(PATH) as session:
        yield session.kernel


@pytest.fixture
def workspace(server: JupyterServer, kernel: Any) -> Any:
    """Give the notebook's workspace, empty, from here."""
    kernel.execute("from datalab_kernel import Workspace; workspace = Workspace('standalone')")
    workspace = Workspace("jupyter", url=server.url, token=server.token, path=PATH)
    yield workspace
    workspace._backend.close()


class TestServer(BackendContract):
    random_runs = 1

    @pytest.fixture(autouse=True)
    def place(self, server: JupyterServer, kernel: Any) -> None:
        self._kernel = kernel
        self._options = {"url": server.url, "token": server.token, "path": PATH}

    def make_backend(self, tmp_path: Path) -> RemoteBackend:  # noqa: ARG002 - it needs no folder
        self._kernel.execute(
            "from datalab_kernel import Workspace; workspace = Workspace('standalone')"
        )
        return RemoteBackend.open(**self._options)

    def reopen(self, backend: RemoteBackend) -> RemoteBackend:
        backend.close()
        return RemoteBackend.open(**self._options)


def value(kernel: Any, code: str) -> str:
    """Return what a cell of the notebook shows as its result."""
    outputs = kernel.execute(code).outputs
    return str(outputs[-1]["data"]["text/plain"])


def test_what_is_put_here_is_in_the_notebook_and_the_other_way_round(
    workspace: Workspace, kernel: Any
) -> None:
    workspace["here"] = create_signal("here", [0.0, 1.0], [2.0, 3.0], units=("s", "V"))
    assert (
        value(kernel, "workspace['here'].yunit, workspace['here'].y.sum()")
        == "('V', np.float64(5.0))"
    )
    kernel.execute("workspace['there'] = np.arange(4.0)")
    assert workspace.list() == ["here", "there"]
    assert workspace["there"].y.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert repr(workspace) == "Workspace(jupyter, 2 objects)"


def test_computing_happens_there_and_the_notebooks_selection_stays(
    workspace: Workspace, kernel: Any
) -> None:
    kernel.execute(
        "workspace['mine'] = np.ones(3); workspace['a'] = -np.arange(5.0); workspace.select('mine')"
    )
    result = workspace.calc("absolute", on="a")
    assert (result.names, result.computed_by) == (("absolute(a)",), "sigima")
    assert (
        value(kernel, "workspace['absolute(a)'].y.max(), workspace.selection")
        == "(np.float64(4.0), ['mine'])"
    )


def test_a_long_signal_is_looked_at_without_being_moved(
    workspace: Workspace, kernel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.execute(
        f"y = np.zeros({SAMPLES}, 'f4'); y[2_777_777] = 5; "
        f"workspace['long'] = (np.arange({SAMPLES}, dtype='f4'), y)"
    )
    carrier: Any = workspace._backend._carrier  # type: ignore[attr-defined]
    ask, moved = carrier.ask, []

    def counted(request: Any) -> Any:
        answer = ask(request)
        moved.append(sum(map(len, answer.buffers)))
        return answer

    monkeypatch.setattr(carrier, "ask", counted)
    (axes,) = Plotter(workspace).plot("long", show=False).spec.axes
    (curve,) = axes.curves
    assert curve.y.max() == 5.0
    assert f"{SAMPLES:,} points" in curve.note
    assert 0 < sum(moved) < 500_000


def test_a_running_cell_is_waited_for_and_said(
    server: JupyterServer, kernel: Any, workspace: Workspace, tmp_path: Path
) -> None:
    workspace["a"] = np.ones(2)
    gate = Gate(tmp_path / "go")
    cell = begun(kernel, workspace, gate.wait)
    with pytest.raises(TimeoutError, match="a cell is running there"):
        Workspace("jupyter", url=server.url, token=server.token, path=PATH, timeout_s=0.5).list()
    threading.Timer(0.5, gate.open).start()
    assert workspace.list() == ["a"]
    assert cell.result(60).status == "ok"


def begun(kernel: Any, workspace: Workspace, code: str) -> Any:
    """Begin a cell in the notebook; return its future when the workspace has heard of it."""
    heard: queue.SimpleQueue[str] = queue.SimpleQueue()
    connection = workspace._backend._carrier._kernel  # type: ignore[attr-defined]
    told = connection.iopub_message.connect(lambda m: heard.put(m.content.get("text", "")))
    cell = kernel.request_execute(f"print('begun', flush=True)\n{code}")
    while heard.get(timeout=60) != "begun\n":
        pass
    connection.iopub_message.disconnect(told)
    return cell


def test_repr_and_tab_show_what_was_there_before_a_cell_that_runs(
    workspace: Workspace, kernel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_comm_carrier, "BRIEF_S", 60.0)  # which nothing here takes
    workspace["a"] = np.ones(2)
    assert repr(workspace) == "Workspace(jupyter, 1 object)"
    cell = begun(kernel, workspace, "import time; time.sleep(120)")
    began = time.monotonic()
    assert repr(workspace) == "Workspace(jupyter, 1 object before the cell that runs there)"
    assert workspace._ipython_key_completions_() == ["a"]
    assert "1 object before the cell that runs there" in (workspace._repr_html_() or "")
    assert time.monotonic() - began < 60
    kernel.interrupt()
    assert cell.result(60).status == "error"
    workspace["b"] = np.ones(2)
    assert repr(workspace) == "Workspace(jupyter, 2 objects)"
    assert (workspace._repr_html_() or "").count("<svg") == 2
    del workspace["b"]
    cell = begun(kernel, workspace, "time.sleep(120)")
    assert repr(workspace) == "Workspace(jupyter, a cell runs there)"
    kernel.interrupt()
    assert cell.result(60).status == "error"


def test_a_kernel_without_a_workspace_says_what_to_do(server: JupyterServer) -> None:
    server.start_session("plain.ipynb", "python3")
    with pytest.raises(NoWorkspaceError, match="%load_ext datalab_kernel"):
        Workspace("jupyter", url=server.url, token=server.token, path="plain.ipynb").list()


def test_a_name_that_is_no_workspace_is_said(server: JupyterServer, kernel: Any) -> None:
    kernel.execute("other = 3")
    with pytest.raises(NoWorkspaceError, match="'other' is bound to a int"):
        Workspace("jupyter", url=server.url, token=server.token, path=PATH, name="other").list()


def test_a_notebook_that_does_not_run_is_said(server: JupyterServer) -> None:
    with pytest.raises(SessionNotFoundError, match="'analisis.ipynb'"):
        Workspace("jupyter", url=server.url, token=server.token, path="analisis.ipynb").list()


def test_detaching_copies_everything_and_leaves_the_kernel_alone(
    workspace: Workspace, kernel: Any
) -> None:
    workspace["a"] = np.arange(3.0)
    workspace.detach()
    assert workspace.mode == "standalone"
    workspace["a"] = np.zeros(1)
    assert value(kernel, "workspace['a'].y.tolist()") == "[0.0, 1.0, 2.0]"


def test_what_the_notebook_changes_is_told_here(workspace: Workspace, kernel: Any) -> None:
    told: queue.SimpleQueue[Any] = queue.SimpleQueue()
    subscription = workspace.on_change(told.put)
    kernel.execute("workspace['new'] = np.ones(3)")
    change = told.get(timeout=60)
    subscription.cancel()
    assert (change.kind, change.names) == ("added", ("new",))


def test_the_pages_example_runs(
    server: JupyterServer, kernel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.execute("from datalab_kernel import Workspace; workspace = Workspace('standalone')")
    page = Path(__file__).parents[2] / "docs/guide/elsewhere.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.setenv("JUPYTER_SERVER_URL", server.url)
    monkeypatch.setenv("JUPYTER_TOKEN", server.token)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(code, "page", "exec"), names)
    assert names["workspace"].mode == "standalone"
    assert names["workspace"].list() == ["dark", "moving_average(dark)|size=3, mode=reflect"]
    assert value(kernel, "workspace['dark'].y.tolist()") == "[0.1, 0.2, 0.1]"
