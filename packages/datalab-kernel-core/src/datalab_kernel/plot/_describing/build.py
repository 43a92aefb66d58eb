"""From objects and options to a :class:`FigureSpec`: pure, no plotting library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.objects import _sigima
from datalab_kernel.plot._describing.images import image_axes, shares_colors
from datalab_kernel.plot._describing.label_images import with_region_colors
from datalab_kernel.plot._describing.side_by_side import signals_side_by_side
from datalab_kernel.plot._describing.signals import LONGEST_LEGEND, signal_axes
from datalab_kernel.plot._describing.tables import results_tables
from datalab_kernel.plot._describing.words import MOST_NAMES, alt_text, name_of
from datalab_kernel.plot._option_values import TimeLimits
from datalab_kernel.plot._options import check_kind, check_together
from datalab_kernel.plot._spec import FigureSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import DataObject
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import AxesSpec, Table


def build(
    objects: Sequence[DataObject], options: PlotOptions, *, is_alone: bool = False
) -> FigureSpec:
    """Describe the picture of signals (overlaid) or images (side by side).

    Parameters
    ----------
    objects
        At least one, all of the same kind.
    options
        What was asked for.
    is_alone
        Whether there is only one pair of axes to draw into: complex data are then shown by
        their modulus alone.

    Raises
    ------
    TypeError
        If signals and images are mixed, for an option of the other kind, or for limits
        that are dates where x isn't time.
    ValueError
        If colours are to be shared by what can't be compared, or a list of labels or
        colours has another length.
    """
    kind = _kind(objects)
    check_kind(options, kind)
    check_together(options)
    is_apart = kind == "signal" and options.columns is not None and len(objects) > 1
    draw: Any = signal_axes if kind == "signal" else image_axes
    if is_apart:
        draw = signals_side_by_side
    axes: tuple[AxesSpec, ...] = draw(objects, options, is_alone=is_alone)
    if kind == "image":
        axes = with_region_colors(axes, objects, options)
    if isinstance(options.xlim, TimeLimits) and not axes[0].x_is_time:
        message = "xlim was given as dates, but x isn't time in this picture. Give two numbers."
        raise TypeError(message)
    tables = _tables(objects, options)
    images: Any = objects if kind == "image" else ()
    name = name_of(kind, [obj.title for obj in objects])
    is_stacked = kind == "signal" and len(axes) > 1 and not is_apart
    has_title = len(images) > 1 or is_apart
    return FigureSpec(
        axes=axes,
        tables=tables,
        columns=1 if is_stacked else _columns(len(objects), len(axes), options.columns),
        shares_x=is_stacked,
        shares_colors=shares_colors(images, options),
        title=options.title or "" if has_title else "",
        figsize=options.figsize,
        dpi=options.dpi,
        name=name,
        alt=alt_text(name, axes, tables),
    )


def _kind(objects: Sequence[DataObject]) -> str:
    are_signals = [isinstance(obj, _sigima.SignalObj) for obj in objects]
    if any(are_signals) and not all(are_signals):
        message = (
            "Cannot mix signals and images in one picture: "
            f"{', '.join(repr(obj.title) for obj in objects[:MOST_NAMES])}. Plot them in two calls."
        )
        raise TypeError(message)
    return "signal" if all(are_signals) else "image"


def _columns(objects: int, axes: int, asked: int | None) -> int | None:
    """Put each phase beside its modulus, where all objects have one."""
    has_phases = axes == 2 * objects
    if asked is None:
        return 2 if has_phases else None
    return min(asked, objects) * (2 if has_phases else 1)


def _tables(objects: Sequence[DataObject], options: PlotOptions) -> tuple[Table, ...]:
    """Return tables of results, unless there are too many objects and nobody asked for them."""
    is_wanted = options.results
    if is_wanted is None:
        is_wanted = len(objects) <= LONGEST_LEGEND
    return results_tables(objects) if is_wanted else ()
