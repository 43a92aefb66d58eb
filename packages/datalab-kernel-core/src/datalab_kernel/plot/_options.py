"""What ``plot`` takes besides the objects; an unknown option is an error with a suggestion."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields
from typing import Any


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
    xscale: str = "linear"
    yscale: str = "linear"
    cmap: Any = None
    vmin: float | None = None
    vmax: float | None = None
    norm: Any = None
    colorbar: bool = True
    aspect: str | float | None = None
    origin: str = "upper"
    alpha: float | None = None
    color: Any = None
    label: Any = None
    legend: bool | None = None
    figsize: tuple[float, float] | None = None
    dpi: float | None = None
    roi: bool = True
    errorbars: bool = True


def parse_options(given: dict[str, Any]) -> PlotOptions:
    """Check options by name and by what can be checked without drawing.

    Raises
    ------
    TypeError
        For an unknown option; it suggests the nearest and lists all.
    ValueError
        For a scale or an origin that there isn't.
    """
    known = [item.name for item in fields(PlotOptions)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            message = f"plot has no option {name!r}.{hint} Options: {', '.join(known)}, show, ax."
            raise TypeError(message)
    options = PlotOptions(**given)
    for name in ("xscale", "yscale"):
        _check_choice(name, getattr(options, name), ("linear", "log", "symlog", "logit"))
    _check_choice("origin", options.origin, ("upper", "lower"))
    return options


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        message = f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}."
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
