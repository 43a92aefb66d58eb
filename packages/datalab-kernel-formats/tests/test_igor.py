"""Igor's binary waves of version 5, written by hand after WaveMetrics' Technical Note 003."""

import struct

import numpy as np

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._igor import IBW

NT_FP64 = 4


def ibw(values, steps, starts, units, note=b"warm"):
    """Return a file: BinHeader5 of 64 bytes, WaveHeader5 of 320, data with the first dimension fastest, note."""
    data = np.asarray(values, "<f8").tobytes("F")
    shape = [*np.shape(values), *[0] * (4 - np.ndim(values))]
    wave = bytearray(320)
    struct.pack_into("<IIIih", wave, 0, 0, 0, 0, np.size(values), NT_FP64)
    struct.pack_into("<h32s", wave, 26, 1, b"height")
    struct.pack_into("<4i", wave, 68, *shape)
    struct.pack_into("<4d", wave, 84, *steps, *[1.0] * (4 - len(steps)))
    struct.pack_into("<4d", wave, 116, *starts, *[0.0] * (4 - len(starts)))
    struct.pack_into("<4s", wave, 148, b"V")
    for n, unit in enumerate(units):
        struct.pack_into("<4s", wave, 152 + 4 * n, unit)
    size = 320 + len(data)
    head = struct.pack("<hhiiii4i4iiii", 5, 0, size, 0, len(note), 0, *[0] * 4, *[0] * 4, 0, 0, 0)
    content = bytearray(head[:64].ljust(64, b"\0") + wave)
    total = sum(struct.unpack(f"<{len(content) // 2}h", content))
    struct.pack_into("<h", content, 2, ((-total + 0x8000) & 0xFFFF) - 0x8000)
    return bytes(content) + data + note


CURVE = ibw([1.5, -2.0, 4.0], [0.5], [10.0], [b"s"])
PICTURE = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])  # 3 along x, 2 along y


class TestIgor(ReaderContract):
    reader = IBW

    def samples(self):
        two = ibw(PICTURE, [0.5, 2.0], [10.0, -1.0], [b"m", b"s"])
        return [
            SampleFile(
                name="a.ibw", content=CURVE, arrays=([[10.0, 10.5, 11.0], [1.5, -2.0, 4.0]],)
            ),
            SampleFile(name="b.ibw", content=two, arrays=(PICTURE.T,)),
        ]


def test_a_wave_has_the_scale_and_units_of_its_dimensions(tmp_path, read):
    path = tmp_path / "a.ibw"
    path.write_bytes(ibw(PICTURE, [0.5, 2.0], [10.0, -1.0], [b"m", b"s"]))
    (obj,) = read(IBW, path)
    assert (obj.x0, obj.dx, obj.xunit) == (10.0, 0.5, "m")
    assert (obj.y0, obj.dy, obj.yunit) == (-1.0, 2.0, "s")
    assert (obj.zlabel, obj.zunit, obj.metadata["note"]) == ("height", "V", "warm")


def test_a_wave_of_version_2_in_the_other_byte_order_is_read(tmp_path, read):
    """BinHeader2 of 16 bytes, WaveHeader2 of 110, the data, 16 bytes that mean nothing, the note."""
    wave = bytearray(110)
    struct.pack_into(">h", wave, 0, 2)  # 32-bit floats
    struct.pack_into(">20s", wave, 6, b"trace")
    struct.pack_into(">4s4si", wave, 34, b"A", b"s", 3)
    struct.pack_into(">2d", wave, 48, 0.25, -1.0)
    data = np.array([1.0, 2.0, 4.0], ">f4").tobytes()
    head = struct.pack(">hiiih", 2, 126 + len(data), 4, 0, 0)
    path = tmp_path / "a.ibw"
    path.write_bytes(head + wave + data + bytes(16) + b"cold")
    (obj,) = read(IBW, path)
    assert obj.xydata.tolist() == [[-1.0, -0.75, -0.5], [1.0, 2.0, 4.0]]
    assert (obj.ylabel, obj.yunit, obj.xunit, obj.metadata["note"]) == ("trace", "A", "s", "cold")
