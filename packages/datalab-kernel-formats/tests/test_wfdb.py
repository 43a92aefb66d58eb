"""PhysioNet's records, written by wfdb."""

import os
import random

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._wfdb import WFDB

wfdb = pytest.importorskip("wfdb")
IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"


def write(folder, **more):
    digits = np.array([[0, 100], [200, -100], [-400, 0]])
    wfdb.wrsamp(
        "rec", fs=250, units=["mV", "mmHg"], sig_name=["II", "ABP"], d_signal=digits,
        fmt=["16", "16"], adc_gain=[200.0, 100.0], baseline=[0, 0], write_dir=str(folder),
        comments=["age 63"], **more,
    )  # fmt: skip
    return folder / "rec.hea"


class TestWfdb(ReaderContract):
    reader = WFDB

    @pytest.fixture(autouse=True)
    def samples_beside(self, tmp_path):
        self.header = write(tmp_path).read_bytes()

    def samples(self):
        x = [0.0, 0.004, 0.008]
        arrays = ([x, [0.0, 1.0, -2.0]], [x, [1.0, -1.0, 0.0]])
        return [SampleFile(name="rec.hea", content=self.header, arrays=arrays)]


def test_channels_are_in_physical_units_over_seconds(tmp_path, read):
    first, second = read(WFDB, write(tmp_path))
    assert first.xydata.tolist() == [[0.0, 0.004, 0.008], [0.0, 1.0, -2.0]]
    assert second.y.tolist() == [1.0, -1.0, 0.0]
    assert (first.title, first.xunit, first.yunit, second.yunit) == ("rec II", "s", "mV", "mmHg")
    assert first.metadata["comments"] == ["age 63"]


def test_a_faster_channel_keeps_its_samples(tmp_path, read):
    """wfdb's own default averages them down to the slowest channel."""
    wfdb.wrsamp(
        "rec", fs=2, units=["mV", "mV"], sig_name=["slow", "fast"], fmt=["16", "16"],
        e_d_signal=[np.array([1, 2]), np.array([1, 2, 3, 4])], samps_per_frame=[1, 2],
        adc_gain=[1.0, 1.0], baseline=[0, 0], write_dir=str(tmp_path),
    )  # fmt: skip
    slow, fast = read(WFDB, tmp_path / "rec.hea")
    assert slow.xydata.tolist() == [[0.0, 0.5], [1.0, 2.0]]
    assert fast.xydata.tolist() == [[0.0, 0.25, 0.5, 0.75], [1.0, 2.0, 3.0, 4.0]]


def test_a_header_without_its_samples_is_refused(tmp_path, read):
    header = write(tmp_path)
    (tmp_path / "rec.dat").unlink()
    with pytest.raises(FileFormatError, match="rec.dat"):
        read(WFDB, header)


def test_samples_that_were_cut_off_are_refused(tmp_path, read):
    header = write(tmp_path)
    samples = tmp_path / "rec.dat"
    samples.write_bytes(samples.read_bytes()[:-3])
    with pytest.raises(FileFormatError):
        read(WFDB, header)


@pytest.mark.parametrize("place", range(300 if IS_FULL else 20))
def test_samples_that_were_cut_or_changed_are_refused_or_of_the_right_length(tmp_path, read, place):
    header = write(tmp_path)
    samples = tmp_path / "rec.dat"
    content, chance = samples.read_bytes(), random.Random(place)
    start = chance.randrange(len(content))
    end = len(content) if place % 2 else start + chance.randrange(4)
    samples.write_bytes(content[:start] + chance.randbytes(chance.randrange(3)) + content[end:])
    try:
        first, second = read(WFDB, header)
    except FileFormatError as error:
        assert "rec.hea" in str(error)  # noqa: PT017 - reading it is allowed, too
        return
    assert len(first.x) == len(second.x) == 3  # as the header says
