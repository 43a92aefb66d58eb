#!/usr/bin/env bash
# An image that Sigima cuts out of another isn't where its pixels were.
#
# Guess:   the part of an image in a region of interest has the origin of its first pixel, and the coordinates of its
#          own columns and rows.
# Seen:    Sigima 1.3.0: `extract_roi` adds the place of the region to the image's origin, which that place has in it
#          already: a region at x = 12 of an image that begins at 10 comes to x = 22. With unevenly spaced pixels all of
#          the image's coordinates are shifted by that place, not cut. `extract_rois` takes the rows' numbers for x
#          and the columns' for y there, so that coordinates and pixels don't even agree in number.
# Matters: whatever is measured in the part (a spot's position in mm) is off, silently. DataLab-Kernel sets the axes of
#          what is cut out anew (compute/_result_units.py); pixels are Sigima's.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check numpy==2.4.6 sigima==1.3.0
cd "$work"
"$work/env/bin/python" - <<'PYTHON'
import numpy as np
from sigima.objects import ROI2DParam, create_image
from sigima.proc.image import extract_roi, extract_rois


def region(x0, y0, dx, dy):
    return ROI2DParam.create(geometry="rectangle", x0=x0, y0=y0, dx=dx, dy=dy)


image = create_image("even", np.arange(200.0).reshape(10, 20))
image.set_uniform_coords(1.0, 1.0, 10.0, 100.0)  # columns at 10 … 29, rows at 100 … 109
part = extract_roi(image, region(12.0, 103.0, 5.0, 4.0))
row, column = divmod(int(part.data[0, 0]), 20)
right = (10.0 + column, 100.0 + row)
print("extract_roi: the first pixel was at", right, "and is said to be at", (part.x0, part.y0))
assert right == (12.0, 103.0)
assert (part.x0, part.y0) == (10.0 + 12.0, 100.0 + 103.0)

uneven = create_image("uneven", np.arange(200.0).reshape(10, 20))
uneven.set_coords(10.0 + np.arange(20.0) ** 1.5, 100.0 + np.arange(10.0) ** 1.5)
both = extract_rois(uneven, [region(15.0, 101.0, 20.0, 10.0)])
rows, columns = both.data.shape
print("extract_rois:", both.data.shape, "pixels,", len(both.xcoords), "x and", len(both.ycoords), "y")
assert (len(both.xcoords), len(both.ycoords)) == (rows, columns) != (columns, rows)
print("As described.")
PYTHON
