"""Pictures of any size, against bare matplotlib in the same run.

    python benchmarks/plotting.py [pairs]

Rows of DESIGN section 8. Both sides make a PNG of the same size in pixels, with title, axis
labels and grid (curves) or colour bar (images). The references are what one would write by
hand: matplotlib without pyplot, in its own default layout.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform

from _pairs import Ratio, compare, compare_times, processor_s
from datalab_kernel import Plotter, create_image, create_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes

    Array = np.ndarray[Any, Any]
    Row = tuple[str, Ratio, float]

LABELS: dict[str, Any] = {"units": ("s", "V"), "labels": ("Time", "Voltage")}
FEW, MANY, VERY_MANY = 1_000, 10_000_000, 100_000_000
LINE = 4_000
SIDE = 4096
DPI = 200
"""Of the references' PNG: what a picture for a sharp screen has."""
MEMORY_GOAL = 0.10
NEEDED_GB = 4.5
"""Free memory that 100 million samples need here: x, y and their float64 copies in a signal."""
MEASURE_PEAK = """
import resource, sys
sys.path.insert(0, {here!r})
import plotting
samples = int({samples})
plotter = plotting.Plotter(None)
plotter.plot(plotting.signal(1_000_000), show=False).png()
made = plotting.signal(samples)
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
def peak_kb():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
before = peak_kb()
plotter.plot(made, show=False).png()
print((peak_kb() - before) * 1024 / made.xydata.nbytes)
"""


def signal(samples: int) -> Any:
    """Make a noisy signal."""
    x = np.linspace(0.0, 10.0, samples)
    y = np.random.default_rng(0).standard_normal(samples)
    return create_signal("a", x, y, **LABELS)


def curve_by_hand(x: Array, y: Array) -> bytes:
    """Draw a curve in bare matplotlib."""
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot(x, y)
    axes.grid(visible=True)
    axes.set(title="a", xlabel="Time (s)", ylabel="Voltage (V)")
    return _png(figure)


def image_by_hand(data: Array, side_px: float | None = None) -> bytes:
    """Draw an image in bare matplotlib; on so many pixels of the PNG, if they are given."""
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    figure.colorbar(axes.imshow(data), label="U (V)")
    axes.set(title="a", xlabel="X (mm)", ylabel="Y (mm)")
    if side_px is not None:
        figure.set_size_inches(figure.get_size_inches() * side_px / _side_px(axes, DPI))
    return _png(figure)


def _side_px(axes: Axes, dpi: float) -> float:
    """Return how many pixels of a PNG an image is high."""
    axes.apply_aspect()
    figure: Any = axes.figure
    return float(axes.get_window_extent().height * dpi / figure.dpi)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()


def picture(obj: Any) -> Callable[[], bytes]:
    """Return what draws an object as a notebook shows it."""
    plotter = Plotter(None)  # type: ignore[arg-type] - an object needs no workspace
    return lambda: plotter.plot(obj, show=False).png()


def small(pairs: int) -> Iterator[Row]:
    """Compare a curve of 1,000 samples."""
    made = signal(FEW)
    x, y = made.xydata
    yield (
        "plot of 1k samples",
        compare(picture(made), lambda: curve_by_hand(x, y), pairs),
        1.2,
    )


def large(pairs: int, samples: int = MANY) -> Iterator[Row]:
    """Compare a long curve with numpy's minimum and maximum of it and a curve of 4,000 points."""
    made = signal(samples)
    y = made.xydata[1]
    short = np.linspace(0.0, 10.0, LINE), y[:LINE].copy()

    def reference() -> bytes:
        y.min(), y.max()
        return curve_by_hand(*short)

    label = f"plot of {samples // 1_000_000}M samples"
    yield label, compare(picture(made), reference, pairs), 1.5


def _image_by_both() -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    """Return what draws an image of 4096 by 4096 float64, ours and bare, on as many pixels."""
    data = np.random.default_rng(0).random((SIDE, SIDE))
    made = create_image("a", data, units=("mm", "mm", "V"), labels=("X", "Y", "U"))
    drawn = Plotter(None).plot(made, show=False)  # type: ignore[arg-type] - as in picture
    width_px = int.from_bytes(drawn.png()[16:20])  # of the PNG's header
    side_px = _side_px(drawn.axes[0], width_px / drawn.figure.get_size_inches()[0])
    return picture(made), lambda: image_by_hand(data, side_px)


def image(pairs: int) -> Iterator[Row]:
    """Compare a large image by the clock, where both use the processors that there are."""
    yield "plot of a 4096 x 4096 image", compare(*_image_by_both(), pairs), 0.35


def image_on_one_processor(pairs: int) -> Iterator[Row]:
    """Compare the same by the processor's time, and the size of what is written."""
    ours, by_hand = _image_by_both()
    with on_one_processor():
        ratio = compare_times(lambda: processor_s(ours), lambda: processor_s(by_hand), pairs=pairs)
    yield "the same, on one processor", ratio, 0.6
    size = len(ours()) / len(by_hand())
    yield "size of its PNG", Ratio(size, size, size, 1, 0, 0), 1.2


@contextmanager
def on_one_processor() -> Iterator[None]:
    """Let this process run on one processor, where the system can be told so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def many_curves(pairs: int, count: int = 900) -> Iterator[Row]:
    """Compare many noisy curves of 1,000 samples in one picture, by the processor's time.

    Over each other, where most are hidden, and as a waterfall, where each is seen. What Agg takes
    for the waterfall's lines alone is the least that a picture of them can cost.
    """
    x = np.linspace(0.0, 10.0, FEW)
    values = np.random.default_rng(0).standard_normal((count, FEW))
    made = [create_signal(f"s{number}", x, y, **LABELS) for number, y in enumerate(values)]
    plotter = Plotter(None)  # type: ignore[arg-type] - objects need no workspace
    step = 3.0  # about half of their height, which a waterfall takes by itself

    def by_hand(step: float = 0.0) -> bytes:
        figure = Figure()
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        for number, y in enumerate(values):
            axes.plot(x, y + number * step)
        axes.grid(visible=True)
        axes.set(title="a", xlabel="Time (s)", ylabel="Voltage (V)")
        return _png(figure)

    def ours(**options: Any) -> bytes:
        return plotter.plot(made, show=False, **options).png()

    ratio = compare_times(lambda: processor_s(ours), lambda: processor_s(by_hand), pairs=pairs)
    yield f"{count} curves in one plot", ratio, 0.15
    drawn = plotter.plot(made, show=False, waterfall=step).axes[0]
    for label, function in (
        ("the same, each seen", lambda: ours(waterfall=step)),
        ("the same, their lines by Agg alone", lambda: _by_agg_alone(drawn)),
    ):
        ratio = compare_times(
            partial(processor_s, function), lambda: processor_s(lambda: by_hand(step)), pairs=pairs
        )
        yield label, ratio, 0.15


def _by_agg_alone(axes: Axes) -> None:
    """Draw lines that are placed in pixels already, and no PNG."""
    figure: Any = axes.figure
    width, height = (2 * figure.bbox.size).astype(int)
    renderer: Any = RendererAgg(width, height, 2 * figure.dpi)
    pen = renderer.new_gc()
    pen.set_joinstyle("round")
    twice = Affine2D().scale(2)
    for line in axes.lines:
        pen.set_linewidth(line.get_linewidth())
        pen.set_foreground(line.get_color())
        place = line.get_transform() + twice
        renderer.draw_path(pen, Path(place.transform(line.get_xydata())), IdentityTransform())


def extra_memory(samples: int) -> float:
    """Return the peak memory of plotting, in a process of its own, as a share of the data."""
    code = MEASURE_PEAK.format(here=str(FilePath(__file__).parent), samples=samples)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def has_memory_for_very_many() -> bool:
    """Say whether 100 million samples fit into the memory that is free."""
    return free_gb() > NEEDED_GB


def free_gb() -> float:
    """Return the memory that is free, in GB, or 0 where that can't be found out."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (AttributeError, ValueError, OSError):
        return 0.0


def main() -> None:
    """Print every row; it is reached when the lower bound is within the goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(f"{os.cpu_count()} processors, {pairs} interleaved pairs, median [95 % interval]")
    sizes = [MANY, VERY_MANY] if has_memory_for_very_many() else [MANY]
    rows = [
        small(pairs),
        image(pairs),
        image_on_one_processor(pairs),
        many_curves(min(pairs, 3)),
        *(large(pairs, samples) for samples in sizes),
    ]
    for label, ratio, goal in (row for group in rows for row in group):
        verdict = "reached" if ratio.low <= goal else "MISSED"
        times = f"({1e3 * ratio.ours_s:.1f} ms / {1e3 * ratio.reference_s:.1f} ms)"
        print(f"{label:32} {ratio} {times:22} goal {goal:.2f}  {verdict}", flush=True)
    for samples in sizes:
        share = extra_memory(samples)
        verdict = "reached" if share <= MEMORY_GOAL else "MISSED"
        print(
            f"{samples // 1_000_000}M samples: peak memory {share:+.1%} of the data  "
            f"goal {MEMORY_GOAL:+.0%}  {verdict}"
        )
    if len(sizes) == 1:
        print(f"100M samples left out: they need {NEEDED_GB} GB, {free_gb():.1f} GB are free")


if __name__ == "__main__":
    main()
