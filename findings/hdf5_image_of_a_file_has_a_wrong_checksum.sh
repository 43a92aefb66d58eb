#!/usr/bin/env bash
# The image of a file in memory, as HDF5 1.14 gives it, can't be opened.
#
# Guess:   `file.id.get_file_image()` after a flush gives the bytes that the file would have on a disk, whatever the
#          library's version and the file's format.
# Seen:    h5py 3.12.1 (HDF5 1.14.4): with the default format, yes. With one that has checksums (`libver="v108"` and later)
#          opening the bytes raises "incorrect metadata checksum after all read attempts": the image's superblock isn't
#          the one that its checksum is of. h5py 3.16.0 (HDF5 2.0.0) gives bytes that open. A file in a BytesIO is right
#          with both.
# Matters: objects that travel as bytes between an environment with a new HDF5 and one with an older one (a browser's, a
#          cluster's) are lost on one side only. DataLab-Kernel writes to a BytesIO (storage/_bytes.py).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/image.py" <<'PYTHON'
import io
import sys

import h5py
import numpy as np


def opens(image):
    try:
        with h5py.File(io.BytesIO(image), "r") as file:
            return list(file["values"][:]) == [0, 1, 2]
    except OSError as error:
        assert "incorrect metadata checksum" in str(error), error
        return False


def image_of(**options):
    with h5py.File("name", "w", driver="core", backing_store=False, **options) as file:
        file["values"] = np.arange(3.0)
        file.flush()
        return file.id.get_file_image()


stream = io.BytesIO()
with h5py.File(stream, "w", libver="v110") as file:
    file["values"] = np.arange(3.0)
found = opens(image_of()), opens(image_of(libver="v110")), opens(stream.getvalue())
print("HDF5", h5py.version.hdf5_version, "default, v110, v110 in a BytesIO:", found)
assert found == (True, sys.argv[1] == "opens", True)
PYTHON
for pins in "h5py==3.12.1 numpy==2.1.0 fails" "h5py==3.16.0 numpy==2.4.6 opens"; do
    read -r h5py numpy expected <<< "$pins"
    python3 -m venv --clear "$work/env"
    "$work/env/bin/python" -m pip install --quiet --disable-pip-version-check "$h5py" "$numpy"
    (cd "$work" && "$work/env/bin/python" image.py "$expected")
done
echo "As described."
