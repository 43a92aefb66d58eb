"""The readers of binary files alone: found by the core, and reading an oscilloscope's waveform."""

import struct
from pathlib import Path
from tempfile import TemporaryDirectory

from datalab_kernel.formats import read_file, read_options

HEADER = (
    ":WFMPRE:BYT_NR 2;ENCDG BINARY;BN_FMT RI;BYT_OR MSB;NR_PT 3;PT_OFF 0;XINCR 0.5;XZERO 0;"
    'XUNIT "s";YMULT 0.25;YOFF 0;YZERO 1;YUNIT "V";:CURVE #16'
)
with TemporaryDirectory() as folder:
    path = Path(folder, "scope.isf")
    path.write_bytes(HEADER.encode() + struct.pack(">3h", 0, 4, -4))
    (signal,) = read_file(path, read_options(None))
assert signal.xydata.tolist() == [[0, 0.5, 1], [1, 2, 0]], signal.xydata
