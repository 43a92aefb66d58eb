"""Gatan's .dm3, written by hand after the description of its tags by C. Boothroyd."""

import struct

import numpy as np
import pytest

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._gatan import GATAN

pytest.importorskip("ncempy.io.dm")
GROUP, DATA = 20, 21
FLOAT, LONG, ULONG, USHORT, ARRAY = 6, 3, 5, 4, 20  # types of a tag's values
FLOAT_IMAGE = 2
IMAGE = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]], "f4")


def entry(kind, name, content):
    return struct.pack(">BH", kind, len(name)) + name.encode() + content


def group(*entries):
    return struct.pack(">BBI", 1, 0, len(entries)) + b"".join(entries)


def number(name, kind, value):
    packed = struct.pack("<f" if kind == FLOAT else "<I", value)
    return entry(DATA, name, b"%%%%" + struct.pack(">II", 1, kind) + packed)


def array(name, kind, values):
    values = np.asarray(values)
    info = struct.pack(">IIII", 3, ARRAY, kind, values.size)
    return entry(DATA, name, b"%%%%" + info + values.tobytes())


def text(name, words):
    return array(name, USHORT, np.frombuffer(words.encode("utf-16-le"), "<u2"))


def dm3(data, scales):
    """Return a file of one image; scales of each axis, x first: origin, scale, unit."""
    axes = [
        entry(GROUP, "", group(number("Origin", FLOAT, origin), number("Scale", FLOAT, scale), text("Units", unit)))
        for origin, scale, unit in scales
    ]  # fmt: skip
    image = group(
        entry(GROUP, "Calibrations", group(entry(GROUP, "Dimension", group(*axes)))),
        array("Data", FLOAT, data),
        number("DataType", ULONG, FLOAT_IMAGE),
        entry(GROUP, "Dimensions", group(*(number("", ULONG, n) for n in data.shape[::-1]))),
        number("PixelDepth", ULONG, 4),
    )
    images = group(entry(GROUP, "", group(entry(GROUP, "ImageData", image))))
    root = group(entry(GROUP, "ImageList", images))
    return struct.pack(">III", 3, len(root), 1) + root + bytes(8)


CONTENT = dm3(IMAGE, [(1.0, 2e-5, "µm"), (0.0, 0.5, "nm")])


class TestGatan(ReaderContract):
    reader = GATAN

    def samples(self):
        return [SampleFile(name="a.dm3", content=CONTENT, arrays=(IMAGE,))]


def test_axes_have_their_own_scales_however_fine(tmp_path, read):
    path = tmp_path / "a.dm3"
    path.write_bytes(CONTENT)
    (obj,) = read(GATAN, path)
    assert (obj.dx, obj.xunit) == (pytest.approx(2e-5), "µm")
    assert obj.x0 == pytest.approx(-2e-5)
    assert (obj.y0, obj.dy, obj.yunit) == (0.0, 0.5, "nm")
