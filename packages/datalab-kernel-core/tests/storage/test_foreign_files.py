"""What isn't a workspace, or is a malicious one: one clear error, quickly."""

import os
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from datalab_kernel import create_signal
from datalab_kernel.errors import FileFormatError
from datalab_kernel.storage import (
    Contents,
    StoredGroup,
    is_being_written,
    is_workspace_file,
    read_workspace,
    write_workspace,
)

OBJECT = "DataLab_Sig/gs001: g/s001: a"


@pytest.fixture
def workspace_file(tmp_path: Path) -> Path:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.metadata["dict"] = {"a": 1}
    path = tmp_path / "workspace.h5"
    write_workspace(path, Contents(signals=[StoredGroup(title="g", objects=[signal])]))
    return path


def refused(path: Path) -> str:
    """Return the reason for which a file is refused; it must take less than a second of the processor."""
    began = time.process_time()
    with pytest.raises(FileFormatError) as caught:
        read_workspace(path)
    assert time.process_time() - began < 1
    assert str(path) in str(caught.value)
    assert caught.value.path == str(path)
    return str(caught.value)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89HDF\r\n\x1a\n", bytes(10_000)])
def test_another_programs_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    path.write_bytes(content)
    assert not is_workspace_file(path)
    assert "not an HDF5 file" in refused(path)


def test_another_programs_hdf5_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["data"] = np.arange(3)
    assert not is_workspace_file(path)
    assert "another program" in refused(path)


def test_a_file_that_is_cut_is_refused_wherever_it_is_cut(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "r+"):
        pass  # which cuts off what lies behind the HDF5 data
    content = workspace_file.read_bytes()
    path = workspace_file.with_name("cut.h5")
    for length in range(0, len(content), len(content) // 40):
        path.write_bytes(content[:length])
        refused(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_workspace(tmp_path / "missing.h5")
    assert not is_workspace_file(tmp_path / "missing.h5")


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    assert "not a file" in refused(tmp_path)
    assert not is_workspace_file(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert "not a file" in refused(tmp_path / "pipe")
        assert not is_workspace_file(tmp_path / "pipe")


def test_a_file_that_another_program_is_writing_is_not_called_damaged(workspace_file: Path) -> None:
    code = "import sys, h5py; f = h5py.File(sys.argv[1], 'a'); print('open', flush=True); input()"
    command = [sys.executable, "-c", code, str(workspace_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == b"open\n"
        with pytest.raises(BlockingIOError, match="another program is writing it"):
            read_workspace(workspace_file)
        assert is_workspace_file(workspace_file)
        writer.communicate(b"\n")
    assert read_workspace(workspace_file).signals[0].title == "g"


def test_a_file_with_a_writers_mark_is_named_as_that(tmp_path: Path) -> None:
    path = tmp_path / "swmr.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["DataLab_Version"] = "1.3.0"
        file.swmr_mode = True
        code = (
            "import sys, pathlib; from datalab_kernel.storage import *\n"
            "path = pathlib.Path(sys.argv[1])\n"
            "print(is_being_written(path))\n"
            "try: read_workspace(path)\n"
            "except BlockingIOError as error: print(error)\n"
        )
        command = [sys.executable, "-c", code, str(path)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.startswith("True\n")
    assert "another program is writing it" in told
    assert "h5clear -s" in told
    assert not is_being_written(path)


def test_a_group_within_itself_is_refused(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "a") as file:
        group = file[OBJECT]["metadata/dict"]
        group["again"] = group
        group["and again"] = group
    assert "linked to twice" in refused(workspace_file)


def test_groups_that_double_at_each_level_are_refused(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "a") as file:
        group = file[OBJECT]["metadata/dict"]
        for _ in range(60):
            below = group.create_group("left")
            group["right"] = below
            group = below
    assert "linked to twice" in refused(workspace_file)


def test_groups_nested_without_end_are_refused(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "a") as file:
        file[OBJECT]["metadata"].create_group("/".join(["deep"] * 500))
    assert "nested deeper" in refused(workspace_file)


@pytest.mark.parametrize(
    "place", ["DataLab_Sig", "DataLab_Sig/gs001: g", OBJECT, f"{OBJECT}/metadata"]
)
@pytest.mark.parametrize("link", [h5py.SoftLink("/DataLab_Ima"), h5py.ExternalLink("x.h5", "/")])
def test_links_to_elsewhere_are_refused(workspace_file: Path, place: str, link: object) -> None:
    with h5py.File(workspace_file, "a") as file:
        file[place]["link"] = link
    assert "link to somewhere else" in refused(workspace_file)


def test_an_array_in_another_file_is_refused(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "a") as file:
        del file[OBJECT]["xydata"]
        file[OBJECT].create_dataset("xydata", (2, 4), "f8", external=[("/etc/passwd", 0, 64)])
    assert "another file" in refused(workspace_file)


def test_a_virtual_array_is_refused(workspace_file: Path) -> None:
    layout = h5py.VirtualLayout((2, 4), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "data", (2, 4))
    with h5py.File(workspace_file, "a") as file:
        del file[OBJECT]["xydata"]
        file[OBJECT].create_virtual_dataset("xydata", layout)
    assert "another file" in refused(workspace_file)


@pytest.mark.parametrize("options", [{}, {"chunks": (2, 1000)}, {"compression": "gzip"}])
def test_an_array_that_claims_to_be_enormous_is_refused(
    workspace_file: Path, options: dict
) -> None:
    with h5py.File(workspace_file, "a") as file:
        del file[OBJECT]["xydata"]
        file[OBJECT].create_dataset("xydata", (2, 10**12), "f8", **options)
    assert "can't be in a file" in refused(workspace_file)


def test_many_arrays_that_claim_the_same_bytes_are_refused(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "a") as file:
        group = file["DataLab_Sig/gs001: g"]
        group.create_dataset("big", data=np.zeros((2, 100_000)))
        for number in range(20):
            group.create_group(f"s{number + 10:03d}: copy")["xydata"] = group["big"]
        del group["big"]
    assert "can't be in a file" in refused(workspace_file)


@pytest.mark.parametrize(
    "data", [np.zeros(3), np.zeros((3, 4)), np.zeros((2, 3, 4)), [b"text"], [["a", "b"]], 5.0]
)
def test_a_signal_that_is_none_is_refused(workspace_file: Path, data: object) -> None:
    with h5py.File(workspace_file, "a") as file:
        del file[OBJECT]["xydata"]
        file[OBJECT]["xydata"] = data
    refused(workspace_file)


def test_compressed_arrays_are_read(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "a") as file:
        del file[OBJECT]["xydata"]
        file[OBJECT].create_dataset("xydata", data=np.zeros((2, 10_000)), compression="gzip")
    assert read_workspace(workspace_file).signals[0].objects[0].xydata.shape == (2, 10_000)


def test_attributes_of_odd_types_do_no_harm(workspace_file: Path) -> None:
    with h5py.File(workspace_file, "a") as file:
        attributes = file[OBJECT]["metadata"].attrs
        attributes["bytes"] = np.bytes_(b"abc")
        attributes["texts"] = ["a", "b"]
        attributes["numbers"] = np.arange(3)
        attributes["one"] = np.array([1.5])
        attributes["small"] = np.float32(0.5)
        attributes["empty"] = h5py.Empty("f8")
        file[OBJECT]["metadata"]["texts of length"] = np.array([b"a", b"bc"])
    metadata = read_workspace(workspace_file).signals[0].objects[0].metadata
    assert metadata["bytes"] == "abc"
    assert metadata["small"] == np.float32(0.5)
    assert metadata["numbers"].tolist() == [0, 1, 2]
    assert list(metadata["texts"]) == ["a", "b"]
    assert metadata["texts of length"].tolist() == ["a", "bc"]
