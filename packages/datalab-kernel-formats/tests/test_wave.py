"""Sound files, written by the standard library and by SciPy."""

import io
import wave

import numpy as np
from scipy.io import wavfile

from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._wave import WAVE


def sound(samples, width, rate=4, channels=1):
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, width, rate, 0, "NONE", ""))
        writer.writeframes(samples)
    return file.getvalue()


def floats(array, rate=4):
    file = io.BytesIO()
    wavfile.write(file, rate, array)
    return file.getvalue()


class TestWave(ReaderContract):
    reader = WAVE

    def samples(self):
        x = [0.0, 0.25, 0.5]
        i2 = np.array([0, 16384, -32768], "<i2").tobytes()
        u1 = bytes([128, 192, 0])
        i3 = b"\0\0\0" + b"\0\0\x40" + b"\0\0\x80"
        y = [0.0, 0.5, -1.0]
        f4 = np.array([0.0, 0.5, 1.5], "f4")
        return [
            SampleFile(name="i2.wav", content=sound(i2, 2), arrays=([x, y],)),
            SampleFile(name="u1.wav", content=sound(u1, 1), arrays=([x, y],)),
            SampleFile(name="i3.wav", content=sound(i3, 3), arrays=([x, y],)),
            SampleFile(name="f4.wav", content=floats(f4), arrays=([x, [0.0, 0.5, 1.5]],)),
        ]


def test_channels_are_named_over_seconds(tmp_path, read):
    path = tmp_path / "s.wav"
    path.write_bytes(sound(np.array([[16384, 0], [0, -16384]], "<i2").tobytes(), 2, 44_100, 2))
    left, right = read(WAVE, path)
    assert (left.title, right.title, left.xunit) == ("s left", "s right", "s")
    assert (left.y.tolist(), right.y.tolist()) == ([0.5, 0.0], [0.0, -0.5])
    assert left.x.tolist() == [0.0, 1 / 44_100]
    assert left.metadata["sampling_rate_hz"] == 44_100


def test_a_chunk_that_nobody_knows_is_passed_over(tmp_path, read):
    path = tmp_path / "s.wav"
    content = sound(b"\0\0\0\x40", 2)
    size = (len(content) + 4).to_bytes(4, "little")
    path.write_bytes(b"RIFF" + size + b"WAVE" + b"odd \x04\0\0\0abcd" + content[12:])
    (obj,) = read(WAVE, path)
    assert obj.y.tolist() == [0.0, 0.5]
