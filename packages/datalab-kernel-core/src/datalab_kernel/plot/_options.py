"""What ``plot`` takes besides the objects; an unknown option is an error with a suggestion."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from datalab_kernel.plot._option_values import as_limits, check_values

SIGNALS_ONLY = {"kind": "signal"}
IMAGES_ONLY = {"kind": "image"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotOptions:
    """Options as matplotlib and xarray name them; None means what the objects say.

    ``color`` and ``label`` may be lists, one for each curve. ``share`` gives images the same
    colours, by ``"colors"``, or the same colours and axis limits, by True. ``xlim`` may be
    dates, where x is time. ``columns`` gives each object axes of its own, so many in a row.
    ``overlay`` are names of masks or labels, or these, to be drawn over each image; ``scalebar``
    may be a length in the unit of x. ``waterfall`` draws curves above each other, ``twin`` some of them on a right y axis.
    """

    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None
    xlim: tuple[float, float] | None = None
    ylim: tuple[float, float] | None = None
    xscale: str | None = field(default=None, metadata=SIGNALS_ONLY)
    yscale: str | None = field(default=None, metadata=SIGNALS_ONLY)
    cmap: Any = field(default=None, metadata=IMAGES_ONLY)
    vmin: float | None = field(default=None, metadata=IMAGES_ONLY)
    vmax: float | None = field(default=None, metadata=IMAGES_ONLY)
    norm: Any = field(default=None, metadata=IMAGES_ONLY)
    colorbar: bool | None = field(default=None, metadata=IMAGES_ONLY)
    aspect: Literal["auto", "equal"] | float | None = None
    origin: Literal["upper", "lower"] | None = field(default=None, metadata=IMAGES_ONLY)
    alpha: float | None = None
    color: Any = field(default=None, metadata=SIGNALS_ONLY)
    label: Any = field(default=None, metadata=SIGNALS_ONLY)
    legend: bool | str | None = field(default=None, metadata=SIGNALS_ONLY)
    figsize: tuple[float, float] | None = None
    dpi: float | None = None
    roi: bool | None = None
    results: bool | None = None
    errorbars: bool | None = field(default=None, metadata=SIGNALS_ONLY)
    marker: str | None = field(default=None, metadata=SIGNALS_ONLY)
    linestyle: str | None = field(default=None, metadata=SIGNALS_ONLY)
    linewidth: float | None = field(default=None, metadata=SIGNALS_ONLY)
    share: bool | Literal["colors"] | None = field(default=None, metadata=IMAGES_ONLY)
    columns: int | None = None
    overlay: Any = field(default=None, metadata=IMAGES_ONLY)
    overlay_style: Literal["contours", "areas", "both"] | None = field(
        default=None, metadata=IMAGES_ONLY
    )
    overlay_color: Any = field(default=None, metadata=IMAGES_ONLY)
    overlay_numbers: bool | None = field(default=None, metadata=IMAGES_ONLY)
    scalebar: bool | float | None = field(default=None, metadata=IMAGES_ONLY)
    waterfall: bool | float | None = field(default=None, metadata=SIGNALS_ONLY)
    twin: bool | str | list[str] | None = field(default=None, metadata=SIGNALS_ONLY)


_CALLED_OTHERWISE = {
    **dict.fromkeys(("subplots", "ncols", "layout", "side_by_side"), "columns"),
    **dict.fromkeys(("offset", "stack", "stacked", "shift", "step"), "waterfall"),
    **dict.fromkeys(("secondary_y", "twinx", "right", "y2"), "twin"),
    **dict.fromkeys(("mask", "contour", "contours", "labels_over", "segmentation"), "overlay"),
    **dict.fromkeys(("scale_bar", "bar", "scale"), "scalebar"),
    "lw": "linewidth",
    "ls": "linestyle",
    "c": "color",
    "s": "marker",
    "lim": "xlim",
    "logx": "xscale",
    "logy": "yscale",
    "size": "figsize",
    "extent": "xlim",
    "labels": "label",
}
"""Options of other libraries, and what is nearest to them here."""
OPTIONS = tuple(item.name for item in fields(PlotOptions))


def parse_options(given: dict[str, Any]) -> PlotOptions:
    """Check options by name and by what can be checked without the objects.

    Raises
    ------
    TypeError
        For an unknown option (it suggests the nearest and lists all), or a value of the
        wrong type.
    ValueError
        For a value that there isn't, such as the name of no colour map.
    """
    for name in given:
        if name not in OPTIONS:
            all_of_them = (*OPTIONS, "show", "ax", "interactive")
            near = [_CALLED_OTHERWISE[name]] if name in _CALLED_OTHERWISE else []
            near = near or difflib.get_close_matches(name, all_of_them, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            message = f"plot has no option {name!r}.{hint} Options: {', '.join(all_of_them)}."
            raise TypeError(message)
    options = PlotOptions(**{**given, "xlim": as_limits(given.get("xlim"))})
    check_values(options)
    return options


def check_kind(options: PlotOptions, kind: str) -> None:
    """Refuse options that would do nothing for objects of this kind.

    Raises
    ------
    TypeError
        For an option that is only for the other kind.
    """
    for item in fields(options):
        only = item.metadata.get("kind", kind)
        if only != kind and getattr(options, item.name) is not None:
            message = f"The option {item.name!r} is for {only}s; this picture shows {kind}s. Leave it out."
            raise TypeError(message)


def check_placing(options: PlotOptions) -> None:
    """Refuse options of a whole figure where ``ax=`` brings its own.

    Raises
    ------
    TypeError
        For ``figsize``, ``dpi`` or ``columns``.
    """
    for name in ("figsize", "dpi", "columns"):
        if getattr(options, name) is not None:
            message = f"{name} belongs to a figure, and ax= brings its own. Leave one of them out."
            raise TypeError(message)


def check_together(options: PlotOptions) -> None:
    """Refuse options that can't be together.

    Raises
    ------
    TypeError
        For two of ``columns``, ``waterfall`` and ``twin`` with signals.
    """
    given_ones = [
        name
        for name in ("columns", "waterfall", "twin")
        if getattr(options, name) not in (None, False)
    ]
    if len(given_ones) > 1:
        message = f"{' and '.join(given_ones)} can't be together in one picture. Give one of them."
        raise TypeError(message)


def given(option: Any, default: Any) -> Any:
    """Return an option, or what stands for it where it wasn't given."""
    return default if option is None else option


def one_each(value: Any, count: int, name: str) -> list[Any]:
    """Spread an option over several curves: a list must fit, anything else is for all.

    Raises
    ------
    ValueError
        If a list has another length.
    """
    if not isinstance(value, list):
        return [value] * count
    if len(value) != count:
        message = f"{name} has {len(value)} entries for {count} curves. Give one for each."
        raise ValueError(message)
    return value
