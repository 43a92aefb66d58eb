"""What a file holds besides objects is kept, and two files' are brought together."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest

from datalab_kernel.storage import Contents, Extras, read_workspace, write_workspace
from datalab_kernel.storage._extras import extras_of


def file_with(path: Path, macros: dict[str, str], history: Sequence[str] = ()) -> Path:
    """Write a workspace with macros and history as DataLab does."""
    write_workspace(path, Contents())
    with h5py.File(path, "a") as file:
        for name, code in macros.items():
            file.require_group(f"DataLab_Mac/{name}").attrs["contents"] = code
        if history:
            group = file.create_group("DataLab_His")
            group.attrs["IDs"] = [entry.encode() for entry in history]
            for entry in history:
                group.create_group(entry).attrs["title"] = f"entry {entry}"
    return path


def extras_in(path: Path) -> Extras:
    with h5py.File(path) as file:
        return Extras(extras_of(file))


def saved(path: Path, extras: Extras) -> dict[str, object]:
    """Save extras and return what the file then holds, by its place."""
    write_workspace(path, Contents(extras=extras))
    found: dict[str, object] = {}
    with h5py.File(path) as file:
        found.update({f"@{key}": value for key, value in file.attrs.items()})

        def visit(name: str, member: h5py.Group | h5py.Dataset) -> None:
            if isinstance(member, h5py.Dataset):
                found[name] = member[()]
            found.update({f"{name}@{key}": value for key, value in member.attrs.items()})

        file.visititems(visit)
    found.pop("DataLab_Version")
    return found


def test_virtual_datasets_of_the_file_itself_keep_their_values(tmp_path: Path) -> None:
    path = file_with(tmp_path / "a.h5", {})
    with h5py.File(path, "a", libver=("v108", "v110")) as file:
        file["DataLab_Sig/raw"] = np.arange(6.0).reshape(2, 3)
        layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
        layout[:] = h5py.VirtualSource(".", "DataLab_Sig/raw", shape=(2, 3))[1, :]
        group = file.create_group("theirs")
        group.attrs["NX_class"] = "NXdata"
        group.create_virtual_dataset("y", layout).attrs["units"] = "V"
        group["other"] = 7
    extras = extras_in(path)
    path.unlink()
    found = saved(tmp_path / "b.h5", extras)
    np.testing.assert_array_equal(found["theirs/y"], [3, 4, 5])
    assert found["theirs@NX_class"] == "NXdata"
    assert found["theirs/y@units"] == "V"
    assert found["theirs/other"] == 7


def test_a_virtual_dataset_of_another_file_can_be_saved_again(tmp_path: Path) -> None:
    path = file_with(tmp_path / "a.h5", {})
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["y"] = np.arange(3.0)
    with h5py.File(path, "a", libver=("v108", "v110")) as file:
        layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
        layout[:] = h5py.VirtualSource("data.h5", "y", shape=(3,))
        file.create_virtual_dataset("theirs/y", layout)
    found = saved(tmp_path / "b.h5", extras_in(path))
    np.testing.assert_array_equal(found["theirs/y"], [0, 1, 2])


def test_a_file_without_any_has_none(tmp_path: Path) -> None:
    extras = read_workspace(file_with(tmp_path / "a.h5", {})).extras
    assert not extras
    assert extras == Extras()


def test_macros_and_history_survive(tmp_path: Path) -> None:
    path = file_with(tmp_path / "a.h5", {"m001: first": "print('é')"}, ["x", "y"])
    extras = read_workspace(path).extras
    path.unlink()
    found = saved(tmp_path / "b.h5", extras)
    assert found.pop("DataLab_His@IDs").tolist() == ["x", "y"]
    assert found == {
        "DataLab_Mac/m001: first@contents": "print('é')",
        "DataLab_His/x@title": "entry x",
        "DataLab_His/y@title": "entry y",
    }


def test_what_nobody_knows_survives(tmp_path: Path) -> None:
    path = file_with(tmp_path / "a.h5", {})
    with h5py.File(path, "a") as file:
        file.attrs["written by"] = "somebody"
        file["notes"] = np.arange(3)
        file["notes"].attrs["unit"] = "V"
    found = saved(tmp_path / "b.h5", read_workspace(path).extras)
    assert found.pop("notes").tolist() == [0, 1, 2]
    assert found == {"@written by": "somebody", "notes@unit": "V"}


@pytest.fixture
def merged(tmp_path: Path) -> dict[str, object]:
    first = file_with(tmp_path / "1.h5", {"m001: same": "1", "m002: other": "2"}, ["x", "y"])
    second = file_with(tmp_path / "2.h5", {"m001: same": "1", "m002: other": "3"}, ["y", "z"])
    extras = read_workspace(first).extras.merged_with(read_workspace(second).extras)
    return saved(tmp_path / "both.h5", extras)


def test_macros_of_both_files_are_kept_and_not_doubled(merged: dict[str, object]) -> None:
    assert {key: value for key, value in merged.items() if "Mac" in key} == {
        "DataLab_Mac/m001: same@contents": "1",
        "DataLab_Mac/m002: other@contents": "2",
        "DataLab_Mac/m002: other (2)@contents": "3",
    }


def test_histories_are_brought_together(merged: dict[str, object]) -> None:
    assert merged["DataLab_His@IDs"].tolist() == ["x", "y", "z"]
    assert {key for key in merged if key.endswith("@title")} == {
        f"DataLab_His/{entry}@title" for entry in "xyz"
    }


def test_merging_again_adds_nothing(tmp_path: Path) -> None:
    extras = read_workspace(file_with(tmp_path / "1.h5", {"m001: a": "1"})).extras
    other = read_workspace(file_with(tmp_path / "2.h5", {"m001: a": "2"})).extras
    once = extras.merged_with(other)
    assert saved(tmp_path / "a.h5", once) == saved(tmp_path / "b.h5", once.merged_with(other))


def test_nothing_merged_with_something_is_that(tmp_path: Path) -> None:
    extras = read_workspace(file_with(tmp_path / "1.h5", {"m001: a": "1"})).extras
    assert Extras().merged_with(extras) is extras
    assert extras.merged_with(Extras()) is extras
