"""LeCroy's traces, written by hand after the template LECROY_2_3 that the oscilloscopes give."""

import struct

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._lecroy import LECROY_TRACE

GAIN, OFFSET = 0.25, 0.5  # volts a step, volts


def trace(samples, *, order="<", kind="i2", interval=1e-10, start=-2e-10, triggers=(), date=True):
    """Return a file: the length block, WAVEDESC of 346 bytes, trigger times, samples."""
    data = np.asarray(samples, kind if kind == "i1" else f"{order}{kind}").tobytes()
    times = b"".join(struct.pack(f"{order}dd", *pair) for pair in triggers)
    desc = bytearray(346)

    def put(offset, form, *values):
        struct.pack_into(order + form, desc, offset, *values)

    put(0, "16s", b"WAVEDESC")
    put(16, "16s", b"LECROY_2_3")
    put(32, "hh", 0 if kind == "i1" else 1, 1 if order == "<" else 0)
    put(36, "8i", 346, 0, 0, len(times), 0, 0, len(data), 0)
    put(76, "16s", b"LECROYHDO4104")
    put(116, "i", np.size(samples))
    put(144, "i", max(len(triggers), 1))
    put(156, "ff", GAIN, OFFSET)
    put(176, "f", interval)
    put(180, "d", start)
    put(196, "48s", b"V")
    put(244, "48s", b"S")
    if date:
        put(296, "dbbbbh", 7.25, 30, 14, 5, 1, 2026)
    block = bytes(desc) + times + data
    return b"#9%09d" % len(block) + block


class TestLecroyTrace(ReaderContract):
    reader = LECROY_TRACE

    def samples(self):
        y = [-0.5, 0.5, -1.5, 24.5]  # raw * GAIN - OFFSET
        x = [-2e-10, -1e-10, 0.0, 1e-10]
        x[2] = -2e-10 + 2 * 1e-10
        x[3] = -2e-10 + 3 * 1e-10
        forms = [("<", "i2"), (">", "i2"), ("<", "i1")]
        return [
            SampleFile(
                name=f"C{n}.trc",
                content=trace([0, 4, -4, 100], order=order, kind=kind),
                arrays=([x, y],),
            )
            for n, (order, kind) in enumerate(forms)
        ]


def test_the_last_sample_is_where_it_was_taken_after_ten_million(tmp_path, read):
    """Intervals are of 32 bits: 1e-10 is stored as 1.00000001335e-10; packages stretch x as well."""
    path = tmp_path / "a.trc"
    path.write_bytes(trace(np.zeros(10_000_000, "i1"), kind="i1", start=0.0))
    (obj,) = read(LECROY_TRACE, path)
    assert obj.x[-1] == pytest.approx(9_999_999 * 1e-10, rel=1e-15)
    assert (np.diff(obj.x) > 0).all()


def test_what_a_trace_says_of_itself_is_kept(tmp_path, read):
    path = tmp_path / "C1.trc"
    path.write_bytes(trace([0, 1]))
    (obj,) = read(LECROY_TRACE, path)
    assert (obj.title, obj.xlabel, obj.xunit, obj.yunit) == ("C1", "Time", "s", "V")
    assert obj.metadata["instrument"] == "LECROYHDO4104"
    assert obj.metadata["trigger_time"] == "2026-01-05T14:30:07.250000000"


def test_each_segment_of_a_sequence_counts_from_its_own_trigger(tmp_path, read):
    path = tmp_path / "C1.trc"
    triggers = [(0.0, -2e-10), (0.5, -1.5e-10)]
    path.write_bytes(trace([0, 4, 8, 12], triggers=triggers))
    first, second = read(LECROY_TRACE, path)
    assert (first.title, second.title) == ("C1 S0", "C1 S1")
    assert second.y.tolist() == [1.5, 2.5]
    assert second.x.tolist() == [-1.5e-10, -1.5e-10 + 1e-10]
    assert second.metadata["seconds_since_first_trigger"] == 0.5


def test_a_computed_trace_without_a_date_is_read(tmp_path, read):
    path = tmp_path / "F1.trc"
    path.write_bytes(trace([0, 1], date=False))
    (obj,) = read(LECROY_TRACE, path)
    assert "trigger_time" not in obj.metadata


def test_a_record_of_two_arrays_is_refused_by_what_it_is(tmp_path, read):
    path = tmp_path / "F1.trc"
    content = bytearray(trace([0, 1]))
    struct.pack_into("<h", content, 11 + 316, 6)
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="extrema"):
        read(LECROY_TRACE, path)
