"""ESRF's EDF files, written by fabio."""

import numpy as np
import pytest

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._esrf import ESRF_EDF

edfimage = pytest.importorskip("fabio.edfimage")
PIXELS = np.arange(6, dtype="u2").reshape(2, 3)


def write(path, *frames, **header):
    image = edfimage.EdfImage(data=frames[0], header=dict(header))
    for frame in frames[1:]:
        image.append_frame(data=frame, header=dict(header))
    image.write(str(path))
    return path


class TestEsrf(ReaderContract):
    reader = ESRF_EDF

    @pytest.fixture(autouse=True)
    def written(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("edf")
        self.content = write(folder / "a.edf", PIXELS, PIXELS + 10).read_bytes()

    def samples(self):
        return [SampleFile(name="a.edf", content=self.content, arrays=(PIXELS, PIXELS + 10))]


def test_the_size_of_a_pixel_and_the_header_are_kept(tmp_path, read):
    path = write(tmp_path / "a.edf", PIXELS, PSize_1="5e-05", PSize_2="1e-04", Title="beam")
    (obj,) = read(ESRF_EDF, path)
    assert (obj.dx, obj.dy, obj.xunit) == (5e-05, 1e-04, "m")
    assert obj.metadata["Title"] == "beam"


def test_frames_are_numbered(tmp_path, read):
    found = read(ESRF_EDF, write(tmp_path / "a.edf", PIXELS, PIXELS + 1))
    assert [obj.title for obj in found] == ["a T0", "a T1"]
    assert found[1].metadata["frame"] == {"T": 1}
