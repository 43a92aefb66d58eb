"""A file is replaced whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from datalab_kernel.storage._atomic import replacing


def save(path: Path, content: bytes = b"new") -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def test_a_new_file_is_made(tmp_path: Path) -> None:
    save(tmp_path / "a.h5")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("a.h5", b"new")]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), OSError(28, "full")])
def test_a_failure_leaves_the_old_file_alone(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), replacing(path) as temporary:
        temporary.write_bytes(b"half")
        raise error
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("a.h5", b"old")]


def test_a_full_disk_is_said_with_the_file_and_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with pytest.raises(OSError, match="No space left on device") as caught, replacing(path):
        raise OSError(errno.ENOSPC, "hdf5's own long text")
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(path)


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
def test_permissions_of_the_old_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    path.write_bytes(b"old")
    path.chmod(0o640)
    save(path)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege on Windows")
def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "a.h5", tmp_path / "link.h5"
    target.write_bytes(b"old")
    link.symlink_to(target)
    save(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert [entry.name for entry in target.parent.iterdir()] == ["a.h5"]


def test_the_temporary_file_is_hidden_and_names_its_process(tmp_path: Path) -> None:
    with replacing(tmp_path / ("n" * 250 + ".h5")) as temporary:
        temporary.write_bytes(b"new")
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".nnn")
        assert f".{os.getpid()}-" in temporary.name
        assert temporary.suffix == ".tmp"
