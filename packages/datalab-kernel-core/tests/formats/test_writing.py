"""What was written is read back and compared: a wrong value is an error, and nothing is held twice."""

import tracemalloc

import numpy as np
import pytest

from datalab_kernel import create_image
from datalab_kernel.errors import ExportError
from datalab_kernel.formats import _writing, write_file

PIXELS = np.arange(600 * 700, dtype="u2").reshape(600, 700)


def damaged(monkeypatch, change):
    """Have a writer that writes something else than it was given."""
    write = _writing._write

    def write_wrongly(path, obj, kind):
        write(path, obj, kind)
        path.write_bytes(change(path.read_bytes()))

    monkeypatch.setattr(_writing, "_write", write_wrongly)


def flipped(data, place):
    """Change one bit."""
    content = bytearray(data)
    content[place] ^= 1
    return bytes(content)


@pytest.mark.parametrize("place", [-1, -300_000, -PIXELS.nbytes], ids=["last", "between", "first"])
def test_one_wrong_bit_in_an_exported_tiff_is_an_error(tmp_path, monkeypatch, place):
    damaged(monkeypatch, lambda data: flipped(data, place))
    path = tmp_path / "a.tif"
    with pytest.raises(ExportError, match="would be changed"):
        write_file(path, create_image("a", PIXELS), "image", path)


def test_an_exported_tiff_without_its_end_is_an_error(tmp_path, monkeypatch):
    damaged(monkeypatch, lambda data: data[:-1])
    path = tmp_path / "a.tif"
    with pytest.raises(ExportError, match=r"a\.tif"):
        write_file(path, create_image("a", PIXELS), "image", path)


@pytest.mark.parametrize("dtype", ["u1", "i4", "f4", "f8"])
def test_what_an_exported_tiff_does_not_keep_is_said(tmp_path, dtype):
    image = create_image("a", PIXELS.astype(dtype), units=("mm", "mm", ""))
    image.x0 = 2.0
    path = tmp_path / "a.tif"
    assert write_file(path, image, "image", path) == ("units", "coordinates")


def test_an_image_is_not_held_twice_while_it_is_exported(tmp_path):
    image = create_image("a", np.ones((2000, 1000)))
    path = tmp_path / "a.tif"
    write_file(path, image, "image", path)
    tracemalloc.start()
    write_file(path, image, "image", path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.1 * image.data.nbytes
