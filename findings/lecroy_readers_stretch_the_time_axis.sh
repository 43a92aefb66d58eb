#!/usr/bin/env bash
# Of three packages that read LeCroy's .trc files, two stretch the time axis, and the third takes bytes the wrong way round.
#
# Guess:   a sample's time is HORIZ_OFFSET + n * HORIZ_INTERVAL, as the oscilloscope's own template says, and packages
#          that do nothing but read this format have it so.
# Seen:    lecroyparser 1.4.2 and lecroyutils 4.0.2 spread n samples over n intervals including the end: the last one
#          is a whole interval late, and all steps are too long by n/(n-1). lecroyscope 1.0.0 has the times right;
#          but of files whose COMM_ORDER is big-endian (HIFIRST) it reads 16-bit samples as little-endian, and it
#          opens every file for writing, so that a read-only one can't be read.
# Matters: frequencies and delays are off by 1/n (0.2 % of 500 points), silently. datalab-kernel-formats reads the
#          format itself; HORIZ_INTERVAL is of 32 bits and is taken as the shortest decimal that gives it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check \
  numpy==2.4.6 lecroyparser==1.4.2 lecroyutils==4.0.2 lecroyscope==1.0.0
cd "$work"
"$work/env/bin/python" - <<'PYTHON'
import struct

import lecroyparser
import lecroyscope
import numpy as np
from lecroyutils.data import LecroyScopeData

STEP, FIRST, COUNT = 0.5, -1.0, 5
RIGHT = FIRST + STEP * np.arange(COUNT)  # -1.0, -0.5, 0.0, 0.5, 1.0
SAMPLES = np.array([1, 2, 3, 4, 256])


def write(name, order):
    """Write WAVEDESC of LECROY_2_3, 346 bytes, and 16-bit samples; gain 1, offset 0."""
    data = SAMPLES.astype(f"{order}i2").tobytes()
    desc = bytearray(346)

    def put(offset, form, *values):
        struct.pack_into(order + form, desc, offset, *values)

    put(0, "16s16s", b"WAVEDESC", b"LECROY_2_3")
    put(32, "hh", 1, 1 if order == "<" else 0)  # words; COMM_ORDER
    put(36, "8i", 346, 0, 0, 0, 0, 0, len(data), 0)
    put(76, "16s", b"LECROYHDO4104")
    put(116, "i", COUNT)
    put(120, "7i", COUNT, 0, COUNT - 1, 0, 1, 0, 1)  # points per screen, valid, …, one subarray
    put(156, "ff", 1.0, 0.0)
    put(176, "fd", STEP, FIRST)
    put(196, "48s48s", b"V", b"S")
    put(296, "dbbbbh", 7.0, 30, 14, 5, 1, 2026)
    put(328, "f", 1.0)  # probe
    block = bytes(desc) + data
    with open(name, "wb") as file:
        file.write(b"#9%09d" % len(block) + block)


write("little.trc", "<")
write("big.trc", ">")
parser = np.asarray(lecroyparser.ScopeData("little.trc").x)
utils = np.asarray(LecroyScopeData.parse_file("little.trc").x)
scope = lecroyscope.Trace("little.trc")
print("right:       ", RIGHT)
print("lecroyparser:", parser)
print("lecroyutils: ", utils)
print("lecroyscope: ", scope.x)
assert np.allclose(scope.x, RIGHT)
for found in (parser, utils):
    assert np.allclose(np.diff(found), STEP * COUNT / (COUNT - 1)), np.diff(found)
swapped = lecroyscope.Trace("big.trc").y
print("lecroyscope, samples of", SAMPLES, "big-endian:", swapped)
assert np.array_equal(swapped, SAMPLES.astype(">i2").view("<i2"))
print("As described.")
PYTHON
