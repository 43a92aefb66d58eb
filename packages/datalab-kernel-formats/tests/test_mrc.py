"""MRC files, written by mrcfile."""

import numpy as np
import pytest

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._mrc import MRC

mrcfile = pytest.importorskip("mrcfile")
SECTIONS = np.arange(12, dtype="f4").reshape(2, 2, 3)


def write(path, data, voxel=None, is_volume=False, start=0):
    with mrcfile.new(path) as file:
        file.set_data(data)
        if voxel:
            file.voxel_size = voxel
        if is_volume:
            file.set_volume()
        else:
            file.set_image_stack()
        file.nstart = start
    return path


class TestMrc(ReaderContract):
    reader = MRC

    @pytest.fixture(autouse=True)
    def written(self, tmp_path_factory):
        self.content = write(tmp_path_factory.mktemp("mrc") / "a.mrc", SECTIONS).read_bytes()

    def samples(self):
        return [SampleFile(name="a.mrc", content=self.content, arrays=tuple(SECTIONS))]


def test_pixels_are_in_angstrom(tmp_path, read):
    path = write(
        tmp_path / "a.mrc", SECTIONS, voxel=(2.5, 1.25, 4.0), is_volume=True, start=(-2, 0, 3)
    )
    first, second = read(MRC, path)
    assert (first.dx, first.dy, first.xunit, first.yunit) == (2.5, 1.25, "Å", "Å")
    assert (first.x0, first.y0) == (-5.0, 0.0)
    assert (second.title, second.metadata["z"], second.metadata["frame"]) == (
        "a Z1",
        16.0,
        {"Z": 1},
    )


def test_without_a_voxel_size_pixels_are_counted(tmp_path, read):
    obj = read(MRC, write(tmp_path / "a.mrc", SECTIONS))[0]
    assert (obj.dx, obj.xunit) == (1.0, "")
