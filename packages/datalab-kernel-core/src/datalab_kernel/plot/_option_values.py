"""Whether options have values that they can have: checked before anything is drawn.

matplotlib's tables of colours, colour maps and markers are looked up; pyplot isn't loaded.
"""

from __future__ import annotations

import difflib
import math
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

SCALES = ("linear", "log", "symlog", "logit")
LINE_STYLES = ("-", "--", "-.", ":", "none", "solid", "dashed", "dashdot", "dotted")
PLACES = (
    "best", "upper right", "upper left", "lower left", "lower right", "right", "center left",
    "center right", "lower center", "upper center", "center",
)  # fmt: skip


_CHOICES = {
    "xscale": SCALES,
    "yscale": SCALES,
    "origin": ("upper", "lower"),
    "aspect": ("auto", "equal"),
    "linestyle": LINE_STYLES,
    "legend": PLACES,
    "share": ("colors",),
    "overlay_style": ("contours", "areas", "both"),
}


class TimeLimits(tuple[float, float]):
    """Limits of an axis that were given as dates: seconds since 1970-01-01 UTC."""

    __slots__ = ()


def as_limits(value: Any) -> Any:
    """Turn two dates into limits of a time axis; anything else is left as it is.

    Dates are ISO texts, ``datetime``, ``date`` or ``datetime64``; UTC where they have no
    time zone.

    Examples
    --------
    >>> as_limits(("2024-01-01", "2024-01-01 12:00"))
    (1704067200.0, 1704110400.0)
    >>> as_limits((0, 10))
    (0, 10)
    """
    try:
        first, last = value
        return TimeLimits((_seconds(first), _seconds(last)))
    except (TypeError, ValueError):
        return value


def _seconds(value: Any) -> float:
    if type(value).__name__ == "datetime64":
        value = value.astype("datetime64[us]").item()
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        message = f"{value!r} is no date"
        raise TypeError(message)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


def choices_of(option: str) -> list[str]:
    """Return the texts that an option can be, where they are few enough to choose from.

    Examples
    --------
    >>> choices_of("origin")
    ['upper', 'lower']
    """
    if option == "cmap":
        from matplotlib import colormaps

        return [*colormaps]
    if option == "color":
        from matplotlib.colors import CSS4_COLORS

        return [*CSS4_COLORS]
    return [*_CHOICES.get(option, ())]


def check_values(options: Any) -> None:
    """Check every option that was given.

    Raises
    ------
    TypeError
        For a value of the wrong type.
    ValueError
        For a value that there isn't, with the nearest that there are, or a number out of range.
    """
    for name, check in _CHECKS.items():
        value = getattr(options, name)
        if value is not None:
            check(name, value)
    if options.norm is not None and not options.vmin is options.vmax is None:
        message = "norm has limits of its own: give vmin and vmax to it, or leave norm out."
        raise ValueError(message)
    if options.vmin is not None and options.vmax is not None and options.vmin >= options.vmax:
        message = f"vmin must be less than vmax, not {options.vmin!r} and {options.vmax!r}."
        raise ValueError(message)


def _choice(choices: Collection[str]) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, str) or value not in choices:
            message = (
                f"{name} must be one of {', '.join(map(repr, choices))}, "
                f"not {value!r}.{_hint(value, choices)}"
            )
            raise ValueError(message)

    return check


def _hint(value: Any, choices: Collection[str]) -> str:
    near = difflib.get_close_matches(str(value), choices, n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        message = f"{name} must be text, not {_type(value)}."
        raise TypeError(message)


def _type(value: Any) -> str:
    return f"{type(value).__name__} ({value!r:.60})"


def _switch(name: str, value: Any) -> None:
    if not _is_bool(value):
        message = f"{name} must be True or False, not {_type(value)}."
        raise TypeError(message)


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}


def _number(name: str, value: Any) -> float:
    if isinstance(value, (str, bytes)) or _is_bool(value):
        message = f"{name} must be a number, not {_type(value)}."
        raise TypeError(message)
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        message = f"{name} must be a number, not {_type(value)}."
        raise TypeError(message) from error
    if not math.isfinite(number):
        message = f"{name} must be a finite number, not {value!r}."
        raise ValueError(message)
    return number


def _positive(name: str, value: Any) -> None:
    if _number(name, value) <= 0:
        message = f"{name} must be more than 0, not {value!r}."
        raise ValueError(message)


def _share(name: str, value: Any) -> None:
    if not 0 <= _number(name, value) <= 1:
        message = f"{name} must be between 0 (clear) and 1 (opaque), not {value!r}."
        raise ValueError(message)


def _pair(name: str, value: Any) -> None:
    try:
        first, second = (float(item) for item in value)
    except (TypeError, ValueError):
        first = second = math.nan
    if not (math.isfinite(first) and math.isfinite(second)):
        message = f"{name} must be two numbers such as (0, 10), not {value!r}."
        raise ValueError(message)
    if name == "figsize" and min(first, second) <= 0:
        message = f"figsize must be two lengths in inches of more than 0, not {value!r}."
        raise ValueError(message)
    if first == second and name != "figsize":
        message = f"{name} must be two different numbers, not {value!r}."
        raise ValueError(message)


def _aspect(name: str, value: Any) -> None:
    if isinstance(value, str):
        _choice(_CHOICES["aspect"])(name, value)
    else:
        _positive(name, value)


def _colormap(name: str, value: Any) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import Colormap

    if isinstance(value, Colormap):
        return
    if not isinstance(value, str):
        message = f"{name} must be the name of a colour map, or a Colormap, not {_type(value)}."
        raise TypeError(message)
    if value not in colormaps:
        hint = _hint(value, [*colormaps]) or " matplotlib.colormaps lists all."
        message = f"matplotlib has no colour map {value!r}.{hint}"
        raise ValueError(message)


def _norm(name: str, value: Any) -> None:
    from matplotlib.colors import Normalize

    if not isinstance(value, Normalize):
        message = (
            f"{name} must be a matplotlib Normalize, such as matplotlib.colors.LogNorm(), "
            f"not {_type(value)}."
        )
        raise TypeError(message)


def _color(name: str, value: Any) -> None:
    from matplotlib.colors import get_named_colors_mapping, is_color_like

    for one in value if isinstance(value, list) else [value]:
        if one is not None and not is_color_like(one):
            hint = _hint(one, get_named_colors_mapping()) if isinstance(one, str) else ""
            message = f"{name} must be a colour such as 'red' or '#1f77b4', not {one!r}.{hint}"
            raise ValueError(message)


def _marker(name: str, value: Any) -> None:
    from matplotlib.markers import MarkerStyle

    known = [mark for mark in MarkerStyle.markers if isinstance(mark, str) and mark.strip()]
    if value not in MarkerStyle.markers:
        message = f"{name} must be one of {', '.join(map(repr, known))}, not {value!r}."
        raise ValueError(message)


def _legend(name: str, value: Any) -> None:
    if not _is_bool(value):
        _choice(PLACES)(name, value)


def _count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        message = f"{name} must be a whole number from 1 on, not {value!r}."
        raise ValueError(message)


def _step(name: str, value: Any) -> None:
    if not _is_bool(value) and _number(name, value) == 0:
        message = f"{name} must be True or a step in the unit of y other than 0, not {value!r}."
        raise ValueError(message)


def _length(name: str, value: Any) -> None:
    if not _is_bool(value):
        _positive(name, value)


def _right_ones(name: str, value: Any) -> None:
    is_list = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    if not (_is_bool(value) or isinstance(value, str) or (is_list and value)):
        message = (
            f"{name} must be True (curves in another unit than the first), or the names of those "
            f"that belong to the right y axis, not {value!r}."
        )
        raise TypeError(message)


def _sharing(name: str, value: Any) -> None:
    if not _is_bool(value) and value != "colors":
        message = f"{name} must be True, False or 'colors', not {value!r}."
        raise ValueError(message)


_CHECKS: dict[str, Callable[[str, Any], object]] = {
    "title": _text,
    "xlabel": _text,
    "ylabel": _text,
    "xlim": _pair,
    "ylim": _pair,
    "figsize": _pair,
    "xscale": _choice(SCALES),
    "yscale": _choice(SCALES),
    "origin": _choice(_CHOICES["origin"]),
    "linestyle": _choice(LINE_STYLES),
    "aspect": _aspect,
    "cmap": _colormap,
    "norm": _norm,
    "vmin": _number,
    "vmax": _number,
    "dpi": _positive,
    "linewidth": _positive,
    "alpha": _share,
    "color": _color,
    "marker": _marker,
    "legend": _legend,
    "share": _sharing,
    "overlay_style": _choice(_CHOICES["overlay_style"]),
    "overlay_color": _color,
    "overlay_numbers": _switch,
    "scalebar": _length,
    "colorbar": _switch,
    "roi": _switch,
    "results": _switch,
    "errorbars": _switch,
    "columns": _count,
    "waterfall": _step,
    "twin": _right_ones,
}
