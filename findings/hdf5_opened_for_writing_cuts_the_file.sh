#!/usr/bin/env bash
# A file that HDF5 opens for writing is changed, though nothing is written.
#
# Guess:   opening a file with "r+" and closing it again leaves its bytes as they are; a change is what somebody writes.
# Seen:    h5py 3.16.0 (HDF5 2.0.0) and 3.12.1 (1.14.4): what lies behind the end that HDF5 knows is cut off when the file is
#          closed, without a word. Opened with "r", it stays.
# Matters: a signature, a checksum or an index that another program has appended (HDF5 allows a block before its data, and
#          readers take no notice of what lies behind) is gone after a program has looked at the file in the wrong mode.
#          DataLab-Kernel's files have such an index: where it is gone, HDF5's own data say the same (storage/_tail.py).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/cut.py" <<'PYTHON'
from pathlib import Path

import h5py
import numpy as np

path = Path("measured.h5")
with h5py.File(path, "w") as file:
    file["values"] = np.arange(3.0)
whole = path.read_bytes()
path.write_bytes(whole + b"sha256=...")
sizes = []
for mode in ("r", "r+"):
    with h5py.File(path, mode) as file:
        assert list(file["values"]) == [0, 1, 2]
    sizes.append(path.stat().st_size - len(whole))
print("HDF5", h5py.version.hdf5_version, "bytes behind after r, after r+:", sizes)
assert sizes == [10, 0]
assert path.read_bytes()[-64:] == whole[-64:]
PYTHON
for pins in "h5py==3.12.1 numpy==2.1.0" "h5py==3.16.0 numpy==2.4.6"; do
    read -r h5py numpy <<< "$pins"
    python3 -m venv --clear "$work/env"
    "$work/env/bin/python" -m pip install --quiet --disable-pip-version-check "$h5py" "$numpy"
    (cd "$work" && "$work/env/bin/python" cut.py)
done
echo "As described."
