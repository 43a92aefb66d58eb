"""Sound files (WAVE, RF64): each channel a signal over seconds.

Read by SciPy (BSD-3-Clause), which Sigima needs anyway. Samples of whole numbers become
fractions of full scale, -1 to 1, as in other programs; floating-point ones stay.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel_formats._adapter import RefusedError, adapter
from datalab_kernel_formats._objects import Axis, signal

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.formats import ReadOptions
    from datalab_kernel.objects import SignalObj
    from datalab_kernel_formats._objects import Array

_STEREO = ("left", "right")


def _recognises(head: bytes, _: Path) -> bool:
    return head[:4] in {b"RIFF", b"RIFX", b"RF64"} and head[8:12] == b"WAVE"


def _read(path: Path, _: ReadOptions) -> list[SignalObj]:
    from scipy.io import wavfile

    with warnings.catch_warnings():
        # A chunk that SciPy doesn't know is said by a warning; a cut one likewise
        warnings.simplefilter("error", wavfile.WavFileWarning)
        warnings.filterwarnings("ignore", "Chunk .* not understood", wavfile.WavFileWarning)
        try:
            rate, samples = wavfile.read(path)
        except wavfile.WavFileWarning as warning:
            raise RefusedError(f"it was cut off or is damaged ({warning})") from warning
    channels = np.atleast_2d(samples.T)
    if rate <= 0:
        raise RefusedError(f"its sampling rate is {rate} Hz")
    names = _names(len(channels))
    return [
        signal(
            path,
            np.arange(len(channel)) / rate,
            full_scale(channel),
            part=part,
            xaxis=Axis(label="Time", unit="s"),
            yaxis=Axis(label="Amplitude"),
            metadata={"sampling_rate_hz": rate, "samples": str(samples.dtype)},
        )
        for channel, part in zip(channels, names, strict=True)
    ]


def _names(count: int) -> list[str]:
    if count == 1:
        return [""]
    return [*_STEREO] if count == len(_STEREO) else [f"channel {n + 1}" for n in range(count)]


def full_scale(samples: Array) -> Array:
    """Return samples as fractions of full scale; SciPy gives 24 bits as the upper ones of 32.

    Examples
    --------
    >>> full_scale(np.array([-32768, 0, 16384], "i2")), full_scale(np.array([0, 128], "u1"))
    (array([-1. ,  0. ,  0.5]), array([-1.,  0.]))
    """
    if samples.dtype.kind == "f":
        return samples
    half = 2.0 ** (8 * samples.dtype.itemsize - 1)
    middle = half if samples.dtype.kind == "u" else 0.0
    result: Array = (samples.astype(float) - middle) / half
    return result


WAVE = adapter(
    "sound (WAVE)",
    (".wav",),
    _recognises,
    _read,
    library="scipy",
    licence="BSD-3-Clause",
    keeps="channels, sampling rate; values as fractions of full scale",
)
