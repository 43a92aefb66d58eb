"""Two y axes: which curves are on the right one, and how that is described."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datalab_kernel.plot._options import given, one_each
from datalab_kernel.plot._spec import RightAxis

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.objects import SignalObj
    from datalab_kernel.plot._options import PlotOptions
    from datalab_kernel.plot._spec import AxesSpec

    Describe = Callable[[Sequence[SignalObj], PlotOptions, str], AxesSpec]


def with_right_axis(
    signals: Sequence[SignalObj], options: PlotOptions, describe: Describe
) -> AxesSpec:
    """Describe signals by two y axes.

    Parameters
    ----------
    signals
        All of them, in order.
    options
        ``twin`` says which are on the right: True those whose unit isn't the first one's, or
        their names. ``ylabel, ylim, yscale`` are the left axis'.
    describe
        What describes those of one side, given the unit of x.

    Raises
    ------
    ValueError
        If none would be on one of the sides.
    """
    is_right = _sides(signals, options.twin)
    left, right = (
        describe([signals[i] for i in places], _of(options, places, len(signals)), signals[0].xunit)
        for places in _places(is_right)
    )
    legend = options.legend if isinstance(options.legend, str) else "best"
    return replace(
        left,
        legend=None if options.legend is False else legend,
        title=given(options.title, ""),
        message=left.message or right.message,
        right=RightAxis(
            curves=right.curves,
            ylabel=right.ylabel,
            yunit=right.yunit,
            ylim=right.ylim,
            yscale=right.yscale,
        ),
    )


def _places(is_right: Sequence[bool]) -> tuple[list[int], list[int]]:
    found: tuple[list[int], list[int]] = ([], [])
    for place, side in enumerate(is_right):
        found[side].append(place)
    return found


def _sides(signals: Sequence[SignalObj], twin: Any) -> list[bool]:
    """Say of each signal whether it is on the right."""
    titles = [signal.title for signal in signals]
    if twin is True:
        is_right = [signal.yunit != signals[0].yunit for signal in signals]
        why = "all have the same unit" if len(signals) > 1 else "there is one curve"
    else:
        names = [twin] if isinstance(twin, str) else [*twin]
        unknown = [name for name in names if name not in titles]
        if unknown:
            message = (
                f"twin names {', '.join(map(repr, unknown))}, which isn't drawn here. "
                f"There are: {', '.join(map(repr, titles))}."
            )
            raise ValueError(message)
        is_right = [title in names for title in titles]
        why = "it names all of them" if all(is_right) else "it names none"
    if all(is_right) or not any(is_right):
        message = (
            f"twin={twin!r} leaves one of the two y axes without a curve: {why}. Name those that "
            "belong to the right one, or leave twin out."
        )
        raise ValueError(message)
    return is_right


def _of(options: PlotOptions, places: Sequence[int], count: int) -> PlotOptions:
    """Return the options of the signals at these places; the left side has the first of them."""
    found: dict[str, Any] = {"twin": None, "legend": False}
    for name in ("color", "label"):
        values = one_each(getattr(options, name), count, name)
        if getattr(options, name) is not None:
            found[name] = [values[place] for place in places]
    if places[0] != 0:
        found |= {"ylabel": None, "ylim": None, "yscale": None}
    return replace(options, **found)
