"""What people are told to install."""

from __future__ import annotations

import pickle
import sys

import pytest

from datalab_kernel.errors import FileFormatError, MissingPackageError
from datalab_kernel.errors._missing_packages import import_failure, missing_package
from datalab_kernel.formats import read_file, read_options


@pytest.fixture(autouse=True)
def prefix(tmp_path, monkeypatch):
    """Let no test see whether it runs in a conda environment."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def test_the_package_is_named_as_pip_knows_it() -> None:
    error = missing_package("blob_opencv", "cv2", "Nothing was changed. ")
    assert str(error) == (
        "blob_opencv needs the package opencv-python-headless, which isn't installed here. "
        "Nothing was changed. Install it with: %pip install opencv-python-headless"
    )
    again = pickle.loads(pickle.dumps(error))
    assert (again.package, again.command) == (error.package, error.command)


def test_in_a_conda_environment_conda_installs_it(prefix) -> None:
    (prefix / "conda-meta").mkdir()
    error = missing_package("blob_opencv", "cv2")
    assert error.command == "%conda install -c conda-forge py-opencv"


@pytest.mark.parametrize(
    ("error", "is_missing"),
    [
        (ModuleNotFoundError("No module named 'nowhere_4'", name="nowhere_4.deep"), True),
        (ModuleNotFoundError("No module named 'json.x'", name="json.x"), False),
        (ImportError("libGL.so.1: cannot open shared object file"), False),
        (ImportError("cannot import name 'x' from 'nowhere_4'", name="nowhere_4"), False),
    ],
)
def test_a_package_that_is_there_and_fails_is_no_missing_one(error, is_missing) -> None:
    assert (import_failure("f", error) is not None) is is_missing


def test_a_file_whose_reader_is_missing_says_what_to_install(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pydicom", None)
    file = tmp_path / "scan.dcm"
    file.write_bytes(bytes(128) + b"DICM")
    with pytest.raises(MissingPackageError) as caught:
        read_file(file, read_options(None))
    assert str(caught.value) == (
        f"Loading {str(file)!r} needs the package pydicom, which isn't installed here. "
        "Install it with: %pip install pydicom"
    )
    assert isinstance(caught.value, ImportError)


def test_the_file_can_be_read_once_the_package_is_there(tmp_path, monkeypatch) -> None:
    pytest.importorskip("pydicom")
    file = tmp_path / "scan.dcm"
    file.write_bytes(bytes(128) + b"DICM")
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "pydicom", None)
        with pytest.raises(MissingPackageError):
            read_file(file, read_options(None))
    with pytest.raises(FileFormatError, match="there is no image in it"):
        read_file(file, read_options(None))
