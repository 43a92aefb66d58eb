"""Nothing is lost: autosave in real kernels that are stopped, culled and killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
import warnings
from contextlib import contextmanager
from functools import partial
from queue import Empty
from typing import TYPE_CHECKING

import pytest

from datalab_kernel import Workspace
from datalab_kernel.storage import is_workspace_file
from datalab_kernel_standalone import StandaloneBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from support.kernel.driver import Kernel

    Start = Callable[[], AbstractContextManager[Kernel]]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends kernels by POSIX signals")
FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
TIMEOUT_S = 60.0


def env_of(folder: Path) -> dict[str, str]:
    """Return the variables of kernels that share a data folder."""
    return {
        "DATALAB_KERNEL_MODE": "standalone",
        "DATALAB_KERNEL_WARMUP": "off",
        "XDG_DATA_HOME": str(folder / "data"),
        "JPY_SESSION_NAME": "measure.ipynb",
    }


@pytest.fixture
def start_named(
    started: Callable[..., AbstractContextManager[Kernel]], tmp_path: Path
) -> Callable[[str], AbstractContextManager[Kernel]]:
    """Start a kernel by its name; all of a test share a data folder."""

    @contextmanager
    def start(name: str) -> Iterator[Kernel]:
        with started(name, **env_of(tmp_path)) as kernel:
            if name == "python3":
                kernel.value("%load_ext datalab_kernel")
            yield kernel

    return start


@pytest.fixture
def start(start_named: Callable[[str], AbstractContextManager[Kernel]]) -> Start:
    """Start our kernel."""
    return partial(start_named, "datalab")


@pytest.fixture(params=["datalab", *(["python3"] if FULL else [])])
def start_any(
    request: pytest.FixtureRequest, start_named: Callable[[str], AbstractContextManager[Kernel]]
) -> Start:
    """Start our kernel, then ipykernel with the extension."""
    return partial(start_named, request.param)


@pytest.fixture(scope="module")
def lasting(
    started_once: Callable[..., AbstractContextManager[Kernel]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Kernel]:
    """Give the kernel that those tests share which end none."""
    with started_once(**env_of(tmp_path_factory.mktemp("lasting"))) as kernel:
        yield kernel


@pytest.fixture
def emptied(lasting: Kernel) -> Iterator[Kernel]:
    """Give that kernel, with nothing in its workspace and no autosave."""
    yield lasting
    lasting.value("workspace.autosave(None)")
    lasting.value("workspace.clear()")


@pytest.fixture(scope="module")
def killed(
    started_once: Callable[..., AbstractContextManager[Kernel]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the folder of a kernel that was killed when it had saved an object."""
    folder = tmp_path_factory.mktemp("killed")
    with started_once(**env_of(folder)) as kernel:
        begin(kernel, folder / "a b.h5")
        end_by(kernel, signal.SIGKILL)
    shutil.copytree(folder, folder.with_name("kept"))
    return folder


@pytest.fixture
def start_behind(started: Callable[..., AbstractContextManager[Kernel]], killed: Path) -> Start:
    """Start our kernel in that folder, as it was when the other one had been killed."""
    shutil.rmtree(killed)
    shutil.copytree(killed.with_name("kept"), killed)
    return partial(started, **env_of(killed))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a b.h5"


def loaded(file: Path) -> Workspace:
    """Load what is complete, also while it is being written."""
    workspace = Workspace(StandaloneBackend())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*isn't complete")
        workspace.load(file)
    return workspace


def names_in(file: Path) -> list[str]:
    return loaded(file).list()


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def end_by(kernel: Kernel, number: int) -> None:
    os.kill(kernel.manager.provisioner.pid, number)
    wait_for(lambda: not kernel.manager.is_alive())


def begin(kernel: Kernel, file: Path, every_s: float = 0.1) -> None:
    """Autosave, with one object saved already."""
    kernel.value(f"workspace.autosave({str(file)!r}, every_s={every_s})")
    kernel.value("workspace['one'] = np.ones(3)")
    wait_for(file.exists)


def shown_by(kernel: Kernel, code: str) -> str:
    """Return all text that a cell shows."""
    shown = kernel.run(code)
    assert shown.error is None, shown.error
    texts = [display["text/plain"] for display in shown.displays]
    return "\n".join([shown.text, *texts])


def printed_until(kernel: Kernel, said: str, for_s: float) -> str:
    """Return what is printed, in whichever cell, until something is said and for a while after."""
    text, until = "", time.monotonic() + TIMEOUT_S
    is_said = False
    while (rest := until - time.monotonic()) > 0:
        try:
            message = kernel.client.get_iopub_msg(timeout=rest)
        except Empty:
            break
        text += message["content"].get("text", "")
        if said in text and not is_said:
            is_said, until = True, time.monotonic() + for_s
    return text


def check_that_changes_are_saved(kernel: Kernel, file: Path) -> None:
    kernel.value(f"state = workspace.autosave({str(file)!r}, every_s=0.1)")
    said = "Workspace(standalone, empty, autosave a b.h5, not saved yet)"
    assert kernel.value("workspace").splitlines()[0] == said
    kernel.value("workspace['one'] = np.ones(3)")
    wait_for(file.exists)
    kernel.value("workspace['two'] = np.ones(3)")
    wait_for(lambda: names_in(file) == ["one", "two"])
    both = "a b.h5 and a b.h5.journal, saved "
    wait_for(lambda: f"autosave {both}" in kernel.value("workspace"))
    assert f"autosave: {both}" in shown_by(kernel, "print(workspace.status())")


def test_what_changes_is_saved_by_itself(emptied: Kernel, file: Path) -> None:
    check_that_changes_are_saved(emptied, file)


def test_what_changes_in_ipykernel_is_saved_too(
    start_named: Callable[[str], AbstractContextManager[Kernel]], file: Path
) -> None:
    with start_named("python3") as kernel:
        check_that_changes_are_saved(kernel, file)


def test_the_magic_does_the_same(emptied: Kernel, file: Path) -> None:
    said = emptied.value(f"%datalab autosave '{file}' 0.5")
    assert said == f"Autosave({str(file)!r}, every 0.5 s; a b.h5, not saved yet)"
    emptied.value("workspace['one'] = np.ones(3)")
    wait_for(file.exists)
    assert emptied.value("%datalab autosave off") == ""
    emptied.value("workspace['two'] = np.ones(3)")
    assert emptied.value("workspace") == "Workspace(standalone, 2 objects)"
    assert names_in(file) == ["one"]


@pytest.mark.parametrize(
    "cell", ["while True: pass", *(["None", "import time; time.sleep(60)"] if FULL else [])]
)
def test_sigterm_saves_what_changed_last_and_ends_the_kernel(
    start: Start, file: Path, cell: str
) -> None:
    with start() as kernel:
        begin(kernel, file, every_s=1000)
        kernel.value("workspace['two'] = np.ones(3)")
        kernel.client.execute(cell)
        time.sleep(0.5)
        end_by(kernel, signal.SIGTERM)
    assert names_in(file) == ["one", "two"]


def test_many_sigterms_during_the_last_save_do_not_cut_it_short(
    start_any: Start, file: Path
) -> None:
    with start_any() as kernel:
        begin(kernel, file, every_s=1000)
        kernel.value("workspace['two'] = np.ones(5_000_000)")
        for _ in range(20):
            os.kill(kernel.manager.provisioner.pid, signal.SIGTERM)
            time.sleep(0.01)
        wait_for(lambda: not kernel.manager.is_alive())
    assert names_in(file) == ["one", "two"]
    assert [path.name for path in file.parent.glob("*.tmp")] == []


@pytest.mark.parametrize("is_restart", [True, *([False] if FULL else [])])
def test_shutdown_and_restart_save_what_changed_last(
    start: Start, file: Path, is_restart: bool
) -> None:
    with start() as kernel:
        begin(kernel, file, every_s=1000)
        kernel.value("workspace['two'] = np.ones(3)")
        if is_restart:
            kernel.manager.restart_kernel()
        else:
            kernel.manager.shutdown_kernel()
        assert names_in(file) == ["one", "two"]
    with start() as kernel:  # it ended as it should: nothing to tell
        assert "ended without notice" not in shown_by(kernel, "workspace")


def test_the_next_kernel_names_the_file_of_one_that_was_killed_and_says_so_once(
    start_behind: Start, killed: Path
) -> None:
    with start_behind() as kernel:
        said = shown_by(kernel, "workspace")
        assert "the kernel of 'measure.ipynb' ended without notice" in said
        load = f"workspace.load({str(killed / 'a b.h5')!r})"
        assert said.rstrip().endswith(load)
        assert "ended without notice" not in shown_by(kernel, "workspace")
        assert kernel.value(load) == "['one']"


def test_a_status_names_the_file_too(start_behind: Start, killed: Path) -> None:
    with start_behind() as kernel:
        assert str(killed) in shown_by(kernel, "%datalab status")
        assert str(killed) not in shown_by(kernel, "%datalab status")


def test_running_the_notebook_again_after_a_crash_replaces_nothing_that_was_saved(
    start_behind: Start, killed: Path
) -> None:
    file = killed / "a b.h5"
    with start_behind() as kernel:
        said = shown_by(kernel, f"workspace.autosave({str(file)!r}, every_s=0.1)")
        kernel.value("workspace['new'] = np.ones(3)")
        wait_for(lambda: names_in(file) == ["new"])
    (kept,) = file.parent.glob("a b.crashed-*.h5")
    assert f"workspace.load({str(kept)!r})" in said
    assert names_in(kept) == ["one"]


def test_a_kernel_killed_while_it_saves_leaves_a_whole_file(start: Start, file: Path) -> None:
    with start() as kernel:
        begin(kernel, file)
        kernel.value("workspace['two'] = np.ones(10_000_000)")
        wait_for(lambda: [*file.parent.glob(".*.tmp")])
        end_by(kernel, signal.SIGKILL)
    assert names_in(file) in (["one"], ["one", "two"])
    with start() as kernel:
        kernel.value(f"workspace.autosave({str(file)!r})")
        assert [*file.parent.glob(".*.tmp")] == []


CHANGES = """
workspace.autosave({file!r}, every_s=0.02)
number = 0
while True:
    number += 1
    workspace.add({{"a": [number, 1.0], "b": np.full(50_000, number)}}, overwrite=True)
    workspace.add({{f"n{{number}}": np.ones(3)}})
    workspace.rename(f"n{{number}}", f"m{{number % 5}}") if number <= 5 else workspace.remove(f"n{{number}}")
    time.sleep(0.003)
"""
"""Changes a, b and others together, each time to other values."""


@pytest.mark.parametrize("seed", range(20 if FULL else 1))
def test_after_kill_at_any_moment_the_last_complete_state_is_loaded(
    start: Start, file: Path, seed: int
) -> None:
    chance = random.Random(seed)
    with start() as kernel:
        kernel.value("import time")
        kernel.client.execute(CHANGES.format(file=str(file)))
        wait_for(file.with_name(f"{file.name}.journal").exists)
        time.sleep(chance.uniform(0, 1.5))
        end_by(kernel, signal.SIGKILL)
    assert is_workspace_file(file)
    workspace = loaded(file)
    number = workspace["a"].y[0]
    assert number >= 1
    assert set(workspace["b"].y) == {number}


def test_the_next_kernel_names_the_journal_too_and_loads_both(start: Start, file: Path) -> None:
    with start() as kernel:
        begin(kernel, file)
        kernel.value("workspace['two'] = np.ones(3)")
        wait_for(file.with_name(f"{file.name}.journal").exists)
        wait_for(lambda: "two" in names_in(file))
        end_by(kernel, signal.SIGKILL)
    with start() as kernel:
        kernel.value(f"import os; os.chdir({str(file.parent)!r})")
        said = shown_by(kernel, "workspace")
        assert f"in the journal {str(file) + '.journal'!r}, which load takes in" in said
        loaded = kernel.value(f"workspace.load({str(file)!r})")
        assert loaded.startswith("['one', 'two']")
        assert "Note (two): It is as the journal" in loaded
        kernel.value("workspace.clear()")
        assert "with a b.h5.journal; to go on" in shown_by(kernel, "workspace")
        assert "is kept as" in shown_by(kernel, f"workspace.autosave({str(file)!r}, every_s=0.1)")
    (kept,) = file.parent.glob("a b.crashed-*.h5")
    assert names_in(kept) == ["one", "two"]


def test_of_two_kernels_each_has_its_file_and_is_refused_the_others(
    start: Start, file: Path
) -> None:
    other_file = file.with_name("other.h5")
    with start() as kernel, start() as other:
        begin(kernel, file)
        shown = other.run(f"workspace.autosave({str(file)!r})")
        assert shown.error is not None
        assert shown.error[0] == "FileTakenError"
        assert "the kernel of 'measure.ipynb' does" in shown.error[1]
        other.value(f"_ = workspace.autosave({str(other_file)!r})")
        assert names_in(file) == ["one"]
        end_by(kernel, signal.SIGKILL)
        said = shown_by(other, "workspace")
        assert str(file) in said
        assert str(other_file) not in said


def test_a_save_that_fails_is_told_once_and_tried_again(emptied: Kernel, file: Path) -> None:
    folder, moved = file.parent / "folder", file.parent / "moved"
    folder.mkdir()
    begin(emptied, folder / "a.h5")
    folder.rename(moved)
    emptied.client.execute("workspace['two'] = np.ones(3)")
    said = printed_until(emptied, "Autosave failed", for_s=1.5)  # it tries each 0.1 s
    assert said.count("Autosave failed") == 1
    assert "doesn't exist. Make it first" in said
    assert "the last try failed" in emptied.value("workspace")
    moved.rename(folder)
    wait_for(lambda: names_in(folder / "a.h5") == ["one", "two"])


def test_a_child_process_can_be_terminated_and_saves_nothing(emptied: Kernel, file: Path) -> None:
    begin(emptied, file, every_s=1000)
    emptied.value("workspace['two'] = np.ones(3)")
    code = (
        "import multiprocessing, time\n"
        "context = multiprocessing.get_context('fork')\n"
        "children = [context.Process(target=time.sleep, args=(60,)) for _ in range(30)]\n"
        "for child in children: child.start(); child.terminate()\n"
        "for child in children: child.join(20)\n"
        "{child.exitcode for child in children}"
    )
    assert emptied.value(code) == f"{{{-signal.SIGTERM}}}"
    assert names_in(file) == ["one"]


def test_a_cell_that_handles_sigterm_itself_still_does(start: Start, file: Path) -> None:
    noted = file.with_name("noted")
    with start() as kernel:
        code = (
            "import os, pathlib, signal\n"
            f"signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(noted)!r}).touch(), os._exit(3)))"
        )
        kernel.run(code)
        begin(kernel, file, every_s=1000)
        kernel.value("workspace['two'] = np.ones(3)")
        end_by(kernel, signal.SIGTERM)
    assert noted.exists()
    assert names_in(file) == ["one", "two"]
