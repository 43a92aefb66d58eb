r"""What to draw, as plain values: no plotting library, no workspace.

Arrays are not copied, and may be views of a workspace's data: a renderer only reads.
Texts follow matplotlib: ``$…$`` is mathematics, ``\$`` a dollar sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Aspect = Literal["auto", "equal"] | float
RegionShape = Literal["segment", "rectangle", "circle", "polygon"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A line through ``(x, y)``, each of shape ``(n,)`` and real, with errors if there are any."""

    x: Array
    y: Array
    label: str = ""
    color: Any = None
    alpha: float | None = None
    x_error: Array | None = None
    y_error: Array | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """Pixels of shape ``(ny, nx)`` between edges of shape ``(nx + 1,)`` and ``(ny + 1,)``.

    ``is_uniform`` says that the edges are equally spaced. ``label`` is the colour bar's.
    """

    data: Array
    x_edges: Array
    y_edges: Array
    is_uniform: bool = True
    cmap: Any = "viridis"
    vmin: float | None = None
    vmax: float | None = None
    norm: Any = None
    alpha: float | None = None
    has_colorbar: bool = True
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The outline of a region of interest, in the axes' units.

    ``coords`` are ``(x0, x1)``, ``(x0, y0, dx, dy)``, ``(xc, yc, r)``, or the polygon's
    ``(x0, y0, x1, y1, …)``.
    """

    shape: RegionShape
    coords: tuple[float, ...]
    title: str = ""
    is_inverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AxesSpec:
    """One pair of axes and what is in it.

    ``legend`` is its place as matplotlib names it, or None; ``message`` is said instead
    of data where there are none.
    """

    curves: tuple[Curve, ...] = ()
    image: Image | None = None
    regions: tuple[Region, ...] = ()
    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    xlim: tuple[float, float] | None = None
    ylim: tuple[float, float] | None = None
    xscale: str = "linear"
    yscale: str = "linear"
    aspect: Aspect = "auto"
    origin: Literal["upper", "lower"] = "upper"
    legend: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSpec:
    """A whole picture: axes side by side, its size in inches, and what it shows in words."""

    axes: tuple[AxesSpec, ...]
    figsize: tuple[float, float] | None = None
    dpi: float | None = None
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a renderer drew: matplotlib's figure, and its axes in the order of the spec's."""

    figure: Any
    axes: tuple[Any, ...]


class Renderer(Protocol):
    """What draws a figure: one method."""

    def render(self, spec: FigureSpec, ax: Any = None) -> Drawing:
        """Draw a figure, or the only axes of ``spec`` into ``ax``."""
