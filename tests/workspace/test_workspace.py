"""What people do with a workspace, in memory: each row of the public API."""

import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import h5py
import numpy as np
import pytest

from datalab_kernel import (
    Change,
    SignalObj,
    Workspace,
    WorkspaceMode,
    create_image,
    create_signal,
    create_signal_roi,
)
from datalab_kernel.errors import (
    FileFormatError,
    FileTakenError,
    InvalidNameError,
    LiveModeRequiredError,
    MetadataError,
    MissingFileError,
    NameTakenError,
    NoBackendError,
    ObjectNotFoundError,
    UnsupportedDtypeError,
)


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


# -- adding -----------------------------------------------------------------------------


def test_add_returns_what_was_given(workspace: Workspace) -> None:
    array = np.arange(3.0)
    assert workspace.add("a", array) is array


def test_a_taken_name_is_an_error_that_says_what_to_do(workspace: Workspace) -> None:
    workspace["a"] = np.ones(2)
    with pytest.raises(NameTakenError, match="'a' already exists.*overwrite=True"):
        workspace.add("a", np.ones(3))
    assert workspace["a"].y.size == 2


def test_running_a_cell_again_is_harmless(workspace: Workspace) -> None:
    for _ in range(2):
        workspace["a"] = np.ones(2)
        workspace.add("b", np.ones(2), overwrite=True)
    assert workspace.list() == ["a", "b"]


def test_a_mapping_adds_all_or_none(workspace: Workspace) -> None:
    workspace["taken"] = np.ones(2)
    with pytest.raises(NameTakenError):
        workspace.add({"new": np.ones(2), "taken": np.ones(2)})
    with pytest.raises(TypeError):
        workspace.add({"new": np.ones(2), "wrong": object()})
    assert workspace.list() == ["taken"]


@pytest.mark.parametrize("value", [None, "text", 3, {"a": 1}, object()])
def test_what_is_not_data_is_refused_with_what_is(workspace: Workspace, value: object) -> None:
    with pytest.raises(TypeError, match="Give a SignalObj or ImageObj"):
        workspace.add("a", value)
    assert len(workspace) == 0


@pytest.mark.parametrize("shape", [(), (2, 3, 4)])
def test_an_array_of_other_dimensions_is_refused(workspace: Workspace, shape: tuple[int]) -> None:
    with pytest.raises(TypeError, match="a signal has one dimension, an image two"):
        workspace.add("a", np.zeros(shape))


def test_x_and_y_of_different_lengths_are_refused(workspace: Workspace) -> None:
    with pytest.raises(TypeError, match="of the same length"):
        workspace.add("a", ([1, 2], [1, 2, 3]))


def test_x_is_never_sorted(workspace: Workspace) -> None:
    workspace["a"] = ([3, 1, 2], [0, 1, 2])
    assert workspace["a"].x.tolist() == [3, 1, 2]


def test_a_missing_object_is_said(workspace: Workspace) -> None:
    with pytest.raises(TypeError, match="has a name and no object"):
        workspace.add("a")  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["", " ", "a\nb"])
def test_a_bad_name_adds_nothing(workspace: Workspace, name: str) -> None:
    with pytest.raises(InvalidNameError):
        workspace[name] = np.ones(2)
    assert len(workspace) == 0


def test_values_that_cannot_be_kept_are_refused(workspace: Workspace) -> None:
    with pytest.raises(UnsupportedDtypeError, match="int64"):
        workspace["a"] = np.array([[2**60 + 1]])
    with pytest.raises(UnsupportedDtypeError, match="int64"):
        workspace["a"] = np.array([2**60 + 1, 1])
    with pytest.raises(UnsupportedDtypeError):
        workspace["a"] = np.array([["text"]])
    assert len(workspace) == 0


def test_metadata_that_cannot_be_kept_names_its_place(workspace: Workspace) -> None:
    signal = create_signal("s", np.ones(2), np.ones(2))
    signal.metadata["a"] = {"b": [1, object()]}
    with pytest.raises(MetadataError, match="a.*b.*1"):
        workspace["s"] = signal
    signal.metadata = {"ok": {3: "key is no text"}}
    with pytest.raises(MetadataError, match="ok"):
        workspace["s"] = signal


def test_a_series_brings_its_index_and_names(workspace: Workspace) -> None:
    import pandas as pd

    index = pd.Index([0.5, 1.5], name="Time")
    workspace["a"] = pd.Series([1, 2], index=index, name="Voltage")
    signal = workspace["a"]
    assert (signal.x.tolist(), signal.y.tolist()) == ([0.5, 1.5], [1, 2])
    assert (signal.xlabel, signal.ylabel) == ("Time", "Voltage")


def test_a_series_of_dates_becomes_a_signal_over_time(workspace: Workspace) -> None:
    import pandas as pd

    workspace["a"] = pd.Series([1.0, 2.0], index=pd.date_range("2024-01-01", periods=2))
    assert workspace["a"].is_x_datetime()
    assert workspace["a"].x[1] - workspace["a"].x[0] == 86400


def test_a_series_of_names_is_refused_with_a_way_out(workspace: Workspace) -> None:
    import pandas as pd

    with pytest.raises(TypeError, match="reset_index"):
        workspace["a"] = pd.Series([1, 2], index=["x", "y"])


# -- getting and editing ----------------------------------------------------------------


def test_an_unknown_name_suggests_the_nearest(workspace: Workspace) -> None:
    workspace["sine"] = np.ones(2)
    with pytest.raises(ObjectNotFoundError, match="'Sin' not found.*'sine'"):
        _ = workspace["Sin"]
    assert workspace.get("Sin", None) is None


def test_get_without_a_copy_shares_the_arrays(workspace: Workspace) -> None:
    workspace["a"] = np.ones(1000)
    views = [workspace.get("a", copy=False) for _ in range(2)]
    assert np.shares_memory(views[0].xydata, views[1].xydata)
    assert not np.shares_memory(views[0].xydata, workspace["a"].xydata)


def test_an_edit_that_fails_changes_nothing(workspace: Workspace) -> None:
    workspace["a"] = np.ones(3)
    with pytest.raises(ZeroDivisionError), workspace.edit("a") as signal:
        signal.xydata[:] = 7
        _ = 1 / 0
    assert workspace["a"].y.tolist() == [1, 1, 1]


def test_an_edited_region_of_interest_is_kept(workspace: Workspace) -> None:
    workspace["a"] = np.ones(10)
    with workspace.edit("a") as signal:
        signal.roi = create_signal_roi([1.0, 3.0])
    assert len(workspace["a"].roi) == 1


def test_editing_the_title_renames(workspace: Workspace) -> None:
    workspace.update({"a": np.ones(1), "b": np.ones(2)})
    with workspace.edit("a") as signal:
        signal.title = "c"
    assert workspace.list() == ["c", "b"]
    with pytest.raises(NameTakenError), workspace.edit("c") as signal:
        signal.title = "b"
    assert workspace.list() == ["c", "b"]


def test_an_edit_to_bad_data_changes_nothing(workspace: Workspace) -> None:
    workspace["a"] = np.eye(3)
    with pytest.raises(TypeError), workspace.edit("a") as image:
        image.data = np.zeros((2, 2, 2))
    assert workspace["a"].data.shape == (3, 3)


# -- the mapping protocol ---------------------------------------------------------------


def test_the_mapping_protocol(workspace: Workspace) -> None:
    workspace.update({"a": np.ones(1)}, b=np.eye(2))
    assert len(workspace) == 2
    assert list(workspace) == list(workspace.keys()) == ["a", "b"]
    assert "a" in workspace
    assert 3 not in workspace
    assert isinstance(workspace.pop("a"), SignalObj)
    assert workspace.setdefault("b", np.ones(3)).data.shape == (2, 2)
    assert [name for name, _ in workspace.items()] == ["b"]
    assert workspace == workspace  # noqa: PLR0124 - identity, without comparing data
    assert workspace != {"b": 1}


def test_the_workspace_may_change_while_it_is_iterated(workspace: Workspace) -> None:
    workspace.update({"a": np.ones(1), "b": np.ones(2)})
    for name in workspace:
        workspace.remove(name)
    assert workspace.list() == []


def test_list_takes_an_exact_name_first_and_a_pattern_second(workspace: Workspace) -> None:
    workspace.update({"a*": np.ones(1), "ab": np.ones(1), "abc": np.eye(2)})
    assert workspace.list("a*") == ["a*"]
    assert workspace.list("ab*") == ["ab", "abc"]
    assert workspace.list("ab*", kind="image") == ["abc"]
    assert workspace.list("nothing*") == workspace.list("nothing") == []
    with pytest.raises(ValueError, match="kind"):
        workspace.list(kind="movie")  # type: ignore[arg-type]


def test_groups_are_listed(workspace: Workspace) -> None:
    workspace.add("a", np.ones(1), group="raw")
    workspace.add("b", np.ones(1), group="done")
    workspace.add("c", np.ones(1))
    assert workspace.list(group="raw") == ["a"]
    assert workspace.list(group="done") == ["b", "c"]


def test_the_selection_follows_what_is_done(workspace: Workspace) -> None:
    workspace.update({"a": np.ones(1), "b": np.ones(1), "c": np.ones(1)})
    assert workspace.selection == ["a", "b", "c"]
    assert workspace.select(["a", "b"]) == ["a", "b"]
    workspace.rename("a", "z")
    workspace.remove("b")
    assert workspace.selection == ["z"]
    with pytest.raises(ObjectNotFoundError):
        workspace.select("nothing*")


def test_clear_says_how_many_it_removed(workspace: Workspace) -> None:
    workspace["a"] = np.ones(1)
    assert repr(workspace.clear()) == "1 object removed"


# -- files ------------------------------------------------------------------------------


def test_save_adds_the_suffix_and_returns_the_path(workspace: Workspace, tmp_path: Path) -> None:
    workspace["a"] = np.ones(1)
    assert workspace.save(tmp_path / "analysis.v2") == tmp_path / "analysis.v2.h5"
    assert workspace.save(tmp_path / "b.hdf5") == tmp_path / "b.hdf5"
    workspace.clear()
    assert workspace.load(tmp_path / "analysis.v2") == ["a"]


def test_save_expands_the_home_folder(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert workspace.save("~/a") == tmp_path / "a.h5"


def test_save_replaces_a_datalab_file_and_nothing_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace["a"] = np.ones(1)
    path = workspace.save(tmp_path / "a.h5")
    workspace["b"] = np.ones(1)
    assert workspace.save(path) == path
    foreign = tmp_path / "foreign.h5"
    with h5py.File(foreign, "w") as file:
        file["data"] = [1, 2]
    text = tmp_path / "text.h5"
    text.write_text("a person's notes")
    for other in (foreign, text):
        before = other.read_bytes()
        with pytest.raises(FileTakenError, match="not a DataLab workspace"):
            workspace.save(other)
        assert other.read_bytes() == before


def test_save_into_a_missing_folder_is_an_error(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="folder"):
        workspace.save(tmp_path / "no" / "a.h5")
    with pytest.raises(MissingFileError, match="it is a folder"):
        workspace.save(".")


def test_loading_is_refused_before_anything_changes(workspace: Workspace, tmp_path: Path) -> None:
    workspace.update({"a": np.ones(1), "b": np.ones(2)})
    path = workspace.save(tmp_path / "x")
    workspace.remove("a")
    with pytest.raises(NameTakenError, match="'b' already exists"):
        workspace.load(path)
    assert workspace.list() == ["b"]
    assert workspace.load(path, overwrite=True) == ["a", "b"]


def test_loading_some_names_only(workspace: Workspace, tmp_path: Path) -> None:
    workspace.update({"a1": np.ones(1), "a2": np.ones(2), "b": np.ones(3)})
    path = workspace.save(tmp_path / "x")
    workspace.clear()
    assert workspace.load(path, names="b") == ["b"]
    assert workspace.load(path, names=["a*"]) == ["a1", "a2"]
    with pytest.raises(ObjectNotFoundError, match="the file"):
        workspace.load(path, names="c")


def test_loading_several_files_by_a_pattern(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("a", "b"):
        workspace[name] = np.ones(2)
        workspace.save(tmp_path / name)
        workspace.clear()
    assert workspace.load(tmp_path / "*.h5") == ["a", "b"]


def test_a_missing_file_suggests_the_nearest(workspace: Workspace, tmp_path: Path) -> None:
    workspace.save(tmp_path / "analysis")
    with pytest.raises(MissingFileError, match="Did you mean 'analysis.h5'"):
        workspace.load(tmp_path / "analisis.h5")
    with pytest.raises(MissingFileError, match="it is a folder"):
        workspace.load(tmp_path)


@pytest.mark.parametrize("folder", [".", "/", ".."])
def test_a_folder_is_no_file(workspace: Workspace, folder: str) -> None:
    with pytest.raises(MissingFileError, match="it is a folder"):
        workspace.load(folder)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89HDF\r\n\x1a\n" + b"\0" * 500])
def test_a_damaged_file_changes_nothing(
    workspace: Workspace, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "damaged.h5"
    path.write_bytes(content)
    workspace["a"] = np.ones(1)
    with pytest.raises(FileFormatError, match=r"damaged\.h5"):
        workspace.load(path)
    assert workspace.list() == ["a"]


def test_groups_survive_a_file_also_empty_ones(workspace: Workspace, tmp_path: Path) -> None:
    workspace.add("a", np.ones(1), group="first")
    workspace.add("b", np.ones(1), group="second")
    workspace.remove("a")
    path = workspace.save(tmp_path / "x")
    other = Workspace("standalone")
    other.load(path)
    other.save(tmp_path / "y")
    with h5py.File(tmp_path / "y.h5") as file:
        assert [group.attrs["title"] for group in file["DataLab_Sig"].values()] == [
            "first",
            "second",
        ]


# -- mode, changes, display -------------------------------------------------------------


def test_the_mode_is_standalone(workspace: Workspace) -> None:
    assert workspace.mode is WorkspaceMode.STANDALONE
    assert workspace.resync() is False


def test_live_only_features_say_what_is_missing(workspace: Workspace) -> None:
    with pytest.raises(LiveModeRequiredError, match="Start DataLab"):
        _ = workspace.proxy
    with pytest.raises(LiveModeRequiredError, match="standalone"):
        workspace.detach()


@pytest.mark.skipif(find_spec("datalab_kernel_live") is not None, reason="it is installed here")
def test_connecting_without_the_live_backend_names_the_package(workspace: Workspace) -> None:
    with pytest.raises(NoBackendError, match="datalab-kernel-live"):
        workspace.connect()


def test_changes_are_told_until_cancelled(workspace: Workspace) -> None:
    seen: list[Change] = []
    subscription = workspace.on_change(seen.append)
    workspace["a"] = np.ones(1)
    workspace["a"] = np.ones(2)
    workspace.rename("a", "b")
    workspace.remove("b")
    subscription.cancel()
    workspace["c"] = np.ones(1)
    assert [(change.kind, change.names) for change in seen] == [
        ("added", ("a",)),
        ("changed", ("a",)),
        ("renamed", ("a", "b")),
        ("removed", ("b",)),
    ]


def test_a_failing_callback_is_logged_and_ends_nothing(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Change] = []
    workspace.on_change(lambda _: 1 / 0)
    workspace.on_change(seen.append)
    workspace["a"] = np.ones(1)
    assert "ZeroDivisionError" in caplog.text
    assert len(seen) == 1


def test_waiting_for_an_object_of_another_thread(workspace: Workspace) -> None:
    timer = threading.Timer(0.1, lambda: workspace.add("late", np.ones(1)))
    timer.start()
    workspace.wait_for("late", timeout_s=10)
    with pytest.raises(TimeoutError, match="'never' didn't appear"):
        workspace.wait_for("never", timeout_s=0.05)
    timer.join()


WITHOUT_LIVE = pytest.mark.skipif(
    find_spec("datalab_kernel_live") is not None, reason="with it, None waits for a DataLab"
)


@pytest.mark.parametrize("backend", [pytest.param(None, marks=WITHOUT_LIVE), "standalone"])
def test_showing_an_unused_workspace_imports_nothing_heavy(backend: str | None) -> None:
    code = f"""if True:
        import sys
        from datalab_kernel import Workspace
        workspace = Workspace({backend!r})
        print(workspace, workspace._ipython_key_completions_())
        print(workspace._repr_mimebundle_()["text/plain"].splitlines()[0])
        print(sorted({{"numpy", "h5py", "sigima", "requests"}} & {{*sys.modules}}))
    """
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "Workspace(standalone, empty) []",
        "Workspace(standalone, empty)",
        "[]",
    ]


def test_the_representation_is_one_line(workspace: Workspace) -> None:
    assert repr(workspace) == "Workspace(standalone, empty)"
    workspace["a"] = np.ones(1)
    assert repr(workspace) == "Workspace(standalone, 1 object)"
    workspace["b"] = np.ones(1)
    assert (
        repr(workspace) == repr(Workspace(workspace._backend)) == "Workspace(standalone, 2 objects)"
    )


def test_the_table_shows_every_object(workspace: Workspace) -> None:
    workspace["<sine>"] = create_signal("", np.arange(9.0), np.arange(9.0), units=("s", "V"))
    workspace["image"] = create_image("", np.eye(4))
    html = workspace._repr_html_()
    assert html is not None
    assert "&lt;sine&gt;" in html
    assert "<sine>" not in html
    assert "image/png" in html


def test_status_counts_and_knows_what_is_unsaved(workspace: Workspace, tmp_path: Path) -> None:
    assert workspace.status().has_unsaved_changes is False
    workspace.update({"a": np.ones(4), "b": np.eye(3)})
    status = workspace.status()
    assert (status.mode, status.signals, status.images) == ("standalone", 1, 1)
    assert status.size_bytes == 2 * 4 * 8 + 9 * 8
    assert status.has_unsaved_changes is True
    workspace.save(tmp_path / "a")
    assert workspace.status().has_unsaved_changes is False
    assert "standalone" in status._repr_html_()


def test_completion_knows_the_names(workspace: Workspace) -> None:
    workspace["a b"] = np.ones(1)
    assert workspace._ipython_key_completions_() == ["a b"]


def test_a_callback_may_wait_for_another_thread(workspace: Workspace) -> None:
    def from_another_thread(_: Change) -> None:
        thread = threading.Thread(target=workspace.list)
        thread.start()
        thread.join(timeout=10)
        alive.append(thread.is_alive())

    alive: list[bool] = []
    workspace.on_change(from_another_thread)
    workspace["a"] = np.ones(1)
    assert alive == [False]


def test_waiting_and_changing_at_once_never_block_each_other(workspace: Workspace) -> None:
    def change_often() -> None:
        for number in range(300):
            workspace[f"object {number}"] = np.ones(1)

    thread = threading.Thread(target=change_often, daemon=True)
    thread.start()
    for number in range(0, 300, 7):
        workspace.wait_for(f"object {number}", timeout_s=20)
    thread.join(timeout=20)
    assert not thread.is_alive()


# -- results ----------------------------------------------------------------------------


def peak_with_results(title: str) -> SignalObj:
    from sigima.proc.signal import fwhm, stats

    x = np.linspace(-5, 5, 200)
    signal = create_signal(title, x, np.exp(-(x**2)), units=("s", "V"))
    signal.roi = create_signal_roi([[-4.0, 4.0], [-3.0, 3.0]])
    from sigima.params import FWHMParam

    signal.metadata["Geometry_fwhm_dict"] = fwhm(signal, FWHMParam()).to_dict()
    signal.metadata["Table_stats_dict"] = stats(signal).to_dict()
    return signal


def test_results_are_one_tidy_frame(workspace: Workspace) -> None:
    workspace.update({"a": peak_with_results(""), "b": peak_with_results(""), "c": np.eye(2)})
    frame = workspace.results(["a", "b"], "fwhm")
    assert list(frame.columns[:3]) == ["object", "function", "roi"]
    assert list(frame["object"]) == ["a", "a", "b", "b"]
    assert list(frame["roi"]) == [0, 1, 0, 1]
    assert frame["Δx"].round(1).tolist() == [1.7] * 4
    assert frame.attrs["units"] == {"a": ("s", "V"), "b": ("s", "V")}
    whole = workspace.results("a", "stats")["roi"].isna()
    assert whole.tolist() == [True, False, False]
    assert set(workspace.results()["function"]) == {"fwhm", "stats"}


def test_no_results_are_an_empty_frame(workspace: Workspace) -> None:
    workspace["a"] = np.ones(3)
    assert list(workspace.results().columns) == ["object", "function", "roi"]
    with pytest.raises(ObjectNotFoundError):
        workspace.results("missing")


def test_results_survive_a_file(workspace: Workspace, tmp_path: Path) -> None:
    workspace["a"] = peak_with_results("")
    before = workspace.results()
    path = workspace.save(tmp_path / "x")
    workspace.clear()
    workspace.load(path)
    assert workspace.results().equals(before)


def test_numpys_numbers_in_attributes_become_pythons_own(workspace: Workspace) -> None:
    image = create_image("a", np.eye(3))
    image.x0 = np.float64(1.5)
    workspace["a"] = image
    assert type(workspace["a"].x0) is float
    assert type(image.x0) is np.float64
