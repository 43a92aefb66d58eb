"""Autosave without a kernel: when it saves, and what it says."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel import Workspace
from datalab_kernel.backends import Backend
from datalab_kernel.errors import (
    FileTakenError,
    MissingFileError,
    ParameterError,
    StandaloneModeRequiredError,
)
from datalab_kernel.workspace import _autosave, _autosave_marker
from datalab_kernel.workspace._autosave import Autosave, check_interval
from datalab_kernel.workspace._changes import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHANGE = Change(kind="added", names=("a",))
TIMEOUT_S = 20.0


@pytest.fixture(autouse=True)
def _data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JPY_SESSION_NAME", "measure.ipynb")


class Saver:
    """A file that counts what is written to it; fails while it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.journal_path = path.with_name(f"{path.name}.journal")
        self.has_journal = False
        self.is_over_bound = False
        self.times: list[float] = []
        self.folds = 0
        self.failure: Exception | None = None

    def note(self, change: Change) -> None:
        assert change.names

    def write(self, pace: Callable[[], object]) -> None:
        pace()
        self.times.append(time.monotonic())
        if self.failure is not None:
            raise self.failure
        self.has_journal = True

    def fold(self, pace: Callable[[], object]) -> None:
        pace()
        self.has_journal = False
        self.is_over_bound = False
        self.folds += 1

    def save(self, *, nexus: bool) -> Any:
        raise NotImplementedError(nexus)

    def let_go(self) -> None:
        """Forget nothing."""

    def wait_for(self, number: int) -> None:
        wait_until(lambda: len(self.times) >= number)


def wait_until(condition: Callable[[], object]) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def saver(tmp_path: Path) -> Saver:
    return Saver(tmp_path / "a.h5")


@pytest.fixture
def begin(saver: Saver) -> Iterator[Callable[..., Autosave]]:
    begun: list[Autosave] = []

    def begin_one(every_s: float = 0.05, **options: Any) -> Autosave:
        autosave = Autosave(saver, every_s)
        begun.append(autosave)
        given = {"is_paused": lambda: False, "is_dirty": False, **options}
        autosave.claim()
        autosave.begin(**given)
        return autosave

    yield begin_one
    for autosave in begun:
        autosave.end()


# -- when it saves ------------------------------------------------------------------------


def test_it_saves_once_for_a_change_and_never_without_one(
    begin: Callable[..., Autosave], saver: Saver
) -> None:
    autosave = begin()
    time.sleep(0.3)
    assert saver.times == []
    autosave.note(CHANGE)
    saver.wait_for(1)
    time.sleep(0.3)
    assert len(saver.times) == 1


def test_what_is_there_at_the_beginning_is_saved(
    begin: Callable[..., Autosave], saver: Saver
) -> None:
    begin(is_dirty=True)
    saver.wait_for(1)


def test_saves_are_at_least_the_interval_apart(
    begin: Callable[..., Autosave], saver: Saver
) -> None:
    autosave = begin(every_s=0.5)
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        autosave.note(CHANGE)
        time.sleep(0.01)
    gaps = [after - before for before, after in zip(saver.times, saver.times[1:], strict=False)]
    assert gaps
    assert min(gaps) >= 0.5


def test_it_waits_for_a_pause_of_the_computing_but_not_for_ever(
    begin: Callable[..., Autosave], saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_autosave, "PAUSE_S", 0.8)  # long, so that a loaded machine makes none
    monkeypatch.setattr(_autosave, "LONGEST_WAIT_S", 1.2)
    autosave = begin()
    began = time.monotonic()
    autosave.note(CHANGE)
    while time.monotonic() - began < 10.0 and not saver.times:
        sum(range(10_000))
    assert saver.times
    assert saver.times[0] - began > 0.75


def test_nothing_is_saved_while_it_is_paused(begin: Callable[..., Autosave], saver: Saver) -> None:
    live = threading.Event()
    live.set()
    begin(is_paused=live.is_set, is_dirty=True)
    time.sleep(0.4)
    assert saver.times == []
    live.clear()
    saver.wait_for(1)


def test_the_journal_is_folded_when_nothing_changes_any_more(
    begin: Callable[..., Autosave], saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_autosave, "REST_S", 0.3)
    monkeypatch.setattr(_autosave, "FOLD_PAUSE_S", 0.0)
    autosave = begin(is_dirty=True)
    wait_until(lambda: saver.folds == 1)
    time.sleep(0.6)
    assert (len(saver.times), saver.folds) == (1, 1)
    assert "a.h5.journal" not in repr(autosave)


def test_the_journal_is_not_folded_while_something_computes_unless_it_is_too_long(
    begin: Callable[..., Autosave], saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_autosave, "LONGEST_WAIT_S", 0.2)
    monkeypatch.setattr(_autosave, "FOLD_PAUSE_S", 60.0)  # longer than any pause here
    monkeypatch.setattr(_autosave, "REST_S", 0.0)
    autosave = begin(is_dirty=True)
    saver.wait_for(1)
    time.sleep(1.0)
    assert saver.folds == 0
    assert "; a.h5 and a.h5.journal, saved " in repr(autosave)
    saver.is_over_bound = True
    autosave.note(CHANGE)
    wait_until(lambda: saver.folds)


def test_the_journal_is_folded_at_its_end(begin: Callable[..., Autosave], saver: Saver) -> None:
    autosave = begin(is_dirty=True)
    saver.wait_for(1)
    autosave.end()
    assert saver.folds == 1


def test_nothing_is_saved_after_its_end(
    begin: Callable[..., Autosave], saver: Saver, tmp_path: Path
) -> None:
    autosave = begin()
    autosave.end()
    autosave.note(CHANGE)
    time.sleep(0.3)
    assert saver.times == []
    assert [*_autosave_marker.folder().iterdir()] == []
    assert "ended" in repr(autosave)
    assert not (tmp_path / "a.h5").exists()


# -- what it says -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "has_traceback"),
    [
        (OSError(28, "No space left on device"), False),
        (MissingFileError("The folder doesn't exist.", path="x"), False),
        (KeyError("a mistake of ours"), True),
    ],
)
def test_a_failure_is_told_once_and_tried_again(
    begin: Callable[..., Autosave],
    saver: Saver,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    has_traceback: bool,
) -> None:
    saver.failure = failure
    autosave = begin(is_dirty=True)
    saver.wait_for(3)
    (record,) = caplog.records
    assert str(failure) in record.getMessage()
    assert "saves elsewhere" in record.getMessage()
    assert bool(record.exc_info) is has_traceback
    assert "the last try failed" in repr(autosave)
    saver.failure = None
    wait_until(lambda: autosave.saved_at is not None)
    assert autosave.failure is None
    assert ", saved " in repr(autosave)


def test_a_thread_that_begins_it_hears_what_it_misses(
    begin: Callable[..., Autosave], caplog: pytest.LogCaptureFixture
) -> None:
    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    assert "Call workspace.autosave in a cell" in caplog.text


@pytest.mark.parametrize("every_s", [0, -1, float("nan"), float("inf"), "60", None, True])
def test_an_interval_that_is_none_is_refused(every_s: Any) -> None:
    with pytest.raises(ParameterError, match="no number of seconds above 0"):
        check_interval(every_s)


def test_without_a_place_for_markers_it_saves_and_says_what_is_missing(
    begin: Callable[..., Autosave],
    saver: Saver,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "no folder").touch()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "no folder"))
    autosave = begin(is_dirty=True)
    saver.wait_for(1)
    assert "Set JUPYTER_DATA_DIR" in caplog.text
    autosave.end()
    assert "ended" in repr(autosave)


def test_a_user_without_a_home_sees_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError

    monkeypatch.setattr(_autosave_marker, "folder", unknown)
    shown = Workspace(Nothing())._repr_mimebundle_()
    assert shown["text/plain"].startswith("Workspace(nothing, empty)")


def test_where_no_thread_starts_nothing_is_left_behind(
    saver: Saver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    before = signal.getsignal(signal.SIGTERM)
    autosave = Autosave(saver, 1)
    autosave.claim()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="new thread"):
        autosave.begin(is_paused=lambda: False, is_dirty=False)
    assert [*_autosave_marker.folder().iterdir()] == []
    assert signal.getsignal(signal.SIGTERM) == before


# -- of a workspace -----------------------------------------------------------------------


class Nothing(Backend):
    """Holds nothing, and has nothing to lose."""

    where = "a place of its own"

    def close(self) -> None:
        """Let go of nothing."""

    def describe(self) -> dict[str, Any]:
        return {}

    def get(self, name: str) -> Any:
        raise NotImplementedError(name)

    def put(self, items: Any) -> None:
        raise NotImplementedError(items)

    def remove(self, names: Any) -> None:
        raise NotImplementedError(names)

    def rename(self, old: str, new: str) -> None:
        raise NotImplementedError(old, new)


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace(Nothing())
    yield made
    made.autosave(None)


class Kept(Nothing):
    """Is there also when the kernel has ended."""

    outlives_kernel = True


def test_what_outlives_the_kernel_needs_no_autosave(tmp_path: Path) -> None:
    workspace = Workspace(Kept())
    with pytest.raises(
        StandaloneModeRequiredError, match=r"in a place of its own, which"
    ) as refused:
        workspace.autosave(tmp_path / "a")
    assert refused.value.mode == "kept"
    assert repr(workspace) == "Workspace(kept, empty)"


def test_another_programs_file_is_refused_at_once(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_text("theirs")
    with pytest.raises(FileTakenError, match="not a DataLab workspace"):
        workspace.autosave(tmp_path / "a")
    assert workspace.status().autosave == "off"


def test_a_missing_folder_is_refused_at_once(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="doesn't exist"):
        workspace.autosave(tmp_path / "nowhere" / "a")


def test_running_the_same_line_again_only_changes_the_interval(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = workspace.autosave(tmp_path / "a", every_s=5)
    second = workspace.autosave(tmp_path / "a.h5", every_s=7)
    assert first is second
    assert first.every_s == 7.0
    assert workspace.status().autosave == "a.h5, not saved yet"


def test_another_path_takes_the_place_of_the_first(workspace: Workspace, tmp_path: Path) -> None:
    first = workspace.autosave(tmp_path / "a")
    second = workspace.autosave(tmp_path / "b")
    assert "ended" in repr(first)
    assert repr(workspace) == "Workspace(nothing, empty, autosave b.h5, not saved yet)"
    assert workspace.autosave(False) is None  # noqa: FBT003 - as people type it
    assert "ended" in repr(second)
    assert repr(workspace) == "Workspace(nothing, empty)"


def test_a_path_that_stays_where_it_was_when_the_folder_changes(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    autosave = workspace.autosave("a")
    assert autosave is not None
    assert autosave.path == tmp_path / "a.h5"


def test_sigterm_is_as_it_was_afterwards(workspace: Workspace, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    workspace.autosave(tmp_path / "a")
    workspace.autosave(tmp_path / "b")
    workspace.autosave(None)
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are Unix'")
def test_the_workspace_is_let_go_of_when_it_ends(tmp_path: Path) -> None:
    backend = Nothing()
    workspace = Workspace(backend)
    shown = workspace.autosave(tmp_path / "a")
    child = os.fork()
    if not child:  # which begins with what a fork does
        os._exit(signal.getsignal(signal.SIGTERM) != signal.SIG_DFL)
    assert os.waitpid(child, 0)[1] == 0
    workspace.autosave(None)
    held = weakref.ref(backend)
    del backend, workspace
    gc.collect()
    assert held() is None
    assert "ended" in repr(shown)
