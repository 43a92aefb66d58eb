"""Axon's ABF files, written by pyABF's writer."""

import numpy as np
import pytest

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._abf import ABF

abf_writer = pytest.importorskip("pyabf.abfWriter")
SWEEPS = np.tile([[0.0, 1.0, -2.0, 4.0], [8.0, 0.0, 0.0, 1.0]], 500)


def write(path, sweeps=SWEEPS):
    abf_writer.writeABF1(sweeps, str(path), sampleRateHz=1000, units="pA")
    return path


class TestAbf(ReaderContract):
    reader = ABF

    @pytest.fixture(autouse=True)
    def written(self, tmp_path_factory, read):
        path = write(tmp_path_factory.mktemp("abf") / "a.abf")
        self.content = path.read_bytes()
        self.arrays = tuple(obj.xydata for obj in read(ABF, path))

    def samples(self):
        return [SampleFile(name="a.abf", content=self.content, arrays=self.arrays)]


def test_each_sweep_is_over_seconds_in_its_unit(tmp_path, read):
    first, second = read(ABF, write(tmp_path / "a.abf"))
    assert (first.title, second.title) == ("a sweep 0", "a sweep 1")
    assert first.x[:4].tolist() == [0.0, 0.001, 0.002, 0.003]
    assert (first.xunit, first.yunit) == ("s", "pA")
    np.testing.assert_allclose([first.y, second.y], SWEEPS, atol=0.001)  # of 16 bits
    assert second.metadata["frame"] == {"T": 1}
