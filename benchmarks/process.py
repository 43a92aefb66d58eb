"""What ``process`` takes of a laboratory's folder, against a loop that reads, computes and writes.

    python benchmarks/process.py [pairs]
    python benchmarks/process.py --picture FILE

Figures of issue 21: 300 images of 512 x 512 numbers, two steps, a file each. The loop is what one
writes by hand: ``numpy.load``, Sigima's two functions, and then Sigima's own file of the whole object
(title, axes, metadata), or, in the rows "numbers only", h5py with the bare array. Neither writes how
the result was made, syncs to the disk, replaces atomically, keeps a journal or looks whether the
memory is large enough; process does. Times are the processor's (of this process, and of a cluster's
workers) where a row doesn't say that it is of the clock. Threads of Python cost more of it than one does,
whoever starts them: the rows "in 2 threads" are of the same loop on half of the files in each of two. The picture shows the memory of both ways over time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from _pairs import Ratio, compare_times, print_rows, processor_s, wall_s
from datalab_kernel import create_image, process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sigima.objects import ImageObj

FILES, SIDE = 300, 512
GOAL, CLUSTER_GOAL = 1.2, 1.6
STEPS = [("gaussian_filter", {"sigma": 2.0}), ("moving_average", {"n": 3})]
WORKERS = 2


def write_images(folder: Path, number: int = FILES) -> list[Path]:
    """Write images of noise."""
    noise = np.random.default_rng(0).random((SIDE, SIDE))
    paths = [folder / f"frame_{place:04}.npy" for place in range(number)]
    for place, path in enumerate(paths):
        np.save(path, noise + place)
    return paths


def write_whole(path: Path, image: ImageObj) -> None:
    """Write an object with all that belongs to it, as Sigima does."""
    from sigima.io import write_image

    write_image(str(path.with_suffix(".h5ima")), image)


def write_numbers(path: Path, image: ImageObj) -> None:
    """Write the array alone."""
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        file["image"] = image.data
        file.flush()


def by_hand(paths: list[Path], to: Path, write: Callable[[Path, ImageObj], None]) -> None:
    """Read, compute and write in a loop."""
    from sigima.params import GaussianParam, MovingAverageParam
    from sigima.proc import image

    to.mkdir(parents=True)
    for path in paths:
        smooth = image.gaussian_filter(
            create_image(path.stem, np.load(path)), GaussianParam.create(sigma=2.0)
        )
        mean = image.moving_average(smooth, MovingAverageParam.create(n=3))
        write(to / path.name, mean)


def in_threads(paths: list[Path], to: Path, write: Callable[[Path, ImageObj], None]) -> None:
    """Run the loop in two threads, each on half of the files."""
    halves = [(paths[place::2], to / str(place), write) for place in range(2)]
    threads = [threading.Thread(target=by_hand, args=half) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def times(folder: Path, paths: list[Path], pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare on this machine, in threads and on Dask's workers."""
    to = folder / "to"

    def emptied(call: Callable[[], Any], clock_s: Callable[[Any], float] = processor_s) -> float:
        shutil.rmtree(to, ignore_errors=True)
        return clock_s(call)

    def whole_s() -> float:
        return emptied(lambda: by_hand(paths, to, write_whole))

    def threads_s() -> float:
        return emptied(lambda: in_threads(paths, to, write_whole))

    def numbers_s() -> float:
        return emptied(lambda: by_hand(paths, to, write_numbers))

    loops = {"a loop by hand": whole_s, "one of numbers only": numbers_s}

    def ours_s() -> float:
        return emptied(lambda: process(paths, STEPS, to=to))

    for name, loop_s in {**loops, "a loop by hand in 2 threads": threads_s}.items():
        yield f"process / {name}", compare_times(ours_s, loop_s, pairs=pairs), GOAL
    by_the_clock = compare_times(
        lambda: emptied(lambda: process(paths, STEPS, to=to), wall_s),
        lambda: emptied(lambda: by_hand(paths, to, write_whole), wall_s),
        pairs=pairs,
    )
    yield "process / a loop by hand, by the clock", by_the_clock, 1.0

    from distributed import Client

    from datalab_kernel_dask import local_cluster

    with local_cluster(WORKERS) as cluster, Client(cluster) as client:

        def on_workers_s() -> float:
            before = sum(client.run(time.process_time).values())
            here_s = emptied(lambda: process(paths, STEPS, to=to, client=client))
            return here_s + sum(client.run(time.process_time).values()) - before

        for name, loop_s in loops.items():
            ratio = compare_times(on_workers_s, loop_s, pairs=pairs)
            yield f"process on {WORKERS} workers of Dask / {name}", ratio, CLUSTER_GOAL


# -- memory ------------------------------------------------------------------------------------

_WAYS = {
    "load, calc, calc, save": """
workspace = datalab_kernel.Workspace("standalone")
workspace.load(os.path.dirname(files[0]) + "/*.npy")
smooth = workspace.calc("gaussian_filter", on=workspace.list(), sigma=2.0)
mean = workspace.calc("moving_average", on=smooth.names, n=3)
workspace.save(to + "/all.h5")
""",
    "process": """
datalab_kernel.process(files, STEPS, to=to)
""",
}
_SCRIPT = """
import os, sys
import datalab_kernel
datalab_kernel.process([sys.argv[1]], STEPS, to=None)  # imports everything
files, to = sys.argv[1:-1], sys.argv[-1]
print("begin", flush=True)
{way}
"""


def memory_over_time(way: str, paths: list[Path], to: Path) -> tuple[list[float], list[float]]:
    """Return seconds and MB of memory since the beginning, of a process of its own."""
    code = _SCRIPT.format(way=_WAYS[way]).replace("STEPS", repr(STEPS))
    command = [sys.executable, "-c", code, *map(str, paths), str(to)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.readline()
        began, first = time.monotonic(), _resident_mb(running.pid)
        seconds, megabytes = [0.0], [0.0]
        while running.poll() is None:
            time.sleep(0.02)
            resident = _resident_mb(running.pid)
            if resident:  # not at its very end
                seconds.append(time.monotonic() - began)
                megabytes.append(resident - first)
    if running.returncode:
        raise RuntimeError(f"{way!r} ended with {running.returncode}")
    return seconds, megabytes


def _resident_mb(pid: int) -> float:
    pages = Path(f"/proc/{pid}/statm").read_text().split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def draw_memory(file: Path, folder: Path, paths: list[Path]) -> None:
    """Draw the memory of both ways."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots()
    for number, way in enumerate(_WAYS):
        to = folder / f"memory {number}"
        to.mkdir()
        seconds, megabytes = memory_over_time(way, paths, to)
        print(f"{way}: peak {max(megabytes):.0f} MB, {seconds[-1]:.1f} s", flush=True)
        axes.plot(seconds, megabytes, label=f"{way} (at most {max(megabytes):.0f} MB)")
    data_mb = len(paths) * SIDE * SIDE * 8 / 1e6
    axes.axhline(data_mb, color="0.6", linewidth=1, linestyle="--", zorder=0)
    axes.annotate(
        f"the images: {data_mb:.0f} MB",
        (1, data_mb),
        xycoords=("axes fraction", "data"),
        ha="right",
        va="bottom",
        color="0.4",
        xytext=(-4, 2),
        textcoords="offset points",
    )
    axes.set(xlabel="Time (s)", ylabel="Memory beyond the start (MB)", ylim=(0, None))
    axes.margins(x=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(file, dpi=130)


def main() -> None:
    """Print each ratio with its goal, or draw the picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "raw").mkdir()
        paths = write_images(folder / "raw")
        if sys.argv[1:2] == ["--picture"]:
            draw_memory(Path(sys.argv[2]), folder, paths)
            return
        print_rows(times(folder, paths, int(sys.argv[1]) if len(sys.argv) > 1 else 3))


if __name__ == "__main__":
    main()
