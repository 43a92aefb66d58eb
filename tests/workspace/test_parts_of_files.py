"""What a file holds is shown without loading it, and objects are loaded by name without the others."""

import h5py
import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.errors import (
    FileFormatError,
    MissingFileError,
    NameTakenError,
    ObjectNotFoundError,
    ParameterError,
)


@pytest.fixture
def file(tmp_path):
    workspace = Workspace("standalone")
    workspace.add({"s1": np.arange(3.0), "s2": np.arange(4.0)}, group="scans")
    workspace.add("beam", np.eye(4, dtype=np.uint32), group="camera")
    with workspace.edit("s1") as signal:
        signal.xunit, signal.yunit = "s", "V"
    return workspace.save(tmp_path / "analysis.h5")


@pytest.fixture
def workspace():
    return Workspace("standalone")


def test_contents_say_what_a_file_holds_and_load_nothing(workspace, file):
    contents = workspace.contents(file.with_suffix(""))
    assert contents.names == ["s1", "s2", "beam"]
    beam, first = contents["beam"], contents[0]
    assert (beam.kind, beam.shape, beam.dtype, beam.group) == ("image", (4, 4), "uint32", "camera")
    assert (first.units, first.size_bytes) == (("s", "V"), 48)
    assert contents.size_bytes == 48 + 64 + 64
    assert workspace.list() == []


def test_contents_are_shown_as_a_table_and_complete_names(workspace, file):
    contents = workspace.contents(file)
    assert repr(contents).splitlines()[0] == "analysis.h5: 3 objects, 176 B"
    assert "4 \N{MULTIPLICATION SIGN} 4" in contents._repr_html_()
    assert "camera" in contents._repr_html_()
    assert contents._ipython_key_completions_() == ["s1", "s2", "beam"]
    with pytest.raises(ObjectNotFoundError, match="not found in the file.*Did you mean 'beam'"):
        contents["beem"]


def test_contents_of_many_objects_show_the_first(workspace, tmp_path):
    workspace.add({f"s{number}": np.ones(2) for number in range(60)})
    contents = workspace.contents(workspace.save(tmp_path / "many.h5"))
    assert "and 10 more" in repr(contents)
    assert "and 10 more" in contents._repr_html_()


def test_contents_of_an_archive_are_the_same(workspace, file, tmp_path):
    workspace.load(file)
    archive = workspace.save(tmp_path / "analysis.npz")
    assert [*workspace.contents(archive)] == [*workspace.contents(file)]


def test_contents_of_another_file_are_a_clear_error(workspace, file, tmp_path):
    (tmp_path / "scan.csv").write_text("x,y\n1,2\n3,4\n")
    with pytest.raises(FileFormatError, match=r"workspace\.load"):
        workspace.contents(tmp_path / "scan.csv")
    with pytest.raises(MissingFileError, match=r"analysis\.h5"):
        workspace.contents(tmp_path / "analisys.h5")
    file.with_name("other.h5").write_bytes(file.read_bytes())
    with pytest.raises(ParameterError, match="one file"):
        workspace.contents(tmp_path / "*.h5")


@pytest.mark.parametrize("suffix", [".h5", ".npz"])
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("s2", ["s2"]),
        (["beam", "s1"], ["s1", "beam"]),
        ("s*", ["s1", "s2"]),
        (["beam", "*"], ["s1", "s2", "beam"]),
        ([], []),
    ],
)
def test_chosen_objects_are_those_of_the_whole(workspace, file, names, expected, suffix):
    whole = Workspace("standalone")
    whole.load(file)
    path = whole.save(file.with_suffix(suffix))
    assert workspace.load(path, names=names) == expected
    assert workspace.list() == expected
    for name in expected:
        known = whole._backend.describe()[name]
        assert workspace._backend.describe()[name] == known
        assert (workspace[name].xunit, workspace[name].title) == (whole[name].xunit, name)


def test_a_name_that_no_file_has_changes_nothing(workspace, file):
    with pytest.raises(ObjectNotFoundError, match=r"'s3' not found in the file"):
        workspace.load(file, names=["s1", "s3"])
    assert workspace.list() == []


def test_a_title_that_another_program_changed_in_place_is_found(workspace, file):
    with h5py.File(file, "r+") as opened:
        opened["DataLab_Sig/gs001: scans/s002: s2"].attrs["title"] = "second"
    assert workspace.load(file, names="second") == ["second"]
    assert workspace["second"].y.size == 4


@pytest.mark.usefixtures("file")
def test_names_are_chosen_of_several_files(workspace, tmp_path):
    other = Workspace("standalone")
    other.add({"s1": np.zeros(2), "only here": np.ones(2)})
    other.save(tmp_path / "other.h5")
    (tmp_path / "scan.h5.csv").write_text("x,y\n1,2\n3,4\n")
    with pytest.raises(NameTakenError, match="another of these files"):
        workspace.load(tmp_path / "*.h5*", names="s1")
    assert workspace.load(tmp_path / "*.h5*", names=["only here", "s2", "scan*"]) == [
        "s2",
        "only here",
        "scan.h5",
    ]
    assert workspace.load(tmp_path / "*.h5", names="s1", overwrite=True) == ["s1", "s1"]
    assert workspace["s1"].y.tolist() == [0.0, 0.0]


def test_choosing_brings_no_other_groups(workspace, file):
    workspace.load(file, names="s2")
    assert workspace.list(group="scans") == ["s2"]
    assert workspace._backend.groups("image") == []


def test_several_files_are_loaded_at_once_or_none(file, tmp_path):
    more = Workspace("standalone")
    more["s3"] = np.arange(3.0)
    other = more.save(tmp_path / "more.h5")
    with pytest.raises(MissingFileError):
        Workspace("standalone").load([file, tmp_path / "missing.h5"])
    target = Workspace("standalone")
    assert target.load([other, str(file)[:-3], tmp_path / "m*.h5"]) == ["s3", "s1", "s2", "beam"]
    assert Workspace("standalone").load([file, other], names=["s1", "s3"]) == ["s1", "s3"]
