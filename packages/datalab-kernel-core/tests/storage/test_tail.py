"""What lies behind the HDF5 data of a file says the same as HDF5, or isn't believed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.storage import (
    Contents,
    Extras,
    StoredGroup,
    _guarded_file,
    _tail,
    _tail_read,
    read_object,
    read_workspace,
    write_workspace,
)
from datalab_kernel.testing import _samples, assert_same_object

VALUE = "a value that a test looks for"


def contents_of(*objects: Any, extras: Extras | None = None) -> Contents:
    groups = [StoredGroup(title="g", objects=[obj]) for obj in objects]
    is_signal = hasattr(objects[0], "xydata")
    both = {"signals": groups} if is_signal else {"images": groups}
    return Contents(**both, extras=extras or Extras())


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    signal = create_signal("a", np.arange(99.0), np.arange(99.0))
    signal.metadata = {"text": VALUE, "numbers": np.arange(3)}
    write_workspace(tmp_path / "a.h5", contents_of(signal))
    return tmp_path / "a.h5"


def tail_of(path: Path) -> Contents | None:
    with _guarded_file.GuardedFile(path) as stream:
        return _tail_read.read_tail(stream)


def by_tail(path: Path, name: str) -> Any:
    with _guarded_file.GuardedFile(path) as stream:
        return _tail_read.read_one(stream, name)


def hdf5_bytes(path: Path) -> int:
    with h5py.File(path, "r+"):
        pass  # which cuts off what lies behind
    return path.stat().st_size


def metadata_in(path: Path) -> dict[str, Any]:
    (group,) = read_workspace(path).signals
    metadata: dict[str, Any] = group.objects[0].metadata
    return metadata


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_it_says_of_each_object_what_hdf5_says(make: Callable[[], Any], tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write_workspace(path, contents_of(make()))
    found = tail_of(path)
    assert found is not None
    hdf5_bytes(path)
    by_hdf5 = read_workspace(path)
    for one, other in zip(
        (*found.signals, *found.images), (*by_hdf5.signals, *by_hdf5.images), strict=True
    ):
        assert_same_object(one.objects[0], other.objects[0])


def damaged_at(content: bytes, place: int) -> tuple[bytes, bytes]:
    """Return a file with another byte at a place, and one that is cut off there."""
    changed = bytearray(content)
    changed[place] ^= 0x21
    return bytes(changed), content[:place]


def test_what_else_is_in_the_file_comes_with_it(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["DataLab_Version"] = "1.3.0"
        file["History/step"] = 3
    extras = read_workspace(tmp_path / "a.h5").extras
    write_workspace(tmp_path / "b.h5", contents_of(create_signal("a", [0.0], [1.0]), extras=extras))
    found = tail_of(tmp_path / "b.h5")
    assert found is not None
    assert found.extras


def test_a_byte_that_was_changed_in_place_counts(saved: Path) -> None:
    before, other = VALUE.encode(), VALUE.upper().encode()
    content = saved.read_bytes()
    assert content.count(before) == 2  # HDF5's, and behind it
    saved.write_bytes(content.replace(before, other, 1))
    assert metadata_in(saved)["text"] == VALUE.upper()


def test_what_a_program_changed_by_hdf5_counts(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        (group,) = file["DataLab_Sig"].values()
        (signal,) = group.values()
        signal["metadata"].attrs["text"] = "other"
        signal["xydata"][1, 0] = 7.0
    assert tail_of(saved) is None
    (group,) = read_workspace(saved).signals
    assert group.objects[0].metadata["text"] == "other"
    assert group.objects[0].y[0] == 7.0


def test_wherever_it_is_damaged_or_cut_the_same_is_read(saved: Path) -> None:
    content = saved.read_bytes()
    end = hdf5_bytes(saved)
    for place in range(end, len(content), 7):
        for damaged in damaged_at(content, place):
            saved.write_bytes(damaged)
            assert metadata_in(saved)["text"] == VALUE
        assert tail_of(saved) is None


def test_a_file_with_many_arrays_in_metadata_goes_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_tail, "_MOST_BYTES", 1000)
    signal = create_signal("a", [0.0], [1.0])
    signal.metadata["large"] = np.arange(1000)
    write_workspace(tmp_path / "a.h5", contents_of(signal))
    assert tail_of(tmp_path / "a.h5") is None
    np.testing.assert_array_equal(metadata_in(tmp_path / "a.h5")["large"], np.arange(1000))


def test_one_object_is_found_by_its_name_in_any_group(tmp_path: Path) -> None:
    signals = [create_signal(f"signal {number}", [0.0], [number]) for number in range(12)]
    groups = [
        StoredGroup(title="g", objects=signals[:5]),
        StoredGroup(title="g", objects=signals[5:]),
    ]
    images = [StoredGroup(title="images", objects=[create_image("signal", np.eye(3))])]
    path = tmp_path / "a.h5"
    write_workspace(path, Contents(signals=groups, images=images))
    for number in range(12):
        found = by_tail(path, f"signal {number}")
        assert found is not None
        assert (found[0].y[0], found[1]) == (number, "g" if number < 5 else "g (2)")
    found = by_tail(path, "signal")
    assert found is not None
    assert found[1] == "images"
    assert by_tail(path, "ignal 3") is None


def test_one_object_of_a_file_that_was_damaged_or_cut_is_read_by_hdf5(saved: Path) -> None:
    content = saved.read_bytes()
    end = hdf5_bytes(saved)
    for place in range(end, len(content), 7):
        for damaged in damaged_at(content, place):
            saved.write_bytes(damaged)
            found = read_object(saved, "a")
            assert found is not None
            assert found.obj.metadata["text"] == VALUE


def test_one_object_that_a_program_changed_by_hdf5_is_as_that_left_it(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        (group,) = file["DataLab_Sig"].values()
        (signal,) = group.values()
        signal["metadata"].attrs["text"] = VALUE.upper()  # of the same length
    found = read_object(saved, "a")
    assert found is not None
    assert found.obj.metadata["text"] == VALUE.upper()
