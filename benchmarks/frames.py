"""TIFF stacks and large images, against tifffile in the same run: time, and the most memory that they take.

    python benchmarks/frames.py [pairs]

Rows of DESIGN section 8. Files are read from a warm cache. The reference of 500 frames is tifffile and
a copy of each frame, as images of their own need; that of 500 files is `tifffile.imread` of each. What is exported is on the disk before it takes a
file's name, and so is the reference: `tifffile.imwrite` to another name, fsync, rename. Memory is
the peak of the process above what it had before, in sizes of the pixels, each in a process of its own (Linux).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import tifffile

from _pairs import Ratio, compare, print_rows
from datalab_kernel import Workspace, create_image

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAMES, SIDE, LARGE = 500, 256, 10_000
_PEAK = """
import re, sys
from pathlib import Path
from datalab_kernel import Workspace
workspace = Workspace("standalone")
workspace.load(sys.argv[2])  # what is imported once
workspace.export(workspace.list()[0], sys.argv[2] + ".tif", overwrite=True)
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
def measure(do):
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins here
    before = peak()
    do()
    print(peak() - before)
measure(lambda: workspace.load(sys.argv[1]))
measure(lambda: workspace.export(workspace.list("large*")[0], sys.argv[1] + ".tif", overwrite=True))
"""


def stack(number: int, side: int) -> np.ndarray:
    """Make frames of a camera of 12 bits."""
    chance = np.random.default_rng(0)
    return chance.integers(0, 4096, (number, side, side), dtype=np.uint16)


def speed(folder: Path, pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare one file of 500 frames, and 500 files of one."""
    frames = stack(FRAMES, SIDE)
    forms = {"": {}, ", compressed": {"compression": "zlib"}, ", ImageJ's": {"imagej": True}}
    for label, options in forms.items():
        path = folder / "stack.tif"
        kind = {} if "imagej" in options else {"photometric": "minisblack"}
        tifffile.imwrite(path, frames, **options, **kind)
        ratio = compare(
            lambda path=path: Workspace("standalone").load(path),
            lambda path=path: [frame.copy() for frame in tifffile.imread(path)],
            pairs,
        )
        yield f"500 TIFF frames{label} / tifffile and copies", ratio, 1.3
    for number, frame in enumerate(frames):
        tifffile.imwrite(folder / f"single{number:03d}.tif", frame)
    files = sorted(folder.glob("single*.tif"))
    ratio = compare(
        lambda: Workspace("standalone").load(folder / "single*.tif"),
        lambda: [tifffile.imread(path) for path in files],
        max(3, pairs // 4),
    )
    yield "500 TIFF files of one frame / tifffile.imread", ratio, 1.3


def large(folder: Path, pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare one image of 10,000 by 10,000 pixels, loaded and exported."""
    (values,) = stack(1, LARGE)
    workspace = Workspace("standalone")
    workspace.add("large", create_image("large", values))
    path, new = folder / "large.tif", folder / "new.tif"

    def write() -> None:
        with new.open("wb") as file:
            tifffile.imwrite(file, values)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    exported = compare(
        lambda: workspace.export("large", folder / "ours.tif", overwrite=True), write, pairs
    )
    yield "TIFF of 10,000 x 10,000 / imwrite, synced", exported, 2.0
    loaded = compare(
        lambda: Workspace("standalone").load(path), lambda: tifffile.imread(path), pairs
    )
    yield "the same, loaded / tifffile.imread", loaded, 1.1


def memory(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Measure the peaks of loading, and of exporting one image, in sizes of the pixels."""
    small = folder / "small.tif"
    tifffile.imwrite(small, stack(2, 16), photometric="minisblack")
    for label, shape, options, goal in (
        ("500 frames", (FRAMES, 512), {}, 1.3),
        ("500 frames, compressed", (FRAMES, 512), {"compression": "zlib"}, 1.3),
        ("one image of 10,000 x 10,000", (1, LARGE), {}, 1.1),
    ):
        path = folder / "large.tif"
        frames = stack(*shape)
        tifffile.imwrite(path, frames, photometric="minisblack", **options)
        command = [sys.executable, "-c", _PEAK, str(path), str(small)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        loaded, exported = (int(kilobytes) * 1024 / frames.nbytes for kilobytes in told)
        yield f"peak of {label} / pixels", loaded, goal
    yield "the same, exported", exported, 0.1


def main() -> None:
    """Print each ratio with its goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print_rows(speed(folder, pairs))
        print_rows(large(folder, max(3, pairs // 3)))
        for label, ratio, goal in memory(folder):
            reached = "reached" if ratio <= goal else "MISSED"
            print(f"{label:50} {ratio:.2f}  goal {goal:.2f}  {reached}")


if __name__ == "__main__":
    main()
