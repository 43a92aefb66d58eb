"""Objects that stay in their file until their values are needed."""

import os
import threading

import h5py
import numpy as np
import pytest

from datalab_kernel import Plotter, Workspace
from datalab_kernel.backends import Backend
from datalab_kernel.errors import (
    FileChangedError,
    FileFormatError,
    NameTakenError,
    ObjectNotFoundError,
)
from datalab_kernel.testing import assert_same_object
from datalab_kernel_standalone import StandaloneBackend


@pytest.fixture
def whole():
    workspace = Workspace("standalone")
    workspace.add({"s1": np.arange(3.0), "s2": np.arange(4.0)}, group="scans")
    workspace.add("beam", np.eye(4, dtype=np.uint32), group="camera")
    with workspace.edit("s1") as signal:
        signal.xunit, signal.metadata["gain"] = "s", 2.5
    workspace.calc("stats", on="s2")
    return workspace


@pytest.fixture
def file(whole, tmp_path):
    return whole.save(tmp_path / "analysis.h5")


@pytest.fixture
def workspace(file):
    workspace = Workspace("standalone")
    assert workspace.load(file, lazy=True) == ["s1", "s2", "beam"]
    return workspace


def unread(workspace):
    return [name for name in workspace if workspace._backend.unread(name) is not None]


def test_nothing_that_shows_a_workspace_reads_an_array(workspace, whole):
    assert workspace.list(group="scans") == ["s1", "s2"]
    assert "beam" in workspace._repr_html_()
    assert workspace._ipython_key_completions_() == ["s1", "s2", "beam"]
    status = workspace.status()
    assert status.size_bytes == whole.status().size_bytes
    assert "3 still unread in" in status.notes
    frame = workspace.to_dataframe(metadata=["gain"])
    assert frame["gain"].to_list()[0] == 2.5
    assert workspace.results("s2").equals(whole.results("s2"))
    assert workspace.notes("s1") == ()
    assert [step.function for step in workspace.history("s2")] == ["stats"]
    assert unread(workspace) == ["s1", "s2", "beam"]


def test_what_is_known_of_an_object_is_the_same_before_and_after_it_is_read(workspace, whole):
    known = dict(workspace._backend.describe())
    assert known == dict(whole._backend.describe())
    for name in whole:
        assert_same_object(workspace[name], whole[name])
    assert dict(workspace._backend.describe()) == known
    assert unread(workspace) == []


@pytest.mark.parametrize(
    "use",
    [
        lambda workspace: workspace["s1"],
        lambda workspace: workspace.get("s1", copy=False),
        lambda workspace: workspace.calc("absolute", on="s1"),
        lambda workspace: workspace.to_pandas("s1"),
        lambda workspace: workspace.edit("s1").__enter__(),
    ],
)
def test_only_what_is_used_is_read(workspace, use):
    use(workspace)
    assert unread(workspace) == ["s2", "beam"]


def test_a_picture_of_what_is_unread_is_that_of_what_was_loaded(workspace, whole):
    shown, wanted = Plotter(workspace).plot("s1"), Plotter(whole).plot("s1")
    assert unread(workspace) == ["s2", "beam"]
    assert shown._repr_mimebundle_() == wanted._repr_mimebundle_()


def test_what_was_read_stays_without_the_file(workspace, file):
    first = workspace.get("s1", copy=False)
    file.unlink()
    assert workspace["s1"].y.tolist() == [0.0, 1.0, 2.0]
    assert np.shares_memory(workspace.get("s1", copy=False).xydata, first.xydata)
    with pytest.raises(ValueError, match="read-only"):
        first.xydata[0, 0] = 1.0


@pytest.mark.parametrize("change", ["deleted", "moved", "replaced", "written"])
def test_a_file_that_is_not_as_it_was_is_an_error_that_names_what_is_unread(
    workspace, whole, file, change
):
    workspace["s1"]
    if change == "deleted":
        file.unlink()
    elif change == "moved":
        file.rename(file.with_name("elsewhere.h5"))
    elif change == "replaced":
        whole.save(file)
    else:
        with h5py.File(file, "r+") as opened:
            opened["DataLab_Sig"].attrs["note"] = 1
        os.utime(file, (1, 1))
    with pytest.raises(FileChangedError, match=r"'s2'.*analysis\.h5.*Still unread") as caught:
        workspace["s2"]
    assert caught.value.path == str(file)
    assert caught.value.unread == ["s2", "beam"]
    assert workspace.list() == ["s1", "s2", "beam"]
    workspace.remove(["s2", "beam"])
    assert workspace.save(file.with_name("rest.h5")).exists()


def test_a_file_that_another_program_writes_is_said_to_be_that(workspace, file):
    with (
        h5py.File(file, "r+"),
        pytest.raises(BlockingIOError, match="another program is writing it"),
    ):
        workspace["s1"]


def test_another_program_may_open_the_file_for_writing_meanwhile(workspace, file):
    workspace["s1"]
    with h5py.File(file, "r+") as opened:
        assert "DataLab_Sig" in opened


def test_saving_over_the_file_keeps_all_and_leaves_it_unread(workspace, whole, file):
    workspace.rename("s2", "second")
    workspace.remove("s1")
    workspace["new"] = np.ones(5)
    workspace.save(file)
    assert unread(workspace) == ["second", "beam"]
    assert_same_object(workspace["beam"], whole["beam"])
    assert workspace["second"].y.tolist() == whole["s2"].y.tolist()
    again = Workspace("standalone")
    assert again.load(file) == ["second", "new", "beam"]
    assert_same_object(again["second"], workspace["second"])


def test_autosaving_over_the_file_keeps_all_and_leaves_it_unread(workspace, whole, file):
    autosave = workspace.autosave(file)
    try:
        workspace["new"] = np.ones(5)
        autosave.file.write()
        workspace.rename("s2", "second")
        autosave.file.fold()
        assert unread(workspace) == ["s1", "second", "beam"]
        workspace.save(file)
    finally:
        workspace.autosave(None)
    assert unread(workspace) == ["s1", "second", "beam"]
    assert_same_object(workspace["beam"], whole["beam"])
    again = Workspace("standalone")
    assert again.load(file) == workspace.list()
    assert again["second"].y.tolist() == whole["s2"].y.tolist()


def test_saving_elsewhere_writes_what_is_unread_and_keeps_it_so(workspace, whole, tmp_path):
    for suffix in (".h5", ".npz"):
        copy = workspace.save(tmp_path / f"copy{suffix}")
        assert unread(workspace) == ["s1", "s2", "beam"]
        again = Workspace("standalone")
        again.load(copy)
        for name in whole:
            assert_same_object(again[name], whole[name])


def test_a_save_that_needs_a_lost_file_changes_nothing(workspace, file, tmp_path):
    target = tmp_path / "target.h5"
    Workspace("standalone").save(target)
    before = target.read_bytes()
    file.unlink()
    with pytest.raises(FileChangedError, match="Still unread"):
        workspace.save(target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["target.h5"]


def test_the_same_load_again_is_harmless(workspace, file):
    heard = []
    workspace["s1"]
    workspace.on_change(heard.append)
    assert workspace.load(file, lazy=True) == ["s1", "s2", "beam"]
    assert workspace.load(file) == ["s1", "s2", "beam"]
    assert heard == []
    workspace["s2"] = np.zeros(2)
    with pytest.raises(NameTakenError, match="already exist"):
        workspace.load(file, lazy=True)
    workspace.load(file, lazy=True, overwrite=True)
    assert unread(workspace) == ["s1", "s2", "beam"]


def test_names_choose_what_is_to_be_read_later(file):
    workspace = Workspace("standalone")
    assert workspace.load(file, names=["beam", "s1"], lazy=True) == ["s1", "beam"]
    assert unread(workspace) == ["s1", "beam"]
    with pytest.raises(ObjectNotFoundError, match="'s3' not found in the file"):
        workspace.load(file, names="s3", lazy=True)


def test_renamed_and_replaced_objects_are_right(workspace, whole):
    workspace.rename("s1", "first")
    assert workspace["first"].title == "first"
    assert workspace["first"].y.tolist() == whole["s1"].y.tolist()
    workspace["s2"] = np.zeros(3)
    with workspace.edit("beam") as image:
        image.xunit = "mm"
    assert (workspace["s2"].y.size, workspace["beam"].xunit) == (3, "mm")


def test_groups_macros_and_history_come_along(file):
    with h5py.File(file, "r+") as opened:
        opened.require_group("DataLab_Mac/m001: first").attrs["contents"] = "print(1)"
        opened["DataLab_Sig"].create_group("gs002: empty").attrs["title"] = "empty"
    at_once, lazily = Workspace("standalone"), Workspace("standalone")
    at_once.load(file)
    lazily.load(file, lazy=True)
    assert lazily._backend.groups("signal") == at_once._backend.groups("signal")
    for workspace, name in ((at_once, "a.h5"), (lazily, "b.h5")):
        with h5py.File(workspace.save(file.with_name(name))) as saved:
            assert saved["DataLab_Mac/m001: first"].attrs["contents"] == "print(1)"


def test_other_files_are_loaded_at_once_and_a_note_says_so(tmp_path, whole):
    (tmp_path / "scan.csv").write_text("x,y\n1,2\n3,4\n")
    workspace = Workspace("standalone")
    loaded = workspace.load(tmp_path / "scan.csv", lazy=True)
    assert "loaded at once" in str(loaded.notes[0])
    archive = whole.save(tmp_path / "archive.npz")
    assert "loaded at once" in repr(workspace.load(archive, lazy=True))
    assert unread(workspace) == []


class _ElsewhereBackend(Backend):
    """Holds objects without a way to leave them unread."""

    where = "another program"

    def __init__(self):
        self.inner = StandaloneBackend()

    def describe(self):
        return self.inner.describe()

    def get(self, name):
        return self.inner.get(name)

    def put(self, items):
        self.inner.put(items)

    def remove(self, names):
        self.inner.remove(names)

    def rename(self, old, new):
        self.inner.rename(old, new)

    def close(self):
        self.inner.close()


def test_a_backend_elsewhere_is_given_the_values_and_a_note_says_so(file):
    workspace = Workspace(_ElsewhereBackend())
    loaded = workspace.load(file, lazy=True, names="s*")
    assert loaded == ["s1", "s2"] == workspace.list()
    assert "another program, which holds their values" in str(loaded.notes[0])
    file.unlink()
    assert workspace["s1"].y.tolist() == [0.0, 1.0, 2.0]


def test_a_damaged_object_is_refused_when_it_is_read(file):
    with h5py.File(file, "r+") as opened:
        del opened["DataLab_Sig/gs001: scans/s001: s1/xydata"]
    workspace = Workspace("standalone")
    workspace.load(file, lazy=True)
    with pytest.raises(FileFormatError, match="no signal"):
        workspace["s1"]
    assert workspace["s2"].y.size == 4


def test_threads_that_read_at_the_same_time_get_the_same(tmp_path):
    whole = Workspace("standalone")
    whole.add({f"s{number}": np.full(1000, float(number)) for number in range(30)})
    workspace = Workspace("standalone")
    workspace.load(whole.save(tmp_path / "many.h5"), lazy=True)
    found = [[] for _ in range(4)]

    def read(values):
        values += [workspace[name].y[0] for name in workspace]

    threads = [threading.Thread(target=read, args=(values,)) for values in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[float(number) for number in range(30)]] * 4
    result = workspace.calc("absolute", on="s*")
    assert len(result.names) == 30


def test_loading_lazily_takes_a_hundredth_of_the_memory(tmp_path):
    import tracemalloc

    whole = Workspace("standalone")
    whole.add(
        {f"i{number}": np.random.default_rng(number).random((512, 512)) for number in range(20)}
    )
    path = whole.save(tmp_path / "images.h5")
    size_bytes = whole.status().size_bytes
    workspace = Workspace("standalone")
    Workspace("standalone").load(path, lazy=True)  # what is imported isn't counted
    tracemalloc.start()
    try:
        workspace.load(path, lazy=True)
        taken, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(taken, peak) < 0.01 * size_bytes
