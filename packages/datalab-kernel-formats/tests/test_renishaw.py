"""Renishaw's WDF files, written by hand as renishaw-wdf describes their blocks."""

import struct

import numpy as np
import pytest

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._renishaw import WDF

pytest.importorskip("wdf")
X = np.array([100.0, 100.5, 101.5], "f4")
ROWS = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]], "f4")
RAMAN_SHIFT, COUNTS, FREQUENCY, MICRON = 1, 6, 19, 5


def block(name, content, uid=0):
    return struct.pack("<4sIQ", name, uid, 16 + len(content)) + content


def wdf(rows=ROWS):
    head = struct.pack(
        "<4sIQQ16s12xIIIQQIIII24s4HIIQQIf48x32s160s48x32x32x",
        b"WDF1", 1, 512, 0, bytes(16), 0, 0, 3, len(rows), len(rows), 1, 1, 3, 1,
        b"WiRE", 5, 0, 0, 0, 1, 1, 0, 0, COUNTS, 18797.0, b"Ada", b"calcite",
    )  # fmt: skip
    places = b"".join(
        struct.pack("<II16s", kind, MICRON, name) + np.arange(float(len(rows))).tobytes()
        for kind, name in ((3, b"X"), (4, b"Y"))
    )
    return (
        head
        + block(b"DATA", rows.tobytes())
        + block(b"XLST", struct.pack("<II", FREQUENCY, RAMAN_SHIFT) + X.tobytes())
        + block(b"YLST", struct.pack("<IIf", 0, 0, 0.0))
        + block(b"ORGN", struct.pack("<I", 2) + places)
    )


class TestRenishaw(ReaderContract):
    reader = WDF

    def samples(self):
        arrays = ([X, ROWS[0]], [X, ROWS[1]])
        return [SampleFile(name="a.wdf", content=wdf(), arrays=arrays)]


def test_the_spectra_of_a_map_have_their_units_and_places(tmp_path, read):
    path = tmp_path / "a.wdf"
    path.write_bytes(wdf())
    first, second = read(WDF, path)
    assert (first.title, second.title) == ("a S0", "a S1")
    assert (first.xunit, first.yunit) == ("1/cm", "counts")
    assert second.metadata["position"] == {"x": 1.0, "y": 1.0}
    assert second.metadata["position_units"] == {"x": "µm", "y": "µm"}
    assert first.metadata["title"] == "calcite"
