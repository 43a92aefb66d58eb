"""`datalab-kernel run --server`: found again after the runner or the link was lost."""

import asyncio
import json
import os
import queue
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from support.client.gate import Gate
from support.jupyter_server import JupyterServer, jupyter_server
from support.link_proxy import LinkProxy, link_proxy
from support.notebook_runs import command, outputs_of, started, wait_for_line, write_notebook

from datalab_kernel_client import Pace, ServerSettings, sync
from datalab_kernel_client.runs._file import RunRequest, resume_file, run_file
from datalab_kernel_client.runs._record import RunState

IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
KERNELS = ["datalab", "python3"] if IS_FULL else ["datalab"]
COUNTS = """
for i in range(20):
    print(i, flush=True)
    time.sleep(0.05)
    if i == 9:
        {wait}
handle.update('last')
x += 1
x"""
CELLS = (
    "import time\nfrom IPython.display import display\nhandle = display('first', display_id=True)\nx = 20",
    COUNTS,
    "import sys; print('to stderr', file=sys.stderr)\nx += 1",
    "x * 2",
)


@pytest.fixture
def options(server: JupyterServer, tmp_path: Path) -> list[str]:
    token = tmp_path / "token"
    token.write_text(server.token)
    return ["--server", server.url, "--token-file", str(token)]


def paths(server: JupyterServer) -> list[str]:
    return [session["path"] for session in server.ask("GET", "sessions")]


def wait_until_left(server: JupyterServer, path: str) -> dict:
    """Wait until nobody is connected to a session's kernel; return the session."""
    while connected(server, path):
        time.sleep(0.05)
    (found,) = (one for one in server.ask("GET", "sessions") if one["path"] == path)
    return found


def connected(server: JupyterServer, path: str) -> int:
    """Return how many clients a session's kernel has."""
    (found,) = (one for one in server.ask("GET", "sessions") if one["path"] == path)
    return found["kernel"]["connections"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_run_whose_runner_was_killed_ends_as_an_undisturbed_one(
    server: JupyterServer, options: list[str], tmp_path: Path, kernel: str
) -> None:
    gate = Gate(tmp_path / "go")
    cells = [cell.format(wait=gate.wait) for cell in CELLS]
    undisturbed = write_notebook(tmp_path / "undisturbed.ipynb", *cells, kernel=kernel)
    killed = write_notebook(tmp_path / "killed.ipynb", *cells, kernel=kernel)
    with started("run", killed.name, *options, "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "9")
        process.kill()
        process.wait()
    again = command("run", killed.name, *options, cwd=tmp_path)
    assert (again.returncode, "--resume" in again.stderr) == (2, True)
    wait_until_left(server, killed.name)
    gate.open()
    resumed = command("run", killed.name, "--resume", *options[2:], cwd=tmp_path)
    assert (resumed.returncode, resumed.stderr) == (0, "")
    assert "resumed at cell 2" in resumed.stdout
    done = command("run", undisturbed.name, *options, cwd=tmp_path)
    assert done.returncode == 0
    assert outputs_of(tmp_path / "killed.out.ipynb") == outputs_of(
        tmp_path / "undisturbed.out.ipynb"
    )
    assert not {killed.name, undisturbed.name} & {*paths(server)}
    assert not [*tmp_path.glob("*.run")]
    nothing = command("run", killed.name, "--resume", *options, cwd=tmp_path)
    assert (nothing.returncode, "nothing to resume" in nothing.stderr) == (0, True)


def test_of_two_resumers_one_goes_on(options: list[str], tmp_path: Path) -> None:
    gate = Gate(tmp_path / "go")
    slow = f"for i in range(5):\n    print(i, flush=True)\n    if i == 3:\n        {gate.wait}"
    write_notebook(tmp_path / "two.ipynb", slow, "i", kernel="datalab")
    with started("run", "two.ipynb", *options, "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "3")
        process.kill()
    with started("run", "two.ipynb", "--resume", *options, cwd=tmp_path) as first:
        wait_for_line(first, "two.ipynb -> ")
        second = command("run", "two.ipynb", "--resume", *options, cwd=tmp_path)
        assert (second.returncode, f"process {first.pid}" in second.stderr) == (2, True)
        gate.open()
        first.communicate(timeout=120)
        assert first.returncode == 0
    assert outputs_of(tmp_path / "two.out.ipynb")[0][1][0]["text"] == "0\n1\n2\n3\n4\n"


@pytest.mark.skipif(not IS_FULL, reason="a fault of its own: whole with DATALAB_KERNEL_TEST_FULL=1")
def test_a_kernel_that_was_restarted_meanwhile_isnt_taken_for_the_same(
    server: JupyterServer, options: list[str], tmp_path: Path
) -> None:
    write_notebook(tmp_path / "r.ipynb", "x = 1", "import time; time.sleep(60)", "x")
    with started("run", "r.ipynb", *options, cwd=tmp_path) as process:
        wait_for_line(process, "[1/3]")
        process.kill()
    kernel = wait_until_left(server, "r.ipynb")["kernel"]
    server.ask("POST", f"kernels/{kernel['id']}/restart", {})
    done = command("run", "r.ipynb", "--resume", *options, cwd=tmp_path)
    assert done.returncode == 4
    assert "from cell 2 on" in done.stderr


@pytest.mark.skipif(not IS_FULL, reason="a fault of its own: whole with DATALAB_KERNEL_TEST_FULL=1")
def test_output_that_the_server_dropped_is_named_by_its_cell(tmp_path: Path) -> None:
    flood = "from IPython.display import display\nfor i in range(900): display(i)"
    write_notebook(tmp_path / "flood.ipynb", "1", flood, "2", kernel="datalab")
    limit = "--ZMQChannelsWebsocketConnection.iopub_msg_rate_limit=50"
    with jupyter_server(limit) as strict:
        url = f"{strict.url}?token={strict.token}"
        done = command("run", "flood.ipynb", "--server", url, cwd=tmp_path)
    assert done.returncode == 6
    assert "output is missing in cell 2" in done.stderr
    cells = nbformat.read(tmp_path / "flood.out.ipynb", as_version=4).cells
    marks = [cell.metadata["datalab_kernel"].get("incomplete") for cell in cells]
    assert marks == [None, True, None]


@pytest.mark.skipif(not IS_FULL, reason="a fault of its own: whole with DATALAB_KERNEL_TEST_FULL=1")
def test_a_cell_that_failed_while_nobody_was_there_fails_the_run(
    server: JupyterServer, options: list[str], tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "go")
    fails = f"{gate.run}\n1/0"
    write_notebook(tmp_path / "f.ipynb", fails, "2", kernel="datalab")
    with started("run", "f.ipynb", *options, "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "begun")
        process.kill()
    wait_until_left(server, "f.ipynb")
    gate.open()
    done = command("run", "f.ipynb", "--resume", *options, cwd=tmp_path)
    assert done.returncode == 1
    assert "ZeroDivisionError: division by zero" in done.stderr


@pytest.mark.parametrize(
    ("kernel", "status", "text"),
    [("datalab", 0, "begun\nstepped\nended\n"), ("python3", 6, "begun\nended\n")],
)
def test_what_came_while_another_client_was_there_is_had_from_the_journal_or_said_to_be_missing(
    server: JupyterServer,
    options: list[str],
    tmp_path: Path,
    *,
    kernel: str,
    status: int,
    text: str,
) -> None:
    step, end = Gate(tmp_path / "step"), Gate(tmp_path / "end")
    cell = f"{step.run}\nprint('stepped', flush=True)\n{end.wait}\nprint('ended')"
    write_notebook(tmp_path / "s.ipynb", cell, "2", kernel=kernel)
    with started("run", "s.ipynb", *options, "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "begun")
        process.kill()
    wait_until_left(server, "s.ipynb")
    with sync.connect(server.url, server.token) as other, other.sessions.attach("s.ipynb") as look:
        told: queue.SimpleQueue[str] = queue.SimpleQueue()
        look.kernel.iopub_message.connect(lambda m: told.put(m.content.get("text", "")))
        step.open()
        while told.get(timeout=60) != "stepped\n":
            pass
    wait_until_left(server, "s.ipynb")  # nobody is there, and nothing tells that somebody was
    with started("run", "s.ipynb", "--resume", *options, cwd=tmp_path) as process:
        wait_for_line(process, "s.ipynb -> ")
        end.open()
        _, err = process.communicate(timeout=120)
    assert (process.returncode, "output is missing in cell 1" in err) == (status, status == 6)
    assert outputs_of(tmp_path / "s.out.ipynb")[0][1][0]["text"] == text


@pytest.mark.skipif(not IS_FULL, reason="a fault of its own: whole with DATALAB_KERNEL_TEST_FULL=1")
def test_what_another_client_made_the_server_drop_is_said_to_be_lost(
    server: JupyterServer, options: list[str], tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "go")
    write_notebook(tmp_path / "o.ipynb", f"{gate.run}\nprint('unseen')", "2")
    with started("run", "o.ipynb", *options, "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "begun")
        process.kill()
    wait_until_left(server, "o.ipynb")
    with started("attach", "o.ipynb", *options, "-c", "3", cwd=tmp_path) as looking:
        while not connected(server, "o.ipynb"):
            time.sleep(0.05)
        gate.open()
        out, err = looking.communicate(timeout=120)
    assert (looking.returncode, out.splitlines()[-1]) == (0, "Out[2]: 3")
    assert "nobody is connected" in err
    done = command("run", "o.ipynb", "--resume", *options, cwd=tmp_path)
    assert done.returncode == 6
    assert "output is missing in cell 1" in done.stderr
    assert outputs_of(tmp_path / "o.out.ipynb")[0][1][0]["text"] == "begun\n"


def test_a_lost_link_leaves_a_run_that_can_be_resumed(
    server: JupyterServer, tmp_path: Path
) -> None:
    gate = Gate(tmp_path / "go")
    stays = f"for i in range(9):\n    print(i, flush=True)\n    if i == 3:\n        {gate.wait}"
    cells = ("x = 20", stays, "x + i")
    notebook = write_notebook(tmp_path / "l.ipynb", *cells, kernel="datalab")
    with link_proxy(urlsplit(server.url).port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/"
        through = ServerSettings(base_url=url, token=server.token)
        request = RunRequest(notebook=notebook, server=through, pace=Pace(reconnect_for_s=0.5))
        assert asyncio.run(_lose_link(request, proxy)) is RunState.LINK_LOST
    assert nbformat.read(request.saved_as, 4).metadata.datalab_kernel.run.state == "link lost"
    gate.open()
    direct = replace(request, server=ServerSettings(base_url=server.url, token=server.token))
    assert asyncio.run(resume_file(direct, lambda _: None, lambda _: None)) is RunState.OK
    outputs = outputs_of(request.saved_as)
    assert outputs[1][1][0]["text"] == "".join(f"{i}\n" for i in range(9))
    assert outputs[2][1][0]["data"]["text/plain"] == "28"


async def _lose_link(request: RunRequest, proxy: LinkProxy) -> RunState:
    """Run through a proxy, which is no more when the second cell has printed 3."""
    events: asyncio.Queue[object] = asyncio.Queue()
    task = asyncio.create_task(run_file(request, events.put_nowait, lambda _: None))
    while not getattr(await events.get(), "content", {}).get("text", "").endswith("3\n"):
        pass
    await asyncio.to_thread(proxy.close)
    return await asyncio.wait_for(task, 60)


def test_without_a_server_or_its_token_the_run_says_so(
    server: JupyterServer, tmp_path: Path
) -> None:
    write_notebook(tmp_path / "a.ipynb", "1")
    nobody = command("run", "a.ipynb", "--server", "http://127.0.0.1:9/", cwd=tmp_path)
    assert (nobody.returncode, "can't be reached" in nobody.stderr) == (3, True)
    wrong = command("run", "a.ipynb", "--server", f"{server.url}?token=x", cwd=tmp_path)
    assert (wrong.returncode, "token" in wrong.stderr) == (3, True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.ipynb"]


def test_what_runs_is_listed_interrupted_and_stopped(
    server: JupyterServer, options: list[str], tmp_path: Path
) -> None:
    server.start_session("sub/idle.ipynb", "python3")
    cell = "print('begun', flush=True)\nimport time; time.sleep(250)"
    write_notebook(tmp_path / "b.ipynb", cell)
    watched = (*options, "--keep-kernel", "--log-output")
    with started("run", "b.ipynb", *watched, cwd=tmp_path) as process:
        wait_for_line(process, "begun")
        listed = command("ps", *options, "--json", "--memory", cwd=tmp_path)
        rows = {row["path"]: row for row in json.loads(listed.stdout)}
        assert (rows["sub/idle.ipynb"]["state"], rows["sub/idle.ipynb"]["connections"]) == (
            "starting",
            0,
        )
        assert (rows["b.ipynb"]["state"], rows["b.ipynb"]["connections"]) == ("busy", 1)
        assert rows["b.ipynb"]["memory_bytes"] > 10e6
        refused = command("stop", "b.ipynb", *options, cwd=tmp_path)
        assert (refused.returncode, "runs something now" in refused.stderr) == (2, True)
        assert command("interrupt", "b.ipynb", *options, cwd=tmp_path).returncode == 0
        _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "KeyboardInterrupt" in err
    assert "datalab-kernel attach b.ipynb" in err  # the kernel was kept
    kernel = rows["sub/idle.ipynb"]["kernel_id"]
    for target in ("b.ipynb", kernel[:8]):
        done = command("stop", target, *options, cwd=tmp_path)
        assert (done.returncode, done.stdout.startswith("stopped ")) == (0, True)
    assert not {"b.ipynb", "sub/idle.ipynb"} & {*paths(server)}
    unknown = command("stop", "b.ipynb", *options, cwd=tmp_path)
    assert (unknown.returncode, "datalab-kernel ps" in unknown.stderr) == (2, True)


def test_a_kernel_that_sessions_share_is_stopped_only_by_force(
    server: JupyterServer, options: list[str], tmp_path: Path
) -> None:
    kernel = server.start_session("one.ipynb", "python3")["kernel"]
    body = {"path": "two.ipynb", "type": "notebook", "name": "", "kernel": {"id": kernel["id"]}}
    server.ask("POST", "sessions", body)
    refused = command("stop", "one.ipynb", *options, cwd=tmp_path)
    assert (refused.returncode, "two.ipynb" in refused.stderr) == (2, True)
    assert command("stop", "one.ipynb", "--force", *options, cwd=tmp_path).returncode == 0
    assert not {"one.ipynb", "two.ipynb"} & {*paths(server)}
