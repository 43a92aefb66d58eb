r"""What to draw, as plain values: no plotting library, no workspace.

Arrays are not copied, and may be views of a workspace's data: a renderer only reads. Those that
can't be written to (a workspace's, and those that the description itself made, :func:`own`) stay
what they are.
Texts follow matplotlib: ``$…$`` is mathematics, ``\$`` a dollar sign. A renderer chooses
metric prefixes for what a unit is stated for (``µs`` for small ``s``), and reduces data to
what its pixels can show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import numpy as np

    Array = np.ndarray[Any, Any]

Aspect = Literal["auto", "equal"] | float
CurveStyle = Literal["line", "steps", "bins", "sticks", "dots"]
ShapeKind = Literal[
    "interval", "point", "segment", "rectangle", "circle", "ellipse", "polygon", "cross", "text"
]
Role = Literal["roi", "result", "annotation"]


def own(array: Array) -> Array:
    """Return an array that was made for a description, so that nobody writes to it."""
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line through ``(x, y)``, each of shape ``(n,)`` and real, with errors if there are any.

    ``linestyle`` and ``marker`` are matplotlib's (``"--"``, ``"o"``); None is the renderer's
    own. ``style`` says how samples become a line, as DataLab's curve style does: from steps, a
    value holds until the next; bins are around their samples (:func:`.whole_bins`). ``note`` is
    what a picture says of samples that were left out before.
    """

    x: Array
    y: Array
    label: str = ""
    color: Any = None
    alpha: float | None = None
    style: CurveStyle = "line"
    linestyle: str | None = None
    linewidth: float | None = None
    marker: str | None = None
    x_error: Array | None = None
    y_error: Array | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyCurves:
    """The colour scale that stands for the legend of too many curves.

    ``first`` and ``last`` are the labels at its ends, of ``count`` curves whose colours go
    through ``cmap`` in their order.
    """

    count: int
    first: str
    last: str
    cmap: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """Pixels of shape ``(ny, nx)`` between edges of shape ``(nx + 1,)`` and ``(ny + 1,)``.

    ``is_uniform`` says that the edges are equally spaced; ``is_masked`` (``(ny, nx)``, bool)
    which pixels are shown as left out. ``label`` and ``unit`` are the colour bar's;
    ``limits_note`` says quietly there why its limits aren't those of the data, ``extend``
    at which end values lie beyond them, as matplotlib's colour bars take it. ``note`` is what
    a picture says of pixels that were left out before.
    """

    data: Array
    x_edges: Array
    y_edges: Array
    is_uniform: bool = True
    is_masked: Array | None = None
    cmap: Any = "viridis"
    vmin: float | None = None
    vmax: float | None = None
    norm: Any = None
    alpha: float | None = None
    has_colorbar: bool = True
    label: str = ""
    unit: str = ""
    extend: Literal["neither", "min", "max", "both"] = "neither"
    limits_note: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is drawn over the data, in the axes' units: a region of interest, a result, a note.

    ``coords`` are those of its kind: interval ``(x0, x1)``, point and cross ``(x, y)``, segment
    ``(x0, y0, x1, y1)``, rectangle ``(x0, y0, dx, dy)``, circle ``(xc, yc, r)``, ellipse
    ``(xc, yc, a, b, theta)`` (half axes, radians), polygon ``(x0, y0, x1, y1, …)``, text
    ``(x, y)`` with ``label`` as the text. A NaN coordinate of a cross leaves out that line.
    """

    kind: ShapeKind
    coords: tuple[float, ...]
    role: Role = "roi"
    label: str = ""
    is_inverse: bool = False
    color: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Regions over an image: whole numbers of shape ``(ny, nx)``, 0 where none is, between edges.

    They need not be the image's pixels. A region has the colour of its number, in rounds from 1 on.
    ``style`` says whether its outline is drawn (:func:`.outlines_of`), its area, or both;
    ``opacity`` how much of the image an area hides, None how much the renderer chooses.
    """

    labels: Array
    x_edges: Array
    y_edges: Array
    colors: tuple[Any, ...]
    style: Literal["contours", "areas", "both"] = "contours"
    label: str = ""
    opacity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleBar:
    """A bar in an image's corner: how long it is along x, in its unit, and what is written at it."""

    length: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAxis:
    """A second y axis at the right, and the curves that belong to it; x is the same."""

    curves: tuple[Curve, ...]
    ylabel: str = ""
    yunit: str = ""
    ylim: tuple[float, float] | None = None
    yscale: str = "linear"


@dataclass(frozen=True, slots=True, kw_only=True)
class AxesSpec:
    """One pair of axes and what is in it.

    ``legend`` is its place as matplotlib names it, or None; ``message`` is said instead
    of data where there are none. ``xunit`` and ``yunit`` are stated where a renderer may choose
    a metric prefix; elsewhere the label has it all. ``x_is_time`` says that x is in seconds
    since 1970-01-01 UTC. ``note`` is what is to be known of how it is drawn; ``is_stacked`` says
    that each curve is above the one before it, so that a legend is read from the last one.
    """

    curves: tuple[Curve, ...] = ()
    image: Image | None = None
    overlays: tuple[Overlay, ...] = ()
    scale_bar: ScaleBar | None = None
    shapes: tuple[Shape, ...] = ()
    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    xunit: str = ""
    yunit: str = ""
    x_is_time: bool = False
    xlim: tuple[float, float] | None = None
    ylim: tuple[float, float] | None = None
    xscale: str = "linear"
    yscale: str = "linear"
    aspect: Aspect = "auto"
    origin: Literal["upper", "lower"] = "upper"
    legend: str | None = None
    many_curves: ManyCurves | None = None
    right: RightAxis | None = None
    is_stacked: bool = False
    note: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Results of an analysis as a small table: texts, as they are to be read."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSpec:
    """A whole picture: its axes, in rows of ``columns`` of them, tables, and its text.

    ``figsize`` is in inches; ``columns`` None lets the renderer choose. ``heights`` are those
    of the rows, by each other; a renderer may leave them equal. ``shares_x`` and
    ``shares_colors`` say that all axes have the same x axis, or one colour bar in common.
    ``name`` says in one line what is shown, ``alt`` more of it to who can't see it.
    """

    axes: tuple[AxesSpec, ...]
    tables: tuple[Table, ...] = ()
    columns: int | None = None
    heights: tuple[float, ...] | None = None
    shares_x: bool = False
    shares_colors: bool = False
    is_contact_sheet: bool = False
    title: str = ""
    figsize: tuple[float, float] | None = None
    dpi: float | None = None
    name: str = ""
    alt: str = ""


class Drawing(Protocol):
    """What a renderer drew: how it is shown, and how it is written to a file.

    One whose figure a person can change has a method ``watch(changed)``, and calls
    ``changed()`` whenever it may look different from then on. One that can be drawn anew has
    ``let_go()``, which returns a function that gives it again, or None where that can't be: what a
    kernel has shown is held so, once the cell has ended, unless it was changed; then
    ``free_pixels()`` is called.
    """

    @property
    def figure(self) -> Any:
        """The plotting library's own figure."""

    @property
    def axes(self) -> tuple[Any, ...]:
        """Its axes, in the order of the spec's."""

    def mimebundle(
        self, alt: str, wanted: Collection[str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the picture in those of the ``wanted`` media types that it has, and metadata.

        Every renderer has ``image/png`` (base64 text), for where nothing else can be shown.
        """

    def save(self, path: Path, **options: Any) -> None:
        """Write the picture to a file, in the format that its suffix says."""


class Renderer(Protocol):
    """What draws a figure: one method.

    One that lets a person zoom in says ``needs_all_samples = True``; others are given objects
    as they look as a whole, where their backend can tell that (:class:`.Reduces`).
    """

    def render(self, spec: FigureSpec, ax: Any = None) -> Drawing:
        """Draw a figure, or the only axes of ``spec`` into ``ax``."""
