"""EDF+ recordings, written by edfio."""

import io

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._edf import EDF
from datalab_kernel_formats._esrf import ESRF_EDF

edfio = pytest.importorskip("edfio")
DIGITS = np.array([-32768, 0, 32767, 1], "i2")  # physical = digital + 0.5 for this range
RANGES = {"physical_range": (-32767.5, 32767.5), "digital_range": (-32768, 32767)}


def recording(*signals, **more):
    file = io.BytesIO()
    edfio.Edf(list(signals), data_record_duration=1, **more).write(file)
    return file.getvalue()


def channel(label="Fz", rate=4, **more):
    return edfio.EdfSignal.from_digital(DIGITS, rate, label=label, **RANGES, **more)


class TestEdf(ReaderContract):
    reader = EDF

    def samples(self):
        x, y = [0.0, 0.25, 0.5, 0.75], [-32767.5, 0.5, 32767.5, 1.5]
        return [SampleFile(name="a.edf", content=recording(channel()), arrays=([x, y],))]


def test_channels_have_their_label_unit_and_rate(tmp_path, read):
    path = tmp_path / "a.edf"
    note = edfio.EdfAnnotation(0.5, None, "spike")
    slow = edfio.EdfSignal.from_digital(DIGITS[:2], 2, label="Resp", **RANGES)
    path.write_bytes(recording(channel(physical_dimension="uV"), slow, annotations=[note]))
    fast, slow = read(EDF, path)
    assert (fast.title, fast.xunit, fast.ylabel, fast.yunit) == ("a Fz", "s", "Fz", "uV")
    assert slow.x.tolist() == [0.0, 0.5]
    assert fast.metadata["annotations"] == [[0.5, "", "spike"]]


def test_an_anonymised_recording_is_read(tmp_path, read):
    path = tmp_path / "a.edf"
    path.write_bytes(recording(channel(), recording=edfio.Recording(startdate=None)))
    (obj,) = read(EDF, path)
    assert obj.metadata["start"].startswith("00:00:00")


def test_a_recording_with_gaps_is_refused(tmp_path, read):
    path = tmp_path / "a.edf"
    content = bytearray(recording(channel()))
    content[192:197] = b"EDF+D"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="gaps"):
        read(EDF, path)


def test_an_image_of_the_same_suffix_is_the_other_reader_s(tmp_path):
    head, path = recording(channel()), tmp_path / "a.edf"
    assert EDF.recognises(head, path)
    assert not ESRF_EDF.recognises(head, path)
    assert ESRF_EDF.recognises(b"{\nHeaderID = EH:000001:000000:000000 ;\n", path)
