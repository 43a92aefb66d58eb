"""NI's TDMS files, written by npTDMS, and one of LabVIEW's own that npTDMS brings."""

import io

import numpy as np
import pytest

from datalab_kernel.notes import notes_of
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._tdms import TDMS

nptdms = pytest.importorskip("nptdms")

SCALED = {
    "NI_Number_Of_Scales": 1,
    "NI_Scaling_Status": "unscaled",
    "NI_Scale[0]_Scale_Type": "Linear",
    "NI_Scale[0]_Linear_Slope": 0.5,
    "NI_Scale[0]_Linear_Y_Intercept": 1.0,
    "NI_Scale[0]_Linear_Input_Source": 0xFFFFFFFF,
}
TIMED = {"wf_start_offset": 0.25, "wf_increment": 0.001, "unit_string": "V"}


def tdms(*objects):
    file = io.BytesIO()
    with nptdms.TdmsWriter(file) as writer:
        writer.write_segment([nptdms.RootObject({"operator": "Ada"}), *objects])
    return file.getvalue()


def channel(group, name, values, **properties):
    return nptdms.ChannelObject(group, name, np.asarray(values), properties)


class TestTdms(ReaderContract):
    reader = TDMS

    def samples(self):
        x = [0.25, 0.251, 0.252, 0.253]
        content = tdms(channel("Run", "U", [1.5, -2.0, 0.25, 8.0], **TIMED))
        return [SampleFile(name="a.tdms", content=content, arrays=([x, [1.5, -2.0, 0.25, 8.0]],))]


def test_a_channel_is_scaled_over_its_own_time_axis(tmp_path, read):
    path = tmp_path / "a.tdms"
    raw = np.array([0, 1, -4], "i2")
    path.write_bytes(tdms(channel("Run", "U", raw, **TIMED, **SCALED)))
    (obj,) = read(TDMS, path)
    assert (obj.title, obj.xlabel, obj.xunit, obj.ylabel, obj.yunit) == (
        "a U",
        "Time",
        "s",
        "U",
        "V",
    )
    assert obj.x.tolist() == [0.25, 0.251, 0.252]
    assert obj.y.tolist() == [1.0, 1.5, -1.0]
    assert obj.metadata["operator"] == "Ada"


def test_channels_of_several_groups_have_the_group_in_their_title(tmp_path, read):
    path = tmp_path / "a.tdms"
    path.write_bytes(tdms(channel("A", "U", [1.0, 2.0]), channel("B", "U", [3.0, 4.0])))
    assert [obj.title for obj in read(TDMS, path)] == ["a A U", "a B U"]


def test_the_time_stamps_of_a_group_are_the_x_of_its_channels(tmp_path, read):
    path = tmp_path / "a.tdms"
    stamps = np.array(["2026-01-05T00:00:00", "2026-01-05T00:00:01.5"], "M8[us]")
    path.write_bytes(tdms(channel("Run", "When", stamps), channel("Run", "T", [20.5, 21.0])))
    (obj,) = read(TDMS, path)
    assert obj.is_x_datetime()
    assert obj.x.tolist() == [1767571200.0, 1767571201.5]
    assert obj.xlabel == "When"


def test_a_channel_of_texts_is_skipped_and_named(tmp_path, read):
    path = tmp_path / "a.tdms"
    texts = channel("Run", "Remark", np.array(["ok", "bad"], object))
    path.write_bytes(tdms(channel("Run", "U", [1.0, 2.0]), texts))
    (obj,) = read(TDMS, path)
    assert "Remark" in notes_of(obj)[0].text


def test_a_recording_that_was_cut_off_is_read_and_says_so(tmp_path, read):
    path = tmp_path / "a.tdms"
    path.write_bytes(tdms(channel("Run", "U", np.arange(100.0), **TIMED))[:-80])
    (obj,) = read(TDMS, path)
    assert obj.y.tolist() == list(range(90))
    assert "cut off" in notes_of(obj)[0].text


def test_a_file_of_labview_is_read(read):
    from importlib.resources import files

    path = files("nptdms") / "test" / "data" / "Digital_Input.tdms"
    found = read(TDMS, path)
    line = next(obj for obj in found if obj.title.endswith("Dev1_port3_line7 - line 0"))
    assert line.y[:6].tolist() == [0, 1, 0, 1, 0, 1]
    assert line.xunit == "s"
