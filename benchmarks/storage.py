"""Saving, loading and copying, against raw h5py and numpy in the same run.

    python benchmarks/storage.py [pairs]

Rows of DESIGN section 8. Files are written with the same fsync on both sides and read
from a warm cache.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
from h5py import h5d, h5o, h5s, h5t

from _pairs import Ratio, compare
from datalab_kernel import Workspace, create_image, create_signal, create_signal_roi
from datalab_kernel.storage import (
    Contents,
    StoredGroup,
    copy_object,
    read_workspace,
    share_object,
    write_workspace,
)
from datalab_kernel.storage._writer import FILE_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datalab_kernel import ImageObj, SignalObj

SIGNALS, SAMPLES, SIDE = 1000, 1000, 4096
MANY, FEW_SAMPLES = 20_000, 100


def signals(*, is_full: bool = False) -> list[SignalObj]:
    """Make 1,000 signals of 1,000 samples; full ones have a region of interest and metadata."""
    x = np.linspace(0.0, 10.0, SAMPLES)
    made = []
    for number in range(SIGNALS):
        signal = create_signal(
            f"signal {number}", x, np.sin(x * number), units=("s", "V"), labels=("Time", "Voltage")
        )
        if is_full:
            signal.metadata.update({"run": number, "operator": "me", "gain": 1.5})
            signal.roi = create_signal_roi([[1.0, 2.0], [4.0, 6.0]])
        made.append(signal)
    return made


def image() -> ImageObj:
    """Make an image of 4096 by 4096 float64."""
    data = np.random.default_rng(0).random((SIDE, SIDE))
    return create_image("image", data, units=("mm", "mm", "cd"))


def write_raw(path: Path, arrays: Sequence[np.ndarray]) -> None:
    """Write one contiguous dataset per array by h5py's usual interface, and fsync."""
    with h5py.File(path, "w") as file:
        for number, array in enumerate(arrays):
            file[f"d{number}"] = array
        file.flush()
    sync(path)


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)


def write_bare(path: Path, like: Path, arrays: Sequence[np.ndarray]) -> None:
    """Write the signals of a file of ours by HDF5's calls alone, in the quickest way that was found.

    The first one's tree is a template: it gets the next title and run, and is copied.
    """
    text = h5t.py_create(h5py.string_dtype())
    kind, space = h5t.NATIVE_DOUBLE, h5s.create_simple(arrays[0].shape)
    with h5py.File(path, "w", **FILE_OPTIONS) as file, h5py.File(like) as source:
        group = file.create_group("DataLab_Sig/gs001: group", track_order=True)
        source.copy(source["DataLab_Sig/gs001: group/s001: signal 0"], file, "template")
        template = file["template"]
        del template["xydata"]
        title, run = template.attrs.get_id("title"), template["metadata"].attrs.get_id("run")
        for number, array in enumerate(arrays):
            title.write(np.array(f"signal {number}", object), mtype=text)
            run.write(np.array(number), mtype=h5t.NATIVE_INT64)
            link = f"s{number + 1:03d}: signal {number}".encode()
            h5o.copy(template.id, b".", group.id, link)
            dataset = h5d.create(group.id, link + b"/xydata", kind, space)
            dataset.write(h5s.ALL, h5s.ALL, array, kind)
        del file["template"]
    sync(path)


def read_raw(path: Path) -> list[np.ndarray]:
    """Read every dataset by h5py's usual interface."""
    with h5py.File(path, "r") as file:
        return [file[name][()] for name in file]


def save_and_load(
    folder: Path, label: str, contents: Contents, arrays: Sequence[np.ndarray], pairs: int
) -> Iterator[tuple[str, Ratio]]:
    """Compare saving, then loading, with raw h5py."""
    ours, raw = folder / "ours.h5", folder / "raw.h5"
    yield (
        f"save {label}",
        compare(lambda: write_workspace(ours, contents), lambda: write_raw(raw, arrays), pairs),
    )
    yield f"load {label}", compare(lambda: read_workspace(ours), lambda: read_raw(raw), pairs)


def many_signals(folder: Path, pairs: int, *, is_full: bool = False) -> Iterator[tuple[str, Ratio]]:
    """Compare 1,000 signals of 1,000 samples."""
    made = signals(is_full=is_full)
    contents = Contents(signals=[StoredGroup(title="group", objects=made)])
    label = "1,000 signals" + (" with ROI and metadata" if is_full else "")
    arrays = [each.xydata for each in made]
    yield from save_and_load(folder, label, contents, arrays, pairs)
    if is_full:
        bare, raw = folder / "bare.h5", folder / "raw.h5"
        yield (
            "the same by HDF5's calls alone",
            compare(
                lambda: write_bare(bare, folder / "ours.h5", arrays),
                lambda: write_raw(raw, arrays),
                pairs,
            ),
        )


def one_of_many(folder: Path, pairs: int) -> Iterator[tuple[str, Ratio]]:
    """Compare loading one of 20,000 signals by its name with reading its array by h5py's key."""
    x = np.linspace(0.0, 10.0, FEW_SAMPLES)
    made = [create_signal(f"signal {number}", x, np.sin(x * number)) for number in range(MANY)]
    path = folder / "many.h5"
    write_workspace(path, Contents(signals=[StoredGroup(title="group", objects=made)]))
    workspace = Workspace("standalone")

    def by_key() -> object:
        with h5py.File(path, "r") as file:
            return file["DataLab_Sig/gs001: group/s7777: signal 7776/xydata"][()]

    yield (
        "load(names=[one]) of 20,000 signals",
        compare(lambda: workspace.load(path, overwrite=True, names="signal 7776"), by_key, pairs),
    )


def one_image(folder: Path, pairs: int) -> Iterator[tuple[str, Ratio]]:
    """Compare one image of 4096 by 4096 float64."""
    made = image()
    contents = Contents(images=[StoredGroup(title="group", objects=[made])])
    yield from save_and_load(folder, "4096 x 4096 image", contents, [made.data], pairs)


def copies(pairs: int) -> Iterator[tuple[str, Ratio]]:
    """Compare copying and sharing a signal of 1M samples with one numpy copy of its array."""
    x = np.linspace(0.0, 1.0, 1_000_000)
    signal = create_signal("a", x, x * x)
    yield "copy of 1M samples", compare(lambda: copy_object(signal), signal.xydata.copy, pairs)
    yield "view of 1M samples", compare(lambda: share_object(signal), signal.xydata.copy, pairs)


def main() -> None:
    """Print every row; it is reached when the lower bound is within the goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    goals = {"save 1,000 signals": 1.3, "load 1,000 signals": 2.0, "copy of 1M samples": 1.3}
    goals |= {"save 4096 x 4096 image": 1.10, "load 4096 x 4096 image": 1.10}
    goals |= {"load(names=[one]) of 20,000 signals": 2.0}
    full = "1,000 signals with ROI and metadata"
    goals |= {f"save {full}": 1.6, f"load {full}": 2.2}
    print(f"{os.cpu_count()} processors, {pairs} interleaved pairs, median [95 % interval]")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            many_signals(folder, pairs),
            many_signals(folder, pairs, is_full=True),
            one_of_many(folder, pairs),
            one_image(folder, pairs),
            copies(pairs),
        ]
        for label, ratio in (row for group in rows for row in group):
            goal = goals.get(label)
            verdict = "" if goal is None else "reached" if ratio.low <= goal else "MISSED"
            text = "" if goal is None else f"  goal {goal:.2f}  {verdict}"
            times = f"({1e3 * ratio.ours_s:.1f} ms / {1e3 * ratio.reference_s:.1f} ms)"
            print(f"{label:42} {ratio} {times:22}{text}", flush=True)


if __name__ == "__main__":
    main()
