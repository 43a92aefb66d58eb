"""The journal of autosave: what is written for what changed, and what is loaded after a crash at any byte."""

from __future__ import annotations

import random
import resource
import signal
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from support.sampling import IS_FULL

from datalab_kernel import Workspace, create_image
from datalab_kernel.objects._differences import differences
from datalab_kernel.workspace import _journaled_file
from datalab_kernel.workspace._autosave import Autosave
from datalab_kernel.workspace._journaled_file import JournaledFile
from datalab_kernel_standalone import StandaloneBackend

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Saved:
    """A workspace with a file and its journal, written to when a test says so."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.backend = StandaloneBackend()
        self.workspace = Workspace(self.backend)
        shelf = self.workspace._shelf
        self.file = JournaledFile(shelf, path)
        shelf.autosave = Autosave(self.file, 1.0)

    @property
    def journal(self) -> Path:
        return self.file.journal_path

    def loaded(self) -> Workspace:
        """Return what another kernel loads; a warning is an error."""
        other = Workspace(StandaloneBackend())
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            other.load(self.path)
        return other


def state_of(workspace: Workspace) -> dict[str, Any]:
    """Return the objects by name, each with its group, in order."""
    known = workspace._shelf.described()
    return {name: (info.group, workspace.get(name)) for name, info in known.items()}


def check_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert [*one] == [*other]
    for name, (group, obj) in one.items():
        assert group == other[name][0]
        assert not differences(obj, other[name][1])


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Saved]:
    saved = Saved(tmp_path / "a.h5")
    yield saved
    saved.file.let_go()


@pytest.fixture(params=["a.h5", "a.npz"])
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Saved]:
    saved = Saved(tmp_path / request.param)
    saved.workspace["one"] = np.arange(5.0)
    saved.workspace.add("two", create_image("two", np.ones((40, 50))), group="pictures")
    saved.file.write()
    yield saved
    saved.file.let_go()


def test_where_nothing_changed_nothing_is_written(saved: Saved) -> None:
    before = saved.path.stat()
    saved.file.write()
    assert not saved.journal.exists()
    saved.workspace["one"] = np.arange(6.0)
    saved.file.write()
    size = saved.journal.stat().st_size
    saved.file.write()
    assert saved.journal.stat().st_size == size
    after = saved.path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_only_what_changed_is_written_beside_the_file(plain: Saved) -> None:
    saved = plain
    saved.workspace["large"] = create_image("large", np.ones((1000, 1000)))
    saved.workspace["small"] = np.arange(5.0)
    saved.file.write()
    with saved.workspace.edit("small") as small:
        small.metadata["gain"] = 2
    saved.file.write()
    assert saved.journal.stat().st_size < 3000
    saved.workspace.rename("large", "LARGE")
    saved.file.write()
    assert saved.journal.stat().st_size < 6000
    check_same(state_of(saved.loaded()), state_of(saved.workspace))


def test_each_kind_of_change_is_in_the_journal(saved: Saved) -> None:
    workspace = saved.workspace
    steps = [
        lambda: workspace.rename("one", "ONE"),
        lambda: workspace.add("one", np.arange(3.0)),
        lambda: workspace.calc("fft", on="one"),
        lambda: workspace.calc("stats", on="two"),
        lambda: workspace.remove("ONE"),
        lambda: workspace.add("one", create_image("one", np.ones((3, 4))), overwrite=True),
        lambda: workspace.add("new", np.ones(2), group="another"),
        lambda: (workspace.rename("new", "x"), workspace.rename("one", "new")),
        lambda: (
            workspace.remove("x"),
            workspace.rename("new", "x"),
            workspace.add("new", [1.0, 2.0]),
        ),
        lambda: workspace.clear(everything=True),
    ]
    for step in steps:
        step()
        saved.file.write()
        check_same(state_of(saved.loaded()), state_of(workspace))
    assert saved.journal.exists()


def test_history_and_results_are_loaded_from_the_journal(saved: Saved) -> None:
    saved.workspace.calc("fft", on="one")
    saved.workspace.calc("stats", on="two")
    saved.file.write()
    loaded = saved.loaded()
    assert str(loaded.history("fft(one)")) == str(saved.workspace.history("fft(one)"))
    assert loaded.results().equals(saved.workspace.results())
    assert str(saved.workspace.history("fft(one)")).startswith("fft(one) = fft of one")


def test_what_a_journal_gave_is_noted_where_it_is_loaded(saved: Saved) -> None:
    saved.workspace["three"] = np.ones(3)
    saved.file.write()
    shown = repr(Workspace(StandaloneBackend()).load(saved.path))
    assert "Note (three): It is as the journal beside the file has it." in shown


def test_contents_of_the_file_say_what_the_journal_beside_it_changes(saved: Saved) -> None:
    assert not saved.workspace.contents(saved.path).remark
    saved.workspace["five"] = np.arange(5.0)
    saved.workspace["three"] = np.arange(4.0)
    saved.workspace.remove("one")
    saved.file.write()
    contents = Workspace(StandaloneBackend()).contents(saved.path)
    assert contents.remark == (
        f"Beside it lies autosave's {saved.journal.name}; load takes it in: 'five', 'three' as "
        "the journal has it, and without 'one'."
    )
    assert contents.remark in repr(contents)
    assert saved.journal.name in contents._repr_html_()
    loaded = Workspace(StandaloneBackend()).load(saved.path)
    assert {*loaded} == {"two", "three", "five"}
    saved.path.write_bytes(Workspace(StandaloneBackend()).save(saved.path).read_bytes())
    assert "another save" in saved.workspace.contents(saved.path).remark


def test_what_is_chosen_by_name_is_as_the_journal_has_it(saved: Saved) -> None:
    saved.workspace["three"] = np.ones(3)
    saved.workspace["one"] = np.full(4, 7.0)
    saved.file.write()
    loaded = Workspace(StandaloneBackend())
    assert loaded.load(saved.path, names=["one", "thr*"]) == ["three", "one"]
    assert [*loaded["one"].y] == [7.0] * 4
    assert "journal" in repr(Workspace(StandaloneBackend()).load(saved.path, names="three"))


def change_at_random(workspace: Workspace, chance: random.Random) -> None:
    """Add, replace, edit, rename or remove something."""
    names = workspace.list()
    name = chance.choice(names) if names else "first"
    kind = chance.choice(["add", "replace", "edit", "rename", "remove", "group", "swap"])
    if kind == "remove" and len(names) > 3:
        workspace.remove(name)
    elif kind == "rename" and names:
        workspace.rename(name, f"n{chance.random()}")
    elif kind == "edit" and names:
        with workspace.edit(name) as obj:
            obj.metadata["n"] = chance.randrange(100)
    elif kind == "swap" and len(names) > 1:
        other = chance.choice([one for one in names if one != name])
        workspace.rename(name, "between")
        workspace.rename(other, name)
        workspace.rename("between", other)
    else:
        is_image = chance.random() < 0.5
        size = chance.randrange(1, 50)
        obj = create_image("", np.full((size, 3), size)) if is_image else np.arange(float(size))
        new = name if kind == "replace" else f"m{chance.random()}"
        group = f"g{chance.randrange(3)}" if kind == "group" else None
        workspace.add(new, obj, overwrite=True, group=group)


@pytest.mark.parametrize("seed", range(10 if IS_FULL else 2))
def test_after_any_changes_the_file_and_its_journal_are_the_workspace(
    plain: Saved, seed: int
) -> None:
    saved, chance = plain, random.Random(seed)
    for _ in range(30):
        for _ in range(chance.randrange(5)):
            change_at_random(saved.workspace, chance)
        (saved.file.fold if chance.random() < 0.1 else saved.file.write)()
        check_same(state_of(saved.loaded()), state_of(saved.workspace))


def test_a_crash_at_any_byte_leaves_the_last_complete_state(saved: Saved) -> None:
    states, ends = [state_of(saved.workspace)], [0]
    for number in range(3):
        saved.workspace.add({"a": [1.0 + number], "b": [2.0 + number]}, overwrite=True)
        saved.workspace["one"] = np.full(5, number)
        saved.file.write()
        states.append(state_of(saved.workspace))
        ends.append(saved.journal.stat().st_size)
    whole = saved.journal.read_bytes()
    cuts = sorted({*random.Random(0).sample(range(len(whole)), 200 if IS_FULL else 30), *ends})
    for cut in cuts:
        saved.journal.write_bytes(whole[:cut])
        number = max(place for place, end in enumerate(ends) if end <= cut)
        if cut in ends:
            loaded = saved.loaded()
        else:
            loaded = Workspace(StandaloneBackend())
            with pytest.warns(RuntimeWarning, match=rf"{saved.journal.name}' isn't complete"):
                loaded.load(saved.path)
        check_same(state_of(loaded), states[number])


def test_a_journal_with_a_wrong_byte_is_loaded_up_to_there(saved: Saved) -> None:
    saved.workspace["three"] = np.ones(3)
    saved.file.write()
    before, good = state_of(saved.workspace), saved.journal.stat().st_size
    saved.workspace["four"] = np.ones(300)
    saved.file.write()
    whole = bytearray(saved.journal.read_bytes())
    whole[good + 500] ^= 1
    saved.journal.write_bytes(whole)
    loaded = Workspace(StandaloneBackend())
    with pytest.warns(RuntimeWarning, match="isn't complete"):
        loaded.load(saved.path)
    check_same(state_of(loaded), before)


def test_the_journal_of_another_file_is_left_out_and_named(saved: Saved) -> None:
    saved.workspace["three"] = np.ones(3)
    saved.file.write()
    other = saved.path.with_name("other" + saved.path.suffix)
    saved.workspace.save(other)
    saved.journal.rename(other.with_name(other.name + ".journal"))
    saved.workspace.remove("three")
    saved.workspace.save(other)
    loaded = Workspace(StandaloneBackend())
    with pytest.warns(RuntimeWarning, match=r"journal' wasn't taken in: .* another save"):
        assert loaded.load(other) == ["one", "two"]


def test_a_crash_behind_a_save_takes_nothing_in_twice(
    saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.workspace["three"] = np.ones(3)
    saved.file.write()
    journal = saved.file._journal
    assert journal is not None
    monkeypatch.setattr(journal, "remove", journal.close)
    saved.workspace.remove("three")
    saved.file.fold()
    assert saved.journal.exists()
    assert saved.loaded().list() == ["one", "two"]


def test_what_somebody_saves_to_the_file_ends_the_journal(saved: Saved) -> None:
    saved.workspace["three"] = np.ones(3)
    saved.file.write()
    saved.workspace["four"] = np.ones(3)
    saved.workspace.save(saved.path)
    assert not saved.journal.exists()
    assert saved.loaded().list() == saved.workspace.list()
    saved.workspace["five"] = np.ones(3)
    saved.file.write()
    assert saved.loaded().list() == saved.workspace.list()


def test_what_another_program_saved_in_its_place_is_kept(saved: Saved) -> None:
    theirs = Workspace(StandaloneBackend())
    theirs["theirs"] = np.ones(2)
    theirs.save(saved.path)
    saved.workspace["three"] = np.ones(3)
    saved.file.write()
    assert saved.loaded().list() == ["one", "three", "two"]
    kept = Workspace(StandaloneBackend())
    assert kept.load(saved.path.with_name(f"a.previous{saved.path.suffix}")) == ["theirs"]


def test_a_journal_that_somebody_removed_is_saved_whole_again(saved: Saved) -> None:
    for name in ("three", "four"):
        saved.workspace[name] = np.ones(3)
        saved.file.write()
        saved.journal.unlink(missing_ok=True)
    saved.workspace["five"] = np.ones(3)
    saved.file.write()
    check_same(state_of(saved.loaded()), state_of(saved.workspace))


@pytest.fixture
def full_disk() -> Iterator[Any]:
    """Give a function that lets files grow to so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_on_a_full_disk_the_journal_holds_what_it_held(saved: Saved, full_disk: Any) -> None:
    saved.workspace["three"] = np.ones(3)
    saved.file.write()
    before, size = state_of(saved.workspace), saved.journal.stat().st_size
    saved.workspace.rename("three", "THREE")
    saved.workspace.add({"four": np.ones(3), "five": np.ones(50_000)})
    full_disk(100_000)
    with pytest.raises(OSError, match="File too large"):
        saved.file.write()
    full_disk(resource.RLIM_INFINITY)
    assert saved.workspace.status().has_unsaved_changes
    assert saved.journal.stat().st_size == size
    check_same(state_of(saved.loaded()), before)
    saved.file.write()
    check_same(state_of(saved.loaded()), state_of(saved.workspace))
    assert not saved.workspace.status().has_unsaved_changes


def test_a_journal_that_grows_is_over_its_bound(
    plain: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_journaled_file, "LEAST_BOUND_BYTES", 20_000)
    saved = plain
    saved.workspace["one"] = np.ones(1000)
    saved.file.write()
    bound = max(20_000, saved.path.stat().st_size)
    while not saved.journal.exists() or saved.journal.stat().st_size <= bound:
        assert not saved.file.is_over_bound
        saved.workspace["one"] = np.ones(1000)
        saved.file.write()
    assert saved.file.is_over_bound


def test_changes_while_the_objects_are_looked_at_are_in_the_same_state(
    plain: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = plain
    saved.workspace.add({f"s{number}": [0.0] for number in range(20)})
    saved.file.write()
    monkeypatch.setattr(_journaled_file, "TURN_S", -1.0)  # each turn looks at none,
    monkeypatch.setattr(_journaled_file, "MOST_TURNS", 3)  # the last at all
    turns: list[float] = []

    def change(_seconds: float) -> None:
        turns.append(0)
        saved.workspace.add({f"s{number}": [len(turns)] for number in range(20)}, overwrite=True)
        saved.workspace.rename("s3", "between")
        saved.workspace.rename("between", "s3")

    monkeypatch.setattr(_journaled_file.time, "sleep", change)
    saved.workspace["s5"] = [7.0]
    saved.file.write()
    assert len(turns) == 3
    check_same(state_of(saved.loaded()), state_of(saved.workspace))
