"""Loading instruments' files and exporting to other programs, as people do it."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile

from datalab_kernel import Workspace, create_image, create_signal, create_signal_roi
from datalab_kernel.errors import (
    ExportError,
    FileFormatError,
    FileTakenError,
    MissingFileError,
    NameTakenError,
    NotEnoughMemoryError,
    ObjectNotFoundError,
)
from datalab_kernel.formats import _memory

SCOPE = "Time,Channel A,Channel B\n(ms),(V),(mV)\n\n0.0,1.5,2\n0.5,2.5,3\n"


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


@pytest.fixture
def scope(tmp_path: Path) -> Path:
    path = tmp_path / "scope.csv"
    path.write_text(SCOPE)
    return path


# -- loading ----------------------------------------------------------------------------------


def test_loading_gives_the_names_of_the_channels(workspace, scope):
    assert workspace.load(scope) == ["scope Channel A", "scope Channel B"]
    assert workspace["scope Channel B"].yunit == "mV"


def test_what_was_loaded_stays_when_the_file_is_deleted(workspace, scope):
    (name, _) = workspace.load(scope)
    scope.unlink()
    assert workspace[name].y[1] == 2.5


def test_loading_over_another_object_is_an_error_unless_it_overwrites(workspace, scope):
    workspace["scope Channel A"] = np.ones(2)
    with pytest.raises(NameTakenError, match="scope Channel A"):
        workspace.load(scope)
    workspace.load(scope, overwrite=True)
    assert len(workspace) == 2


def test_only_some_names_are_loaded(workspace, scope):
    assert workspace.load(scope, names="*B") == ["scope Channel B"]


def test_how_to_read_can_be_said(workspace, scope):
    assert workspace.load(scope, read={"y": "Channel B"}) == ["scope"]


def test_a_stack_becomes_an_image_a_frame(workspace, tmp_path):
    tifffile.imwrite(
        tmp_path / "stack.tif", np.zeros((3, 8, 9), np.uint16), photometric="minisblack"
    )
    assert workspace.load(tmp_path / "stack.tif") == ["stack 1", "stack 2", "stack 3"]
    assert workspace["stack 2"].data.dtype == np.uint16


def test_the_frames_of_a_stack_come_into_one_group(workspace, tmp_path):
    workspace["a"] = np.eye(3)
    frames = np.zeros((2, 3, 8, 9), np.uint16)
    options = {"photometric": "minisblack", "metadata": {"axes": "TCYX"}}
    tifffile.imwrite(tmp_path / "cells.ome.tif", frames, **options)
    names = workspace.load(tmp_path / "cells.ome.tif")
    assert names[-1] == "cells T1 C2"
    table = workspace.to_dataframe(metadata=["frame"]).set_index("name")
    assert table.group["a"] == ""
    assert set(table.group[names]) == {"cells"}
    assert table.frame["cells T1 C2"] == {"T": 1, "C": 2}


def test_what_a_reader_did_to_colours_is_said_by_what_load_returns(workspace, tmp_path):
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((2, 2, 3), np.uint8), photometric="rgb")
    (note,) = workspace.load(tmp_path / "c.tif").notes
    assert "luminance" in note.text
    assert workspace.load(tmp_path / "c.tif", read={"channel": "red"}) == ["c red"]


def test_objects_go_to_the_group_that_is_there_and_no_other_is_made(workspace, scope):
    workspace["a"] = np.ones(3)
    workspace.load(scope)
    assert set(workspace.to_dataframe().group) == {""}


def test_of_several_files_the_good_ones_are_loaded_and_one_error_lists_the_others(
    workspace, tmp_path
):
    (tmp_path / "run1.csv").write_text("t,a\n0,1\n1,2\n")
    (tmp_path / "run2.csv").write_text("t,a\n0,1\n1,oops\n2,3\n")
    (tmp_path / "run3.csv").write_text("nothing")
    (tmp_path / "run4.csv").write_text("t,a\n0,1\n1,2\n")
    with pytest.raises(FileFormatError, match="2 files weren't loaded") as caught:
        workspace.load(tmp_path / "run*.csv")
    assert workspace.list() == caught.value.loaded == ["run1", "run4"]
    assert [*caught.value.failures] == [str(tmp_path / "run2.csv"), str(tmp_path / "run3.csv")]
    assert "run2.csv', line 3: '1,oops'" in str(caught.value)


def test_of_several_files_one_that_needs_a_missing_package_is_listed(
    workspace, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "pydicom", None)
    (tmp_path / "run.csv").write_text("t,a\n0,1\n1,2\n")
    (tmp_path / "run.dcm").write_bytes(bytes(128) + b"DICM")
    with pytest.raises(FileFormatError, match="Install it with: .*pydicom") as caught:
        workspace.load(tmp_path / "run.*")
    assert workspace.list() == caught.value.loaded == ["run"]


def test_one_bad_file_changes_nothing(workspace, tmp_path):
    (tmp_path / "a.csv").write_text("t,a\n0,1\n1,oops\n2,3\n")
    with pytest.raises(FileFormatError, match="line 3"):
        workspace.load(tmp_path / "a.csv")
    assert workspace.list() == []


def test_a_taken_name_among_several_files_changes_nothing(workspace, tmp_path):
    (tmp_path / "run1.csv").write_text("0,1\n1,2\n")
    (tmp_path / "run2.csv").write_text("0,1\n1,2\n")
    workspace["run2"] = np.ones(2)
    with pytest.raises(NameTakenError, match="'run2'"):
        workspace.load(tmp_path / "run*.csv")
    assert workspace.list() == ["run2"]


def test_what_does_not_fit_the_memory_is_refused_before_anything_changes(
    workspace, scope, monkeypatch
):
    monkeypatch.setattr(_memory, "available_memory", lambda: 10)
    with pytest.raises(NotEnoughMemoryError, match="10 B are available"):
        workspace.load(scope)
    assert workspace.list() == []


# -- saving -----------------------------------------------------------------------------------


def test_saving_over_a_file_that_another_program_writes_warns(workspace, tmp_path):
    path = workspace.save(tmp_path / "a.h5")
    code = "import sys, h5py; f = h5py.File(sys.argv[1], 'a'); print('open', flush=True); input()"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"open\n"
        with pytest.warns(RuntimeWarning, match="is open for writing in another program"):
            workspace.save(path)
        writer.communicate(b"\n")
    workspace.save(path)


def test_viewers_of_nexus_files_find_what_was_saved_for_them(workspace, tmp_path):
    workspace["a"] = [0.0, 1.0, 4.0]
    path = workspace.save(tmp_path / "a.h5", nexus=True)
    with h5py.File(path) as file:
        assert file["entry/a/y"][()].tolist() == [0, 1, 4]
    other = Workspace("standalone")
    assert other.load(path) == ["a"]


# -- exporting --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "txt", "npy", "mat", "h5sig"])
def test_a_signal_comes_back_from_each_format(workspace, tmp_path, suffix):
    values = np.array([0.1, 1 / 3, 5.6335999999999995]), np.array([1e-300, -np.pi, np.nan])
    workspace["a"] = values
    workspace.export("a", tmp_path / f"{{name}}.{suffix}")
    workspace.load(tmp_path / f"a.{suffix}", overwrite=True)
    np.testing.assert_array_equal(workspace["a"].xydata, values)


@pytest.mark.parametrize("suffix", ["tif", "npy", "mat", "h5ima", "csv", "txt"])
@pytest.mark.parametrize("dtype", [np.uint16, np.float64, np.uint8])
def test_an_image_comes_back_from_each_format(workspace, tmp_path, suffix, dtype):
    data = (np.arange(48).reshape(6, 8) % 7 * 30).astype(dtype)
    workspace["i"] = data
    workspace.export("i", tmp_path / f"{{name}}.{suffix}")
    workspace.load(tmp_path / f"i.{suffix}", overwrite=True, read={"kind": "image"})
    np.testing.assert_array_equal(workspace["i"].data, data)


@pytest.mark.parametrize("shape", [(3, 4), (4, 3), (1, 5), (2, 3)])
def test_an_image_of_few_rows_is_no_colour_picture(workspace, tmp_path, shape):
    data = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    workspace["i"] = data
    workspace.export("i", tmp_path / "i.tif")
    workspace.load(tmp_path / "i.tif", overwrite=True)
    np.testing.assert_array_equal(workspace["i"].data, data)


def test_labels_and_units_come_back_from_csv(workspace, tmp_path):
    workspace["a"] = create_signal(
        "", np.arange(3.0), np.ones(3), units=("s", "V"), labels=("Time", "Voltage")
    )
    exported = workspace.export("a", tmp_path / "a.csv")
    assert exported.dropped == {"a": ()}
    assert (tmp_path / "a.csv").read_text().startswith("Time (s),Voltage (V)\n")


def test_export_says_what_the_format_drops(workspace, tmp_path):
    signal = create_signal("", np.arange(3.0), np.ones(3), metadata={"gain": 2})
    signal.set_xydata(signal.x, signal.y, dx=None, dy=np.ones(3))
    signal.roi = create_signal_roi([0, 1])
    workspace["a"] = signal
    exported = workspace.export("a", tmp_path / "a.csv")
    assert exported.dropped["a"] == ("regions of interest", "metadata ('gain')", "error bars")
    assert "not kept of 'a': regions of interest" in repr(exported)
    assert "workspace.save keeps everything" in exported._repr_html_()


def test_a_lossy_picture_says_so(workspace, tmp_path):
    workspace["i"] = np.random.default_rng(0).integers(0, 255, (32, 32), dtype=np.uint8)
    exported = workspace.export("i", tmp_path / "i.jpg")
    assert exported.dropped["i"] == ("exact values (lossy compression)",)


def test_the_coordinates_of_an_image_are_told_as_dropped(workspace, tmp_path):
    image = create_image("", np.zeros((4, 5)))
    image.set_uniform_coords(0.5, 0.5, 1.0, 1.0)
    workspace["i"] = image
    assert workspace.export("i", tmp_path / "i.tif").dropped["i"] == ("coordinates",)


def test_values_that_a_format_cannot_hold_are_refused_and_nothing_is_left(workspace, tmp_path):
    workspace.add({"a": np.zeros((4, 4), dtype=np.uint8), "b": np.full((4, 4), 0.5)})
    with pytest.raises(ExportError, match=r"'b'.*b.png.*Export it as .tif"):
        workspace.export(["a", "b"], tmp_path / "{name}.png")
    assert [*tmp_path.iterdir()] == []


def test_complex_values_are_not_written_as_something_else(workspace, tmp_path):
    workspace["c"] = np.array([1 + 1j, 2 - 1j])
    with pytest.raises(ExportError, match=r"\.h5sig"):
        workspace.export("c", tmp_path / "c.csv")


def test_an_exported_file_is_not_overwritten_unless_one_says_so(workspace, tmp_path):
    workspace["a"] = np.ones(3)
    workspace.export("a", tmp_path / "a.csv")
    workspace["a"] = np.zeros(3)
    with pytest.raises(FileTakenError, match="overwrite=True"):
        workspace.export("a", tmp_path / "a.csv")
    assert "1.0" in (tmp_path / "a.csv").read_text()
    workspace.export("a", tmp_path / "a.csv", overwrite=True)
    assert (tmp_path / "a.csv").read_text() == "X,Y\n0.0,0.0\n1.0,0.0\n2.0,0.0\n"


@pytest.mark.parametrize("name", ["a/b", "..", "../a", "x" * 400, "CON", 'q"<>|?*:', "信号\u202e"])
def test_any_name_makes_a_file_in_the_folder(workspace, tmp_path, name):
    workspace[name] = np.ones(3)
    (path,) = workspace.export(name, tmp_path / "{name}.npy")
    assert path.parent == tmp_path
    assert [*tmp_path.iterdir()] == [path]


def test_several_objects_are_numbered(workspace, tmp_path):
    workspace.add({"a/": np.ones(3), "a\\": np.ones(3)})
    exported = workspace.export("a*", tmp_path / "{number} {name}.npy")
    assert [path.name for path in exported] == ["1 a_.npy", "2 a_.npy"]


def test_two_objects_do_not_go_to_the_same_file(workspace, tmp_path):
    workspace.add({"a/": np.ones(3), "a\\": np.ones(3)})
    with pytest.raises(ExportError, match="same file"):
        workspace.export("a*", tmp_path / "{name}.npy")
    assert [*tmp_path.iterdir()] == []


def test_a_format_that_nothing_writes_is_an_error_with_those_that_there_are(workspace, tmp_path):
    workspace["a"] = np.ones(3)
    with pytest.raises(ExportError, match=r"There are .*\.csv.*\.npy"):
        workspace.export("a", tmp_path / "a.png")


def test_a_missing_folder_is_an_error(workspace, tmp_path):
    workspace["a"] = np.ones(3)
    with pytest.raises(MissingFileError, match="doesn't exist"):
        workspace.export("a", tmp_path / "out" / "a.csv")


def test_a_misspelt_name_is_an_error(workspace, tmp_path):
    workspace["sine"] = np.ones(3)
    with pytest.raises(ObjectNotFoundError, match="Did you mean 'sine'"):
        workspace.export("sin", tmp_path / "a.csv")
