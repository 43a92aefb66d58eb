"""Galactic's SPC files, written by hand after the format's description (header of 512 bytes)."""

import struct

import numpy as np
import pytest

from datalab_kernel.notes import notes_of
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._galactic import SPC

pytest.importorskip("spcfile")
MULTIFILE = 0x04
ROWS = np.array([[1.5, -2.0, 4.0], [8.0, 0.25, 1.0]], "f4")


def spc(rows=ROWS, flags=MULTIFILE, x_unit=13, y_unit=4):
    head = bytearray(512)
    struct.pack_into("<BBBbIddIBBBBI", head, 0, flags, 0x4B, 9, -128, rows.shape[1],
                     100.0, 104.0, len(rows), x_unit, y_unit, 4, 0, 0)  # fmt: skip
    struct.pack_into("130s", head, 88, b"calcite")
    body = b""
    for n, row in enumerate(rows):
        body += struct.pack("<BbHfffIIf4s", 0, -128, n, 0.5 * n, 0.0, 0.0, 0, 1, 0.0, b"")
        body += row.astype("<f4").tobytes()
    return bytes(head) + body


class TestGalactic(ReaderContract):
    reader = SPC

    def samples(self):
        x = [100.0, 102.0, 104.0]
        arrays = ([x, ROWS[0]], [x, ROWS[1]])
        return [
            SampleFile(name="a.spc", content=spc(), arrays=arrays),
            SampleFile(name="b.spc", content=spc(ROWS[:1], 0), arrays=arrays[:1]),
        ]


def test_spectra_have_their_axes_and_units(tmp_path, read):
    path = tmp_path / "a.spc"
    path.write_bytes(spc())
    first, second = read(SPC, path)
    assert (first.title, second.title) == ("a S0", "a S1")
    assert (first.xlabel, first.xunit, first.ylabel) == ("Raman Shift", "cm^-1", "Counts")
    assert first.metadata["comment"] == "calcite"
    assert second.metadata["z"] == 0.5


def test_many_spectra_are_one_image_unless_signals_are_wanted(tmp_path, read):
    path = tmp_path / "a.spc"
    path.write_bytes(spc(np.arange(303, dtype="f4").reshape(101, 3)))
    (image,) = read(SPC, path)
    assert image.data.shape == (101, 3)
    assert (image.x0, image.dx, image.xunit) == (100.0, 2.0, "cm^-1")
    assert "101 spectra" in notes_of(image)[0].text
    assert len(read(SPC, path, kind="signal")) == 101
