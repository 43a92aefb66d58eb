"""One object as bytes: all of it comes back, and what is damaged is said."""

import h5py
import pytest

from datalab_kernel.errors import FileFormatError, MetadataError
from datalab_kernel.storage import Contents, from_bytes, read_workspace, to_bytes
from datalab_kernel.testing import _samples, assert_same_object


@pytest.mark.parametrize("make", _samples.OBJECTS, ids=lambda make: make.__name__)
def test_an_object_comes_back_as_it_was(make):
    assert_same_object(from_bytes(to_bytes(make())), make())


def test_written_to_a_file_the_bytes_are_a_workspace(tmp_path):
    path = tmp_path / "one.h5"
    path.write_bytes(to_bytes(_samples.full_image("i")))
    contents = read_workspace(path)
    assert isinstance(contents, Contents)
    assert [obj.title for group in contents.images for obj in group.objects] == ["i"]


def test_what_cant_be_kept_is_refused():
    signal = _samples.full_signal()
    signal.metadata["x"] = object()
    with pytest.raises(MetadataError):
        to_bytes(signal)


@pytest.mark.parametrize("kept", [0, 100, 2000])
def test_bytes_that_end_early_are_no_object(kept):
    with pytest.raises(FileFormatError, match="an object's bytes"):
        from_bytes(to_bytes(_samples.full_signal())[:kept])


def test_bytes_of_another_file_are_no_object(tmp_path):
    with h5py.File(tmp_path / "theirs.h5", "w") as file:
        file["a"] = 1
    with pytest.raises(FileFormatError, match="another program"):
        from_bytes((tmp_path / "theirs.h5").read_bytes())
