"""Digital Surf's surfaces, written by surfalize."""

import warnings

import numpy as np
import pytest

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._digital_surf import DIGITAL_SURF

surfalize = pytest.importorskip("surfalize")
HEIGHTS = np.array([[0.0, 1.0, 2.0], [4.0, 8.0, -1.0]])


def write(path):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The surface has different pixel size")
        surfalize.Surface(HEIGHTS, 0.1, 0.25).save(path)
    return path


class TestDigitalSurf(ReaderContract):
    reader = DIGITAL_SURF

    @pytest.fixture(autouse=True)
    def written(self, tmp_path_factory, read):
        path = write(tmp_path_factory.mktemp("sur") / "a.sur")
        self.content = path.read_bytes()
        self.arrays = tuple(obj.data for obj in read(DIGITAL_SURF, path))

    def samples(self):
        return [SampleFile(name="a.sur", content=self.content, arrays=self.arrays)]


def test_heights_and_lengths_are_in_micrometres(tmp_path, read):
    (obj,) = read(DIGITAL_SURF, write(tmp_path / "a.sur"))
    assert (obj.dx, obj.dy, obj.xunit, obj.zunit) == (0.1, 0.25, "µm", "µm")
    np.testing.assert_allclose(obj.data, HEIGHTS, atol=1e-6)
