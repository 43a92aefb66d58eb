"""One description for each kind of picture: drawn as the reference pictures, and looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from datalab_kernel.plot import (
    AxesSpec,
    Curve,
    FigureSpec,
    Image,
    ManyCurves,
    Overlay,
    RightAxis,
    ScaleBar,
    Shape,
    Table,
)
from datalab_kernel.plot.rendering import OVERLAY_COLORS

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURES: dict[str, Callable[[], FigureSpec]] = {}
X = np.linspace(0, 10, 501)


def picture(make: Callable[[], AxesSpec | FigureSpec]) -> Callable[[], AxesSpec | FigureSpec]:
    """Note a picture by the name of the function that describes it."""

    def spec() -> FigureSpec:
        made = make()
        return made if isinstance(made, FigureSpec) else FigureSpec(axes=(made,))

    PICTURES[make.__name__] = spec
    return make


def spots(ny: int = 60, nx: int = 80) -> np.ndarray:
    """Return an image that no symmetry leaves as it is: a bright spot and a faint one."""
    row, column = np.indices((ny, nx))
    bright = np.exp(-((row - 0.3 * ny) ** 2 + (column - 0.25 * nx) ** 2) / 40)
    return bright + 0.5 * np.exp(-((row - 0.7 * ny) ** 2 / 90 + (column - 0.7 * nx) ** 2 / 30))


def image(data: np.ndarray, step: float = 1.0, **more: object) -> Image:
    """Return an image with square pixels, the first one's centre at 0."""
    ny, nx = data.shape
    edges = [step * (np.arange(count + 1) - 0.5) for count in (nx, ny)]
    given = {"label": "Intensity", "unit": "V", **more}
    return Image(data=data, x_edges=edges[0], y_edges=edges[1], **given)  # type: ignore[arg-type]


def field(picture_of: Image, **more: object) -> AxesSpec:
    """Return axes around an image, with lengths."""
    given = {"xlabel": "X", "ylabel": "Y", "xunit": "m", "yunit": "m", "aspect": "equal", **more}
    return AxesSpec(image=picture_of, **given)  # type: ignore[arg-type]


@picture
def signal() -> AxesSpec:
    return AxesSpec(
        curves=(Curve(x=1e-7 * X, y=2e-3 * np.sin(X)),),
        title="sine",
        xlabel="Time",
        xunit="s",
        ylabel="Voltage",
        yunit="V",
    )


@picture
def overlaid() -> AxesSpec:
    curves = [
        Curve(x=X, y=np.sin(X + shift), label=f"phase {shift:.1f}") for shift in (0, 0.7, 1.4)
    ]
    return AxesSpec(curves=tuple(curves), xlabel="Time", xunit="s", legend="best")


@picture
def twelve_curves() -> AxesSpec:
    curves = [
        Curve(x=X, y=np.sin(X + n / 4) + n / 3, label=f"moving_average(scan {n})|n={n}")
        for n in range(12)
    ]
    return AxesSpec(curves=tuple(curves), xlabel="Time", xunit="s", legend="best")


@picture
def many_curves() -> AxesSpec:
    import matplotlib as mpl

    colors = mpl.colormaps["viridis"](np.linspace(0, 1, 40))
    curves = [Curve(x=X, y=np.sin(X) * n, color=colors[n]) for n in range(40)]
    many = ManyCurves(
        count=40, first="scan 000", last="a scan with a long name 039", cmap="viridis"
    )
    return AxesSpec(curves=tuple(curves), xlabel="Time", xunit="s", many_curves=many)


@picture
def styles() -> FigureSpec:
    x = np.arange(12.0)
    y = np.sin(x / 2)
    kinds = {
        "steps": Curve(x=x, y=y, style="steps"),
        "sticks": Curve(x=x, y=y, style="sticks", marker="o"),
        "dots": Curve(x=x, y=y, style="dots"),
        "dashed, squares": Curve(x=x, y=y, linestyle="--", marker="s", color="#009e73"),
    }
    axes = [AxesSpec(curves=(curve,), title=title) for title, curve in kinds.items()]
    return FigureSpec(axes=tuple(axes), columns=2, title="Curve styles")


@picture
def errors() -> AxesSpec:
    x = np.linspace(1, 10, 15)
    curve = Curve(x=x, y=np.sqrt(x), style="dots", x_error=0 * x + 0.2, y_error=0.1 * np.sqrt(x))
    return AxesSpec(curves=(curve,), title="calibration", xlabel="Mass", xunit="kg", ylabel="Rate")


@picture
def reduced() -> AxesSpec:
    x = np.linspace(0, 2e-3, 200_000)
    y = np.sin(5e3 * x) + np.random.default_rng(0).normal(0, 0.1, x.size)
    y[120_000] = 4
    y[60_000:62_000] = np.nan
    return AxesSpec(curves=(Curve(x=x, y=y),), title="noise", xlabel="Time", xunit="s")


@picture
def signal_shapes() -> AxesSpec:
    y = np.exp(-((X - 4) ** 2)) + 0.6 * np.exp(-((X - 7) ** 2) / 0.5)
    return AxesSpec(
        curves=(Curve(x=X, y=y),),
        title="two peaks",
        xlabel="Wavelength",
        xunit="nm",
        ylabel="Intensity",
        shapes=(
            Shape(kind="interval", coords=(2.5, 5.5), label="first peak"),
            Shape(kind="interval", coords=(8.2, 9.5), label="left out", is_inverse=True),
            Shape(
                kind="segment", coords=(3.17, 0.5, 4.83, 0.5), role="result", label="fwhm = 1.67 nm"
            ),
            Shape(kind="cross", coords=(7.0, float("nan")), role="annotation", label="cursor"),
            Shape(kind="point", coords=(4.0, 1.0), role="result", label="maximum"),
        ),
    )


@picture
def image_plain() -> AxesSpec:
    return field(image(spots(), 2e-6), title="spots", ylabel="Height")


@picture
def image_lower_origin() -> AxesSpec:
    return field(image(spots(), 0.5), title="origin below", origin="lower", xunit="mm", yunit="mm")


@picture
def image_regions() -> AxesSpec:
    shapes = (
        Shape(kind="rectangle", coords=(8, 8, 25, 20), label="bright"),
        Shape(kind="circle", coords=(56, 42, 12), label="faint"),
        Shape(kind="polygon", coords=(45, 4, 75, 4, 70, 22, 50, 18), label="polygon"),
        Shape(kind="circle", coords=(18, 46, 9), label="excluded", is_inverse=True),
    )
    return field(image(spots()), title="regions", shapes=shapes, xunit="", yunit="")


@picture
def overlay_and_scale_bar() -> AxesSpec:
    below = image(spots(), 0.5)
    row, column = np.indices((60, 80))
    labels = np.zeros((60, 80), dtype=int)
    for number, (y, x, r) in enumerate([(18, 20, 9), (42, 56, 12), (15, 62, 8)], start=1):
        labels[(row - y) ** 2 + (column - x) ** 2 < r**2] = number
    over = Overlay(
        labels=labels,
        x_edges=below.x_edges,
        y_edges=below.y_edges,
        colors=OVERLAY_COLORS,
        style="both",
    )
    bar = ScaleBar(length=10.0, label="10 µm")
    return field(below, title="overlay", overlays=(over,), scale_bar=bar)


@picture
def image_results() -> FigureSpec:
    shapes = (
        Shape(kind="ellipse", coords=(56, 42, 9, 5, 1.2), role="result", label="ellipse"),
        Shape(kind="circle", coords=(20, 18, 8), role="result", label="circle"),
        Shape(kind="point", coords=(20, 18), role="result", label="centroid"),
        Shape(kind="segment", coords=(20, 18, 56, 42), role="result", label="distance"),
        Shape(kind="text", coords=(60, 8), role="annotation", label="a note"),
        Shape(kind="rectangle", coords=(40, 4, 12, 9), role="annotation", label="beam stop"),
        Shape(kind="cross", coords=(10, 54), role="annotation", label="cursor"),
    )
    table = Table(
        title="contour_shape",
        columns=("roi", "x (mm)", "y (mm)", "a (mm)", "b (mm)", "θ (°)"),
        rows=(
            ("whole", "56.00", "42.00", "9.00", "5.00", "68.8"),
            ("1", "20.0", "18", "8", "8", "0"),
        ),
    )
    axes = field(
        image(spots(), cmap="gray"), title="results", shapes=shapes, xunit="mm", yunit="mm"
    )
    return FigureSpec(axes=(axes,), tables=(table,))


@picture
def many_labels() -> AxesSpec:
    rng = np.random.default_rng(3)
    places = rng.uniform(5, 75, (24, 2)) * (1, 0.75)
    shapes = [
        Shape(kind="point", coords=(x, y), role="result", label=f"spot {n}")
        for n, (x, y) in enumerate(places)
    ]
    return field(image(spots(), cmap="magma"), shapes=tuple(shapes), xunit="px", yunit="px")


@picture
def masked() -> AxesSpec:
    data = spots()
    mask = np.hypot(*(np.indices(data.shape) - np.array([30, 40])[:, None, None])) > 28
    return field(image(data, is_masked=mask), title="masked", xunit="mm", yunit="mm")


@picture
def uneven() -> AxesSpec:
    data = spots(20, 30)
    edges = np.linspace(0, 5, 31) ** 2, np.linspace(1, 3, 21) ** 2
    mask = np.zeros(data.shape, bool)
    mask[12:, :14] = True
    picture_of = Image(
        data=data, x_edges=edges[0], y_edges=edges[1], is_uniform=False, is_masked=mask, label="U"
    )
    return AxesSpec(image=picture_of, title="uneven pixels", xlabel="Energy", xunit="keV")


@picture
def diverging_robust() -> AxesSpec:
    data = 1e-3 * (spots() - spots()[::-1])
    picture_of = image(
        data, 1e-3, cmap="RdBu_r", vmin=-8e-4, vmax=8e-4, extend="both",
        limits_note="limits: 0.5 to 99.5 % of the values",
    )  # fmt: skip
    return field(picture_of, title="difference")


@picture
def shared_colors() -> FigureSpec:
    axes = [
        field(image(spots() * (n + 1) / 3, 1e-3, vmin=0, vmax=1), title=f"exposure {n}")
        for n in range(3)
    ]
    return FigureSpec(axes=tuple(axes), shares_colors=True)


@picture
def own_colors() -> FigureSpec:
    axes = [
        field(image(spots() * 10.0 ** (3 - 3 * n), 1e-3, cmap="viridis"), title=f"gain {n}")
        for n in range(4)
    ]
    return FigureSpec(axes=tuple(axes), title="Four gains")


@picture
def complex_signal() -> FigureSpec:
    x = 1e3 * X
    h = 1 / (1 + 1j * x / 2e3)
    axes = (
        AxesSpec(curves=(Curve(x=x, y=np.abs(h)),), xlabel="Frequency", xunit="Hz",
                 ylabel="|H|", title="response"),
        AxesSpec(curves=(Curve(x=x, y=np.angle(h)),), xlabel="Frequency", xunit="Hz",
                 ylabel="phase", yunit="rad"),
    )  # fmt: skip
    return FigureSpec(axes=axes, columns=1, shares_x=True)


@picture
def time() -> AxesSpec:
    start = np.datetime64("2026-03-01T22:30", "s").astype(float)
    curve = Curve(x=start + 60.0 * np.arange(400), y=20 + np.sin(np.arange(400) / 60))
    return AxesSpec(
        curves=(curve,), title="cryostat", xlabel="Time", ylabel="Temperature", yunit="°C",
        x_is_time=True,
    )  # fmt: skip


@picture
def logarithmic() -> AxesSpec:
    f = np.logspace(0, 6, 400)
    return AxesSpec(
        curves=(Curve(x=f, y=1 / np.sqrt(1 + (f / 1e3) ** 2)),),
        xscale="log",
        yscale="log",
        xlabel="Frequency",
        xunit="Hz",
        ylabel="Gain",
    )


@picture
def single_point() -> AxesSpec:
    curve = Curve(x=np.array([2.5]), y=np.array([3e-9]))
    return AxesSpec(curves=(curve,), title="one sample", xlabel="t", xunit="s", yunit="A")


@picture
def message() -> AxesSpec:
    return AxesSpec(message="all values are NaN", title="blank", xlabel="Time", xunit="s")


@picture
def table_beside() -> FigureSpec:
    names = ("min", "max", "mean", "median", "std", "var", "skewness", "kurtosis", "rms",
             "peak to peak", "sum", "trapz")  # fmt: skip
    units = tuple(f"{name} (mV)" for name in names)
    row = tuple(f"{np.cos(n) * 10 ** (n % 4):.4g}" for n in range(len(names)))
    return FigureSpec(
        axes=signal_axes(), tables=(Table(title="stats", columns=units, rows=(row,)),)
    )


def signal_axes() -> tuple[AxesSpec, ...]:
    return PICTURES["signal"]().axes


@picture
def long_texts() -> AxesSpec:
    name = "moving_average(subtract_background(average(measurement of the second day)))|n=5"
    curves = [Curve(x=X, y=1e5 * np.cos(n * X) + 0.1, label=f"{n}: {name}") for n in range(3)]
    return AxesSpec(
        curves=tuple(curves),
        title=f"{name} and {name}",
        xlabel=f"a long description of what was set at the {name}",
        ylabel=f"a long description of what was measured at the {name}",
        yunit="a.u.",
        legend="best",
    )


@picture
def histogram() -> AxesSpec:
    counts = np.array([2, 5, 11, 18, 23, 17, 12, 4, 1])
    curve = Curve(x=np.arange(9) * 0.5 - 2, y=counts, style="bins")
    return AxesSpec(
        curves=(curve,), title="nine bins", xlabel="Voltage", xunit="V", ylabel="Counts"
    )


@picture
def power_of_ten_above_note() -> AxesSpec:
    x = np.arange(2_000_000.0)
    return AxesSpec(curves=(Curve(x=x, y=np.sin(x / 3e5)),))


@picture
def waterfall() -> AxesSpec:
    curves = [Curve(x=X, y=np.exp(-((X - 2 - n) ** 2)) + 0.5 * n, label=f"{n} s") for n in range(5)]
    note = "each curve is 0.5 V above the one before it"
    return AxesSpec(curves=tuple(curves), yunit="V", legend="best", is_stacked=True, note=note)


@picture
def two_y_axes() -> AxesSpec:
    left = Curve(x=X, y=20 + 30 * (1 - np.exp(-X / 3)), label="temperature")
    right = Curve(x=X, y=1e5 + 4e4 * np.sin(X), label="pressure")
    return AxesSpec(
        curves=(left,),
        xlabel="Time",
        xunit="s",
        ylabel="Temperature",
        yunit="°C",
        right=RightAxis(curves=(right,), ylabel="Pressure", yunit="Pa"),
        legend="lower right",
    )


@picture
def side_by_side() -> FigureSpec:
    def part(title: str, y: np.ndarray, unit: str) -> AxesSpec:
        return AxesSpec(curves=(Curve(x=X, y=y),), title=title, xunit="s", yunit=unit)

    axes = (part("sine", np.sin(X), "V"), part("decay", 1e-3 * np.exp(-X), "A"))
    return FigureSpec(axes=axes, columns=2, title="two signals")


@picture
def fit() -> FigureSpec:
    """Describe what ``workspace.fit`` gives, of a signal with error bars."""
    x = X[::10]
    curve, left = 5 * np.exp(-x / 2) + 1, 0.1 * np.sin(7 * x)
    error = 0.05 + 0.02 * curve
    points = Curve(x=x, y=curve + left, y_error=error, style="dots", label="decay", color="C0")
    line = Curve(x=x, y=curve, label="fit", color="C1", linewidth=2.0)
    zero = Curve(x=x[[0, -1]], y=np.zeros(2), color="0.6", linewidth=0.8)
    below = Curve(x=x, y=left, y_error=error, style="dots", color="C0")
    units = {"xunit": "s", "yunit": "V"}
    rows = (("a", "5.00 ± 0.04", "V", "fitted"), ("tau", "2.00 ± 0.03", "s", "fitted"))
    return FigureSpec(
        axes=(
            AxesSpec(
                curves=(points, line), title="fit(decay)", ylabel="Voltage", legend="best", **units
            ),
            AxesSpec(curves=(zero, below), xlabel="Time", ylabel="residuals", **units),
        ),
        tables=(Table(title="fit", columns=("parameter", "value", "unit", "role"), rows=rows),),
        columns=1,
        heights=(3.0, 1.2),
        shares_x=True,
    )


@picture
def label_image() -> FigureSpec:
    """Describe labels as ``label_regions`` gives them: neighbours differ, nothing is a scale."""
    from datalab_kernel import create_image
    from datalab_kernel.plot._describing.build import build
    from datalab_kernel.plot._options import parse_options

    row, column = np.indices((60, 80))
    labels = np.where((row // 15 + column // 20) % 3 == 0, 0, 1 + row // 15 + 4 * (column // 20))
    found = create_image("cells", labels.astype(np.int32), labels=("X", "Y", "Label"))
    return build([found], parse_options({}))
