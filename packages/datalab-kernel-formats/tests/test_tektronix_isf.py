"""Tektronix's .isf, written by hand after the programmer manual's WFMOutpre and CURVe."""

import struct

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_options, read_with
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._tektronix_isf import READER

SHORT = (
    ':WFMP:BYT_N 2;BIT_N 16;ENC BIN;BN_F RI;BYT_O MSB;NR_P 4;WFI "Ch1, DC; 20 mV/div";PT_F Y;'
    'XIN 5.0E-1;PT_O 1;XZE 2.5E-1;XUN "s";YMU 2.5E-1;YOF 8.0E0;YZE 1.0E0;YUN "V";:CURV '
)
LONG = (
    ":WFMPRE:BYT_NR 1;BIT_NR 8;ENCDG BINARY;BN_FMT RP;BYT_OR LSB;NR_PT 4;"
    'WFID "Ch2, DC coupling";PT_FMT Y;XINCR 0.5;PT_OFF 1;XZERO 0.25;XUNIT "s";YMULT 0.25;'
    'YOFF 8;YZERO 1;YUNIT "A";:CURVE '
)
TEXT = LONG.replace("ENCDG BINARY", "ENCDG ASCII")
X, Y = [-0.25, 0.25, 0.75, 1.25], [-1.0, -0.75, 1.0, 24.0]  # of the samples 0, 1, 8, 100


def block(data):
    return b"#" + str(len(str(len(data)))).encode() + str(len(data)).encode() + data


BINARY = SHORT.encode() + block(struct.pack(">4h", 0, 1, 8, 100))


def read(tmp_path, content):
    path = tmp_path / "scope.isf"
    path.write_bytes(content)
    return read_with(READER, path, read_options(None))


class TestTektronixIsf(ReaderContract):
    reader = READER
    last_number_may_be_cut = True  # of the form in text

    def samples(self):
        return [
            SampleFile(name="short.isf", content=BINARY, arrays=([X, Y],)),
            SampleFile(
                name="long.isf",
                content=LONG.encode() + block(bytes([0, 1, 8, 100])),
                arrays=([X, Y],),
            ),
            SampleFile(name="text.isf", content=(TEXT + "0,1,8,100\n").encode(), arrays=([X, Y],)),
        ]


def test_units_and_the_channel_come_from_the_header(tmp_path):
    (obj,) = read(tmp_path, BINARY)
    assert (obj.title, obj.xlabel, obj.ylabel) == ("scope", "Time", "Ch1")
    assert (obj.xunit, obj.yunit) == ("s", "V")
    assert obj.metadata["WFID"] == "Ch1, DC; 20 mV/div"


def test_an_envelope_of_pairs_is_refused_by_its_name(tmp_path):
    with pytest.raises(FileFormatError, match="point format ENV"):
        read(tmp_path, BINARY.replace(b"PT_F Y", b"PT_F ENV"))


def test_a_curve_that_was_cut_says_how_many_points_are_there(tmp_path):
    with pytest.raises(FileFormatError, match="3 of 4 points"):
        read(tmp_path, BINARY[:-1])


def test_a_curve_of_another_size_than_the_header_says_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match="4 points of >i2"):
        read(tmp_path, SHORT.encode() + block(struct.pack(">3h", 0, 1, 8)))


def test_the_x_of_a_long_curve_is_even(tmp_path):
    content = SHORT.replace("NR_P 4", "NR_P 10000").replace("XIN 5.0E-1", "XIN 4.0E-10")
    (obj,) = read(tmp_path, content.encode() + block(np.zeros(10_000, ">i2").tobytes()))
    assert (np.diff(obj.x) > 0).all()
