"""A contact sheet: many objects as small pictures, described without keeping their data.

Each object is read, reduced to what its panel can show, and let go. How a sheet is drawn is
the renderer's; how large its panels are is said here.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.display._progress import tracking
from datalab_kernel.objects import _names, _sigima
from datalab_kernel.plot._describing.images import image_axes
from datalab_kernel.plot._describing.signals import signal_axes
from datalab_kernel.plot._inputs import drawable
from datalab_kernel.plot._options import PlotOptions, parse_options
from datalab_kernel.plot._spec import AxesSpec, FigureSpec, own
from datalab_kernel.plot.rendering import SCALES, View, reduce_curve, reduce_image
from datalab_kernel.workspace._calc_result import CalcResult
from datalab_kernel.workspace._stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.objects import DataObject
    from datalab_kernel.plot._from_afar import Lookup
    from datalab_kernel.plot._spec import Curve, CurveStyle, Image
    from datalab_kernel.plot.rendering import ReducedCurve

    Array = np.ndarray[Any, Any]

MOST = 100
"""Panels of one picture."""
WIDTH_IN = 1.55
PANEL_RATIO = 0.92
"""A panel's height, its two lines of text included, by its width."""
PAGE_WIDTH_IN = 9.5
"""Width up to which panels stand side by side, unless a number of columns is asked for."""
PIXELS_PER_IN = 200
"""What is kept of the data: as much as a sharp screen shows."""
OPTIONS = (
    "title", "cmap", "vmin", "vmax", "norm", "color", "xscale", "yscale", "linewidth", "origin",
    "aspect", "dpi",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An object's name, and what reads it when it is its turn."""

    name: str
    read: Callable[[], DataObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How a sheet is laid out: panels in a row (None: what fits), their width, which page."""

    columns: int | None = None
    size: float = WIDTH_IN
    page: int = 1

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        for name in ("columns", "page"):
            value = getattr(self, name)
            is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 1
            if not is_count and not (name == "columns" and value is None):
                message = f"{name} must be a whole number from 1 on, not {value!r}."
                raise ValueError(message)
        if not isinstance(self.size, (int, float)) or not 0.5 <= self.size <= 10:  # noqa: PLR2004
            message = f"size must be a panel's width in inches, 0.5 to 10, not {self.size!r}."
            raise ValueError(message)


def grid_options(given: dict[str, Any]) -> PlotOptions:
    """Check the options of a contact sheet.

    Raises
    ------
    TypeError
        For an option that a sheet doesn't have; it suggests the nearest and lists all.
    ValueError
        For a value that can't be.
    """
    own = ("columns", "size", "kind", "page", "show")
    for name in given:
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, [*OPTIONS, *own], n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            message = f"grid has no option {name!r}.{hint} Options: {', '.join((*own, *OPTIONS))}."
            raise TypeError(message)
    return parse_options(given)


def items_of(what: Any, workspace: Lookup | None, kind: Any = None) -> list[Item]:
    """Return what a sheet shows, in order; objects of a workspace aren't read yet.

    Raises
    ------
    ObjectNotFoundError
        If a name or pattern finds nothing.
    TypeError, ValueError
        As :func:`datalab_kernel.plot._inputs.drawable` raises them; also for another
        ``kind``, or if nothing is of that kind.
    """
    if kind not in (None, "signal", "image"):
        message = f"kind must be 'signal', 'image' or None, not {kind!r}."
        raise ValueError(message)
    if isinstance(what, str) and workspace is not None:
        return [
            Item(name, lambda name=name: workspace.get(name, copy=False))  # type: ignore[misc]
            for name in _found(what, workspace, kind)
        ]
    if isinstance(what, CalcResult):
        return [Item(name, lambda name=name: what.view(name)) for name in what.names]  # type: ignore[misc]
    if isinstance(what, Stack):
        return [Item(name, lambda at=at: what.view(at)) for at, name in enumerate(what.names)]  # type: ignore[misc]
    if isinstance(what, list):
        return [item for one in what for item in items_of(one, workspace, kind)]
    objects = drawable(what, workspace)
    classes = {"signal": _sigima.SignalObj, "image": _sigima.ImageObj}
    return [
        Item(obj.title, lambda obj=obj: obj)  # type: ignore[misc]
        for obj in objects
        if kind is None or isinstance(obj, classes[kind])
    ]


def _found(text: str, workspace: Lookup, kind: Any) -> list[str]:
    names = workspace.list(text, kind=kind)
    if names:
        return names
    known = workspace.list()
    if not known:
        message = "There is nothing to show: the workspace is empty. Add signals or images first."
        raise ValueError(message)
    if kind is not None and workspace.list(text):
        message = f"No {kind} matches {text!r}. Leave kind= out, or give another pattern."
        raise ValueError(message)
    raise _names.not_found(text, known)


def build_grid(items: Sequence[Item], sheet: Sheet, options: PlotOptions) -> FigureSpec:
    """Describe a contact sheet; every object is read once, one at a time.

    Raises
    ------
    ValueError
        If there is nothing to show, or no such page.
    """
    if not items:
        message = "There is nothing to show in an empty list. Give names, a pattern or objects."
        raise ValueError(message)
    pages = math.ceil(len(items) / MOST)
    if sheet.page > pages:
        message = f"There is no page {sheet.page}: {len(items):,} objects take {pages} of them."
        raise ValueError(message)
    first = (sheet.page - 1) * MOST
    shown = items[first : first + MOST]
    columns = sheet.columns or max(1, round(PAGE_WIDTH_IN / sheet.size))
    columns = min(columns, len(shown))
    rows = math.ceil(len(shown) / columns)
    with tracking(shown, "Drawing") as tracked:
        axes = tuple(_panel(item, options, sheet.size) for item in tracked)
    part = "" if pages == 1 else f"{first + 1} to {first + len(shown)} of {len(items):,} objects"
    go_on = f", go on with page={sheet.page + 1}" if sheet.page < pages else ""
    name = _in_words([item.name for item in shown], part)
    return FigureSpec(
        axes=axes,
        columns=columns,
        is_contact_sheet=True,
        title=" \N{MIDDLE DOT} ".join(filter(None, [options.title, part + go_on])),
        figsize=(columns * sheet.size, rows * sheet.size * PANEL_RATIO),
        dpi=options.dpi,
        name=name,
        alt=name,
    )


def _in_words(names: list[str], part: str) -> str:
    listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")  # noqa: PLR2004
    objects = part or ("1 object" if len(names) == 1 else f"{len(names)} objects")
    return f"Contact sheet of {objects}: {listed}"


# -- one panel ----------------------------------------------------------------------------


def _panel(item: Item, options: PlotOptions, width_in: float) -> AxesSpec:
    """Describe one object by copies of what can be seen of it in a small picture."""
    obj = item.read()
    pixels = max(32, int(width_in * PIXELS_PER_IN))
    if isinstance(obj, _sigima.SignalObj):
        (axes, *_) = signal_axes([obj], options, is_alone=True)
        curves = tuple(_small_curve(curve, axes, pixels) for curve in axes.curves)
        count = len(obj.xydata[0])
        points = f"{count:,} point{'' if count == 1 else 's'}"
        axes = replace(axes, curves=curves, xlabel=f"signal, {points}")
    else:
        (axes, *_) = image_axes([obj], options, is_alone=True)
        rows, columns = obj.data.shape
        axes = replace(
            axes,
            image=None if axes.image is None else _small_image(axes.image, pixels),
            xlabel=f"image, {columns} \N{MULTIPLICATION SIGN} {rows}",
        )
    return replace(axes, title=item.name, shapes=(), legend=None, ylabel="", xunit="", yunit="")


def _small_curve(curve: Curve, axes: AxesSpec, pixels: int) -> Curve:
    to_x, from_x = SCALES.get(axes.xscale, SCALES["linear"])
    to_y, _ = SCALES.get(axes.yscale, SCALES["linear"])
    height = max(16, int(pixels * PANEL_RATIO))
    view = View(width=pixels, height=height, to_x=to_x, from_x=from_x, to_y=to_y, xlim=axes.xlim)
    found = reduce_curve(curve, view)
    x, y = (curve.x, curve.y) if found is None else (found.x, found.y)
    return replace(
        curve,
        x=own(np.array(x, dtype=float)),
        y=own(np.array(y, dtype=float)),
        style=_small_style(curve, found),
        x_error=None,
        y_error=None,
        label="",
    )


def _small_style(curve: Curve, found: ReducedCurve | None) -> CurveStyle:
    if found is not None and found.is_dots:
        return "dots"
    return "line" if found is not None and curve.style == "bins" else curve.style


def _small_image(image: Image, pixels: int) -> Image:
    if image.is_masked is not None:
        image = replace(image, data=np.ma.masked_array(image.data, image.is_masked))
    limits = None if image.vmin is None or image.vmax is None else (image.vmin, image.vmax)
    found = reduce_image(image, pixels, max(16, int(pixels * PANEL_RATIO)), limits)
    return replace(
        image,
        data=own(np.ma.filled(image.data.astype(float), np.nan) if found is None else found.data),
        x_edges=own(np.array(image.x_edges if found is None else found.x_edges)),
        y_edges=own(np.array(image.y_edges if found is None else found.y_edges)),
        is_masked=None,
        has_colorbar=False,
    )
