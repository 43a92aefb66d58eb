"""SigMF recordings, written by sigmf."""

import os
import random

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._sigmf import SIGMF

sigmf = pytest.importorskip("sigmf")
IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"


def write(folder, samples=(1 + 2j, -0.5j), datatype="cf32_le", dtype="c8", **said):
    data = folder / "r.sigmf-data"
    np.asarray(samples, dtype).tofile(data)
    about = {"core:datatype": datatype, "core:sample_rate": 4.0, **said}
    meta = sigmf.SigMFFile(data_file=str(data), global_info=about)
    meta.add_capture(0, metadata={"core:frequency": 915e6})
    meta.tofile(str(folder / "r.sigmf-meta"))
    return folder / "r.sigmf-meta"


class TestSigmf(ReaderContract):
    reader = SIGMF

    @pytest.fixture(autouse=True)
    def samples_beside(self, tmp_path):
        self.description = write(tmp_path).read_bytes()
        sigmf.SigMFArchive(sigmf.fromfile(tmp_path / "r.sigmf-meta"), str(tmp_path / "all.sigmf"))
        self.archive = (tmp_path / "all.sigmf").read_bytes()

    def samples(self):
        arrays = ([[0.0, 0.25], [1 + 2j, -0.5j]],)
        return [
            SampleFile(name="r.sigmf-meta", content=self.description, arrays=arrays),
            SampleFile(name="all.sigmf", content=self.archive, arrays=arrays),
        ]


def test_complex_samples_are_over_seconds(tmp_path, read):
    (obj,) = read(SIGMF, write(tmp_path))
    assert obj.x.real.tolist() == [0.0, 0.25]
    assert obj.y.tolist() == [1 + 2j, -0.5j]
    assert (obj.title, obj.xunit) == ("r", "s")
    assert obj.metadata["captures"][0]["core:frequency"] == 915e6


def test_samples_of_whole_numbers_are_fractions_of_full_scale(tmp_path, read):
    path = write(tmp_path, [0, 16384, -32768], "ri16_le", "i2")
    assert read(SIGMF, path)[0].y.tolist() == [0.0, 0.5, -1.0]


def test_samples_that_were_changed_are_refused_by_their_checksum(tmp_path, read):
    path = write(tmp_path)
    (tmp_path / "r.sigmf-data").write_bytes(b"\0" * 16)
    with pytest.raises(FileFormatError, match="(?i)hash|checksum"):
        read(SIGMF, path)


@pytest.mark.parametrize("place", range(300 if IS_FULL else 20))
def test_samples_that_were_cut_or_changed_are_refused(tmp_path, read, place):
    path = write(tmp_path, np.arange(16) + 1j)
    samples = tmp_path / "r.sigmf-data"
    content, chance = samples.read_bytes(), random.Random(place)
    start = chance.randrange(len(content))
    end = len(content) if place % 2 else start + chance.randrange(8)
    changed = content[:start] + chance.randbytes(chance.randrange(4)) + content[end:]
    samples.write_bytes(changed)
    if changed != content:
        with pytest.raises(FileFormatError, match=r"r\.sigmf-meta"):
            read(SIGMF, path)
