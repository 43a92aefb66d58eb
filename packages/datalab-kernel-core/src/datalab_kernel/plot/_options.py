"""What ``plot`` takes besides the objects; an unknown option is an error with a suggestion."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields
from typing import Any, Literal

SIGNALS_ONLY = {"kind": "signal"}
IMAGES_ONLY = {"kind": "image"}
SCALES = ("linear", "log", "symlog", "logit")
PAIRS = ("xlim", "ylim", "figsize")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotOptions:
    """Options as matplotlib and xarray name them; None means what the objects say.

    ``color`` and ``label`` may be lists, one for each curve.
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
    errorbars: bool | None = field(default=None, metadata=SIGNALS_ONLY)


def parse_options(given: dict[str, Any]) -> PlotOptions:
    """Check options by name and by what can be checked without the objects.

    Raises
    ------
    TypeError
        For an unknown option; it suggests the nearest and lists all.
    ValueError
        For a scale or an origin that there isn't, or limits that aren't two numbers.
    """
    known = [item.name for item in fields(PlotOptions)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, [*known, "show", "ax"], n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            message = f"plot has no option {name!r}.{hint} Options: {', '.join(known)}, show, ax."
            raise TypeError(message)
    options = PlotOptions(**given)
    _check_choice("xscale", options.xscale, SCALES)
    _check_choice("yscale", options.yscale, SCALES)
    _check_choice("origin", options.origin, ("upper", "lower"))
    if isinstance(options.aspect, str):
        _check_choice("aspect", options.aspect, ("auto", "equal"))
    for name in PAIRS:
        _check_pair(name, getattr(options, name))
    if options.norm is not None and not options.vmin is options.vmax is None:
        message = "norm has limits of its own: give vmin and vmax to it, or leave norm out."
        raise ValueError(message)
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
        For ``figsize`` or ``dpi``.
    """
    for name in ("figsize", "dpi"):
        if getattr(options, name) is not None:
            message = f"{name} belongs to a figure, and ax= brings its own. Leave one of them out."
            raise TypeError(message)


def _check_choice(name: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        message = f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}."
        raise ValueError(message)


def _check_pair(name: str, value: Any) -> None:
    if value is None:
        return
    try:
        first, second = (float(item) for item in value)
    except (TypeError, ValueError):
        first = second = float("nan")
    if first != first or second != second:  # noqa: PLR0124 - NaN
        message = f"{name} must be two numbers such as (0, 10), not {value!r}."
        raise ValueError(message)


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
