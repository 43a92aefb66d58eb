"""Drawing a :class:`FigureSpec` by matplotlib: no pyplot, no open figure, rcParams respected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matplotlib.transforms import Bbox

from datalab_kernel.display._progress import tracking
from datalab_kernel.plot._matplotlib import appearance, layout
from datalab_kernel.plot._matplotlib.anew import again_by
from datalab_kernel.plot._matplotlib.curves import draw_curve_scale, draw_curves, draw_legend
from datalab_kernel.plot._matplotlib.drawing import MatplotlibDrawing
from datalab_kernel.plot._matplotlib.right_axis import draw_right_axis
from datalab_kernel.plot._matplotlib.shapes import MOST_LABELS, draw_shapes, place_labels
from datalab_kernel.plot._matplotlib.ticks import label_axis, write_dates
from datalab_kernel.plot._matplotlib.twins import right_axes_of
from datalab_kernel.plot.rendering import with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.text import Annotation

    from datalab_kernel.plot._matplotlib.layout import Page
    from datalab_kernel.plot._matplotlib.tables import Tables
    from datalab_kernel.plot._spec import AxesSpec, FigureSpec

HEAD_LINES = 3


class MatplotlibRenderer:
    """Turn a description into a matplotlib figure."""

    def render(self, spec: FigureSpec, ax: Axes | None = None) -> MatplotlibDrawing:
        """Draw a figure, or a single pair of axes into ``ax``.

        Into ``ax`` neither tables nor the figure's own title are drawn: they belong to
        a whole figure.

        Raises
        ------
        ValueError
            If several pairs of axes are to be drawn into one ``ax``.
        """
        if ax is not None:
            if len(spec.axes) != 1:
                message = f"ax= takes one picture, not {len(spec.axes)}. Plot them one by one."
                raise ValueError(message)
            drawn = _draw(ax, spec.axes[0])
            ax.apply_aspect()
            place_labels(ax, drawn.labels)
            return MatplotlibDrawing(ax.figure, (ax, *right_axes_of(ax)))
        return replace(_draw_figure(spec), again=again_by(_draw_figure, spec))


def _draw_figure(spec: FigureSpec) -> MatplotlibDrawing:
    """Draw a figure of our own."""
    if spec.is_contact_sheet:
        from datalab_kernel.plot._matplotlib.sheet import draw_sheet

        return draw_sheet(spec)
    page = layout.new_page(spec)
    appearance.make_opaque(page.figure)
    tables = _reserve_tables(page, spec)
    if spec.title:
        _draw_head(page, spec.title)
    layout.guess(page)
    drawn_parts = _draw_grid(page, spec)
    layout.fit(page)
    with layout.sharp(page.figure):
        for axes, drawn in zip(page.grid, drawn_parts, strict=True):
            place_labels(axes, drawn.labels)
    if tables is not None:
        tables.draw(page)
    right = (other for axes in page.grid for other in right_axes_of(axes))
    return MatplotlibDrawing(page.figure, (*page.grid, *right))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What is in a pair of axes and needs more work: labels to place, colours to explain."""

    labels: Sequence[Annotation] = ()
    mappable: Any = None


def _reserve_tables(page: Page, spec: FigureSpec) -> Tables | None:
    if not spec.tables:
        return None
    from datalab_kernel.plot._matplotlib.tables import reserve

    return reserve(page, spec.tables)


def _draw_head(page: Page, title: str) -> None:
    """Write the title of the whole figure, above all of it."""
    size = layout.points("figure.titlesize")
    width, _ = page.figure.get_size_inches()
    text = layout.wrap(title, 72 * (width - 2 * layout.PAD_IN), size, HEAD_LINES)
    lines = text.count("\n") + 1
    page.grow(top_in=1.25 * lines * size / 72 + 0.5 * layout.GAP_IN)
    width, height = page.figure.get_size_inches()
    page.head = page.figure.suptitle(text, x=0.5, y=1 - layout.PAD_IN / height, va="top")
    canvas: Any = page.figure.canvas
    room = page.figure.bbox.width - 2 * layout.PAD_IN * page.figure.dpi
    layout.shrink(page.head, room, canvas.get_renderer())


def _draw_grid(page: Page, spec: FigureSpec) -> list[_Drawn]:
    """Draw into all axes what is described for them."""
    for axes in page.grid:
        appearance.set_colors(axes)
    with tracking([*zip(page.grid, spec.axes, strict=True)], "Drawing") as parts:
        drawn = [_draw(axes, part, has_own_bar=not spec.shares_colors) for axes, part in parts]
    if spec.shares_colors:
        _draw_shared_bar(page, spec, drawn)
    if spec.shares_x:
        for axes in page.grid[: -page.columns]:
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)
            axes.xaxis.get_offset_text().set_visible(False)
    return drawn


def _draw_shared_bar(page: Page, spec: FigureSpec, drawn: list[_Drawn]) -> None:
    from datalab_kernel.plot._matplotlib.images import draw_colorbar

    images = [part.image for part in spec.axes if part.image is not None]
    mappables = [part.mappable for part in drawn if part.mappable is not None]
    if not mappables or not any(image.has_colorbar for image in images):
        return
    page.shared_bar = layout.axes_beside(page.grid[page.columns - 1], tuple(page.grid))
    draw_colorbar(page.shared_bar, page.grid[0], mappables[0], images)


def _draw(axes: Axes, spec: AxesSpec, *, has_own_bar: bool = True) -> _Drawn:
    drawn = _Drawn()
    if spec.message:
        axes.set(xticks=[], yticks=[])
        axes.text(
            0.5, 0.5, layout.wrap_title(spec.message, axes), transform=axes.transAxes,
            ha="center", va="center", color=appearance.quiet(axes),
        )  # fmt: skip
        axes.set(
            xlabel=with_unit(spec.xlabel, spec.xunit), ylabel=with_unit(spec.ylabel, spec.yunit)
        )
    axes.set_title(layout.wrap_title(spec.title, axes))
    return drawn if spec.message else _draw_data(axes, spec, has_own_bar=has_own_bar)


def _draw_data(axes: Axes, spec: AxesSpec, *, has_own_bar: bool) -> _Drawn:
    notes: list[str] = []
    mappable = None
    if spec.curves:
        _set_scales(axes, spec)
        axes.grid(visible=True, alpha=0.3, linewidth=0.6)
    if spec.image is not None:
        from datalab_kernel.plot._matplotlib.images import draw_colorbar, draw_image

        mappable, notes = draw_image(axes, spec.image, spec)
        if spec.image.has_colorbar and has_own_bar:
            draw_colorbar(layout.axes_beside(axes), axes, mappable, [spec.image])
    notes += draw_curves(axes, spec.curves, spec)
    if spec.right is not None:
        notes += draw_right_axis(axes, spec, spec.right)
    if spec.overlays:
        from datalab_kernel.plot._matplotlib.overlays import draw_overlays

        draw_overlays(axes, spec.overlays)
    labels = draw_shapes(axes, spec.shapes)
    notes += [*filter(None, [spec.note]), *_labels_left_out(spec)]
    if spec.xlim is not None:
        axes.set_xlim(*spec.xlim)
    if spec.ylim is not None:
        axes.set_ylim(*spec.ylim)
    if spec.scale_bar is not None:
        from datalab_kernel.plot._matplotlib.overlays import draw_scale_bar

        draw_scale_bar(axes, spec.scale_bar)
    _label_axes(axes, spec)
    _explain(axes, spec, notes)
    return _Drawn(labels, mappable)


def _explain(axes: Axes, spec: AxesSpec, notes: Sequence[str]) -> None:
    """Say which curve is which, and how what is seen was made."""
    if spec.many_curves is not None:
        draw_curve_scale(axes, spec.many_curves)
    elif spec.legend is not None:
        draw_legend(axes, spec)
    if notes:
        _draw_note(axes, " \N{MIDDLE DOT} ".join(dict.fromkeys(notes)))


def _labels_left_out(spec: AxesSpec) -> list[str]:
    count = sum(bool(shape.label) for shape in spec.shapes)
    return [f"{count:,} labels, the first {MOST_LABELS} shown"] if count > MOST_LABELS else []


def _set_scales(axes: Axes, spec: AxesSpec) -> None:
    """Set scales that are others than before: setting one takes an axis' formatter away."""
    if axes.get_xscale() != spec.xscale:
        axes.set_xscale(spec.xscale)
    if axes.get_yscale() != spec.yscale:
        axes.set_yscale(spec.yscale)
    axes.set_aspect(spec.aspect)


def _label_axes(axes: Axes, spec: AxesSpec) -> None:
    if spec.x_is_time:
        write_dates(axes.xaxis, spec.xlabel)
    else:
        label_axis(axes.xaxis, layout.wrap_label(spec.xlabel, axes, 1), spec.xunit)
    label_axis(axes.yaxis, layout.wrap_label(spec.ylabel, axes, 0), spec.yunit)


class _LowestText:
    """Where the lower of an axis' label and its power of ten is, asked when it is drawn."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    def __call__(self, renderer: Any) -> Bbox:
        texts = (self._axis.label, self._axis.get_offset_text())
        boxes = [text.get_window_extent(renderer) for text in texts if text.get_visible()]
        label = boxes[0]
        low = min([box.y0 for box in boxes if box.height] or [label.y0])
        return Bbox.from_extents(label.x0, min(low, label.y0), label.x1, label.y1)


def _draw_note(axes: Axes, text: str) -> None:
    """Write quietly below the axis' label, and below the power of ten beside it."""
    place: Any = ("axes fraction", _LowestText(axes.xaxis))
    axes.annotate(
        text, (1.0, 0.0), xycoords=place, xytext=(0, -3), textcoords="offset points",
        ha="right", va="top", fontsize=appearance.NOTE_SIZE, color=appearance.quiet(axes),
    )  # fmt: skip
