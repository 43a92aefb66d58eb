"""Options of ``plot`` as datalab-kernel 0.2 spelled them, understood as what ours are called.

These spellings alone: nothing else of 0.2 is aimed at. They aren't offered or documented
elsewhere, so that this file can be deleted one day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel.workspace._calc_result import CalcResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.objects import DataObject

OUR_NAMES = {"show_roi": "roi", "show_results": "results", "colormap": "cmap"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownInstead:
    """What a picture shows in place of what the objects say; None means what they say.

    ``titles`` has one text for each object, ``xunit`` and ``yunit`` are for all of them, and
    ``results`` are the only ones that are drawn: Sigima's, or what ``workspace.calc`` returned.
    """

    titles: Sequence[str] | None = None
    xunit: str | None = None
    yunit: str | None = None
    results: Sequence[Any] | None = None


def translate(options: Mapping[str, Any]) -> tuple[dict[str, Any], ShownInstead]:
    """Return the options by our names, and what 0.2 let options say of the objects.

    Raises
    ------
    TypeError
        If an option is given by both of its names, or if titles or units aren't texts.
    """
    ours = dict(options)
    for earlier, name in OUR_NAMES.items():
        if earlier not in ours:
            continue
        if name in ours:
            message = f"{earlier} and {name} are the same option. Give {name} alone."
            raise TypeError(message)
        ours[name] = ours.pop(earlier)
    titles = _texts(ours.pop("titles", None))
    units = {name: _unit(name, ours.pop(name, None)) for name in ("xunit", "yunit")}
    results = None
    if isinstance(ours.get("results"), (list, tuple)):
        results, ours["results"] = _results(ours["results"]), True
    return ours, ShownInstead(titles=titles, results=results, **units)


def _texts(titles: Any) -> Sequence[str] | None:
    if titles is None:
        return None
    texts = [titles] if isinstance(titles, str) else titles
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        message = f"titles must be texts, one for each object, not {titles!r:.60}."
        raise TypeError(message)
    return texts


def _results(given: Sequence[Any]) -> Sequence[Any]:
    """Put what an analysis found in the place of what ``workspace.calc`` returned for it."""
    found: list[Any] = []
    for one in given:
        is_analysis = isinstance(one, CalcResult)
        found += [*one.tables.values(), *one.geometry.values()] if is_analysis else [one]
    return found


def _unit(name: str, unit: Any) -> str | None:
    if unit is None or isinstance(unit, str):
        return unit
    message = f"{name} must be text such as 'mm', not {type(unit).__name__} ({unit!r:.60})."
    raise TypeError(message)


def with_shown_instead(objects: list[DataObject], instead: ShownInstead) -> list[DataObject]:
    """Return the objects as the picture shows them: views, the objects stay as they are.

    Raises
    ------
    TypeError
        For an entry of ``results`` that is no result.
    ValueError
        If there are more or fewer titles than objects.
    """
    if instead == ShownInstead():
        return objects
    titles = instead.titles
    if titles is not None and len(titles) != len(objects):
        message = f"titles has {len(titles)} entries for {len(objects)} objects. Give one for each."
        raise ValueError(message)
    from datalab_kernel.objects import share_object
    from datalab_kernel.plot._describing.results import with_results

    shown = []
    for index, obj in enumerate(objects):
        view = share_object(obj)
        view.title = obj.title if titles is None else titles[index]
        view.xunit = obj.xunit if instead.xunit is None else instead.xunit
        view.yunit = obj.yunit if instead.yunit is None else instead.yunit
        shown.append(view if instead.results is None else with_results(view, instead.results))
    return shown
