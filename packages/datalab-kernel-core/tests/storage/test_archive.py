"""Archives: workspaces' files where there is no HDF5. The tests of round trips run on them too."""

import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.errors import FileFormatError, MissingPackageError
from datalab_kernel.platform import Platform
from datalab_kernel.storage import (
    Contents,
    StoredGroup,
    is_workspace_file,
    read_workspace,
    write_workspace,
)
from datalab_kernel.testing import differences


@pytest.fixture
def contents() -> Contents:
    signal = create_signal("ramp", np.arange(50.0), np.arange(50.0) ** 2)
    signal.metadata["gain"] = 2.5
    image = create_image("noise", np.random.default_rng(0).integers(0, 9, (7, 5), "uint16"))
    return Contents(
        signals=[StoredGroup(title="first", objects=[signal]), StoredGroup(title="", objects=[])],
        images=[StoredGroup(title="pictures", objects=[image])],
    )


def read_back(path: Path) -> list[Any]:
    found = read_workspace(path)
    return [
        (group.title, obj)
        for group in (*found.signals, *found.images)
        for obj in group.objects or [None]
    ]


def test_groups_and_their_order_are_kept(tmp_path: Path, contents: Contents) -> None:
    path = tmp_path / "a.npz"
    write_workspace(path, contents)
    assert is_workspace_file(path)
    assert [title for title, _ in read_back(path)] == ["first", "", "pictures"]


def test_numpy_reads_the_arrays(tmp_path: Path, contents: Contents) -> None:
    path = tmp_path / "a.npz"
    write_workspace(path, contents)
    with np.load(path, allow_pickle=False) as arrays:
        found = [arrays[name] for name in arrays.files if name.startswith("arrays/")]
    assert {(array.shape, array.dtype.str) for array in found if array.size} == {
        ((2, 50), "<f8"),
        ((7, 5), "<u2"),
    }


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("workspace.json", '{"format": "datalab-kernel workspace", "version": 2}')
    with pytest.raises(FileFormatError, match="it is of version 2, this reads 1"):
        read_workspace(path)


def test_a_damaged_archive_is_refused_or_read_as_it_was(tmp_path: Path, contents: Contents) -> None:
    path = tmp_path / "a.npz"
    write_workspace(path, contents)
    whole, expected = path.read_bytes(), read_back(path)
    rng = random.Random(20)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        if rng.random() < 0.3:
            del data[rng.randrange(70, len(data)) :]
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(64, len(data))] = rng.randrange(256)
        path.write_bytes(data)
        try:
            found = read_back(path)
        except FileFormatError:
            refused += 1
            continue
        assert [title for title, _ in found] == [title for title, _ in expected]
        for (_, obj), (_, before) in zip(found, expected, strict=True):
            assert obj is before is None or differences(obj, before) == []
    assert refused > 200


def test_where_hdf5_is_missing_the_archive_is_named(
    tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_workspace(tmp_path / "old.h5", contents)
    monkeypatch.setattr(Platform, "has_hdf5", property(lambda _: False))
    for use in (
        lambda: write_workspace(tmp_path / "a.h5", contents),
        lambda: read_workspace(tmp_path / "old.h5"),
    ):
        with pytest.raises(MissingPackageError, match=r"save\('analysis\.npz'\) keeps everything"):
            use()
    assert not (tmp_path / "a.h5").exists()
    write_workspace(tmp_path / "a.npz", contents)
    assert len(read_back(tmp_path / "a.npz")) == 3
    assert is_workspace_file(tmp_path / "a.npz")
