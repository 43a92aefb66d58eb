"""The other shape of xpython, an executable; Debian's stands in for conda-forge's.

It is older (0.14, with xeus-python-shell 0.5 and IPython 8.5), so comms, real aborts and
completion types aren't expected of it; and Stop while nothing runs ends it (its C++ half
doesn't expect a signal there).
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.kernel.folders import launched
from support.kernel.watch import Watch

import debian_xpython

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from support.kernel.driver import Kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Debian's executable")

NAMES = [
    *("ImageObj", "SignalObj", "create_image", "create_image_roi", "create_signal"),
    *("create_signal_roi", "np", "plotter", "sigima", "workspace"),
]
ON = "import time; kept = 5; print('on', flush=True)\n"


def executable() -> str:
    """Return Debian's xpython, installed if that may be."""
    if missing := debian_xpython.install():
        pytest.skip(missing)
    return str(debian_xpython.EXECUTABLE)


@pytest.fixture(scope="module")
def our_packages(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder with our packages alone, for a Python that isn't this environment's."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("datalab_kernel", "datalab_kernel_standalone"):
        spec = find_spec(name)
        assert spec is not None
        (folder / name).symlink_to(Path(str(spec.origin)).parent)
    return str(folder)


@pytest.fixture(scope="module")
def running_executable(
    started_once: Callable[..., AbstractContextManager[Kernel]], our_packages: str
) -> Iterator[Kernel]:
    """Give a kernel on Debian's executable."""
    with started_once(
        DATALAB_KERNEL_XPYTHON=executable(),
        DATALAB_KERNEL_MODE="standalone",
        DATALAB_KERNEL_WARMUP="off",
        PYTHONPATH=our_packages,
    ) as kernel:
        yield kernel


@pytest.fixture
def debians(running_executable: Kernel) -> Watch:
    """Give all messages of that kernel."""
    return Watch(running_executable)


def result(watch: Watch, code: str) -> str:
    cell = watch.run(code)
    assert cell.ename == "", cell.of("error")
    return str(cell.of("execute_result")[0]["data"]["text/plain"])


def test_it_is_the_executable_that_runs_with_our_launchers_process_id(debians: Watch) -> None:
    pid = debians.kernel.manager.provisioner.pid
    assert result(debians, "import os; os.getpid()") == str(pid)
    assert Path(f"/proc/{pid}/exe").readlink().name == "xpython"


def test_the_names_are_there_and_are_not_the_users(debians: Watch) -> None:
    assert result(debians, f"[n for n in {NAMES} if n not in globals()]") == "[]"
    assert result(debians, "repr(workspace)").startswith("'Workspace(standalone, ")
    assert not set(NAMES) & set(debians.run("%who").text().split())


def test_output_is_whole_and_an_error_has_its_bare_name(debians: Watch) -> None:
    assert debians.run("print('a', 'b')").streams == [("stdout", "a b\n")]
    assert debians.run("import os; os.system('echo one');").text() == "one\n"
    failed = debians.run("1/0")
    assert (failed.ename, failed.reply["content"]["ename"]) == ("ZeroDivisionError",) * 2


FORKS = """
import multiprocessing, os
print('before')
with multiprocessing.get_context('fork').Pool(1) as pool:
    pool.map(print, ['worker'])
os.system('echo child')
print('after')
"""


def test_what_children_write_is_shown_in_its_order(debians: Watch) -> None:
    for _ in range(5):
        assert debians.run(FORKS).text() == "before\nworker\nchild\nafter\n"


@pytest.mark.parametrize("code", ["time.sleep(50)", "while True: pass"])
def test_stop_ends_the_cell_and_keeps_everything(debians: Watch, code: str) -> None:
    request = debians.start(ON + code)
    debians.until(lambda: "on" in debians.cell(request).text())
    debians.kernel.interrupt()
    assert debians.finish(request)[0].ename == "KeyboardInterrupt"
    assert result(debians, "kept") == "5"


def test_stops_while_idle_change_nothing(debians: Watch) -> None:
    debians.run("kept = 6")
    for _ in range(20):
        for _ in range(20):
            debians.kernel.interrupt()
        debians.run("kept")  # a late stop may end it
    assert result(debians, "kept") == "6"


def connection_file(folder: Path) -> Path:
    """Write what Jupyter would, with ports that are free."""
    names = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    ports = {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}
    for one in sockets:
        one.close()
    file = folder / "connection.json"
    how = {"ip": "127.0.0.1", "transport": "tcp", "key": "k", "signature_scheme": "hmac-sha256"}
    file.write_text(json.dumps({**ports, **how}))
    return file


def no_relay_is_left(folders: list[Path]) -> bool:
    deadline = time.monotonic() + 30
    while any(one.exists() for one in folders) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(one.exists() for one in folders)


@pytest.mark.parametrize("content", [None, "not a program", "#!/nowhere\n"])
def test_an_executable_that_cant_run_is_a_clear_error(tmp_path: Path, content: str | None) -> None:
    program = tmp_path / "xpython"
    if content is not None:
        program.write_text(content)
        program.chmod(0o755)
    environment = {**os.environ, "DATALAB_KERNEL_XPYTHON": str(program)}
    ended, folders = launched(connection_file(tmp_path), environment)
    assert ended.returncode == 1
    assert "The DataLab kernel can't start" in ended.stderr
    assert str(program) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert folders != []
    assert no_relay_is_left(folders)


def test_an_executable_with_a_strange_python_half_is_a_clear_error(
    tmp_path: Path, our_packages: str
) -> None:
    strange = tmp_path / "xeus_python_shell"
    strange.mkdir()
    (strange / "__init__.py").touch()
    (strange / "shell.py").write_text("class XPythonShellApp: pass\nclass XPythonShell: pass\n")
    path = os.pathsep.join([str(tmp_path), our_packages])
    own = {"DATALAB_KERNEL_XPYTHON": executable(), "PYTHONPATH": path}
    ended, _folders = launched(connection_file(tmp_path), {**os.environ, **own})
    assert ended.returncode == 1
    assert "The DataLab kernel can't start" in ended.stderr
    assert "XPythonShellApp.initialize is missing" in ended.stderr
