"""Viewers of NeXus files find each object with its axes and units, and nothing is copied for them."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.storage import Contents, StoredGroup, read_workspace, write_workspace

X = np.array([0.0, 0.5, 2.0])
PIXELS = np.arange(6.0).reshape(2, 3)


def signal() -> Any:
    return create_signal("a/b", X, X**2, units=("s", "V"), labels=("Time", "Voltage"))


def image() -> Any:
    made = create_image("i", PIXELS, units=("mm", "µm", "cd"), labels=("Width", "", ""))
    made.set_uniform_coords(0.5, 2.0, 10.0, -1.0)
    return made


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "a.h5"
    groups = StoredGroup(title="g", objects=[signal()]), StoredGroup(title="g", objects=[image()])
    write_workspace(path, Contents(signals=[groups[0]], images=[groups[1]]), nexus=True)
    return path


def attributes(path: Path, name: str) -> dict[str, Any]:
    with h5py.File(path) as file:
        return dict(file[name].attrs)


def test_a_signal_is_a_curve_with_axes_and_units(saved: Path) -> None:
    found = attributes(saved, "entry/a_b")
    assert found == {"NX_class": "NXdata", "signal": "y", "axes": "x", "title": "a/b"}
    assert attributes(saved, "entry/a_b/x") == {"units": "s", "long_name": "Time (s)"}
    assert attributes(saved, "entry/a_b/y") == {"units": "V", "long_name": "Voltage (V)"}
    with h5py.File(saved) as file:
        np.testing.assert_array_equal(file["entry/a_b/x"], X)
        np.testing.assert_array_equal(file["entry/a_b/y"], X**2)


def test_an_image_has_its_coordinates(saved: Path) -> None:
    with h5py.File(saved) as file:
        group = file["entry/i"]
        assert (group.attrs["signal"], [*group.attrs["axes"]]) == ("data", ["y", "x"])
        np.testing.assert_array_equal(group["data"], PIXELS)
        np.testing.assert_array_equal(group["x"], [10, 10.5, 11])
        np.testing.assert_array_equal(group["y"], [-1, 1])
        assert dict(group["x"].attrs) == {"units": "mm", "long_name": "Width (mm)"}
        assert group["y"].attrs["units"] == "µm"


def test_uneven_coordinates_are_the_axes(tmp_path: Path) -> None:
    made = image()
    made.set_coords(X, np.array([0.0, 1.0]))
    write_workspace(
        tmp_path / "a.h5", Contents(images=[StoredGroup(title="", objects=[made])]), nexus=True
    )
    with h5py.File(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["entry/i/x"], X)


def test_error_bars_are_errors(tmp_path: Path) -> None:
    made = signal()
    made.set_xydata(X, X**2, X * 0.1, X * 0.2)
    write_workspace(
        tmp_path / "a.h5", Contents(signals=[StoredGroup(title="", objects=[made])]), nexus=True
    )
    with h5py.File(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["entry/a_b/x_errors"], X * 0.1)
        np.testing.assert_array_equal(file["entry/a_b/y_errors"], X * 0.2)


def test_the_file_says_what_to_draw_first(saved: Path) -> None:
    assert attributes(saved, "/") == {"NX_class": "NXroot", "default": "entry"}
    assert attributes(saved, "entry")["default"] == "a_b"


def test_no_data_is_copied(saved: Path) -> None:
    with h5py.File(saved) as file:
        for name in ("entry/a_b/x", "entry/a_b/y", "entry/i/data"):
            assert file[name].is_virtual
            assert file[name].virtual_sources()[0].file_name == "."


def test_objects_of_one_name_are_all_there(tmp_path: Path) -> None:
    objects = [signal(), signal()]
    write_workspace(
        tmp_path / "a.h5", Contents(signals=[StoredGroup(title="", objects=objects)]), nexus=True
    )
    with h5py.File(tmp_path / "a.h5") as file:
        assert [*file["entry"]] == ["a_b", "a_b (2)"]


def test_an_object_without_points_is_left_out(tmp_path: Path) -> None:
    objects = [create_signal("none", [], []), signal()]
    write_workspace(
        tmp_path / "a.h5", Contents(signals=[StoredGroup(title="", objects=objects)]), nexus=True
    )
    with h5py.File(tmp_path / "a.h5") as file:
        assert [*file["entry"]] == ["a_b"]


def test_what_is_for_viewers_is_no_part_of_the_workspace(saved: Path) -> None:
    contents = read_workspace(saved)
    assert not contents.extras
    assert [obj.title for obj in contents.signals[0].objects] == ["a/b"]


def test_an_entry_of_somebody_else_is_kept_beside_it(saved: Path, tmp_path: Path) -> None:
    with h5py.File(saved, "a") as file:
        del file["entry"]
        file["entry/theirs"] = 1
    write_workspace(tmp_path / "b.h5", read_workspace(saved), nexus=True)
    assert attributes(tmp_path / "b.h5", "/")["default"] == "entry"  # as it was
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["entry/theirs"][()] == 1
        assert [*file["entry (2)"]] == ["a_b", "i"]
    again = read_workspace(tmp_path / "b.h5").extras
    write_workspace(tmp_path / "c.h5", Contents(extras=again))
    with h5py.File(tmp_path / "c.h5") as file:
        assert "entry (2)" not in file


def test_without_being_asked_only_images_are_drawn(tmp_path: Path) -> None:
    groups = StoredGroup(title="g", objects=[signal()]), StoredGroup(title="g", objects=[image()])
    write_workspace(tmp_path / "a.h5", Contents(signals=[groups[0]], images=[groups[1]]))
    found = attributes(tmp_path / "a.h5", "DataLab_Ima/gi001: g/i001: i")
    assert (found["NX_class"], found["signal"]) == ("NXdata", "data")
    with h5py.File(tmp_path / "a.h5") as file:
        assert "entry" not in file
