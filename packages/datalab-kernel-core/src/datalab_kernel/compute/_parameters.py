"""What a function's parameters may be, for people.

Sigima describes each parameter by an item of a guidata DataSet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

import guidata.dataset as gds
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_DEFAULT: Any = type("NoDefault", (), {"__repr__": lambda _: "no default"})()
"""The default of a parameter that must be given."""

_TYPES: dict[type, str] = {
    gds.FloatItem: "float",
    gds.IntItem: "int",
    gds.BoolItem: "bool",
    gds.StringItem: "text",
    gds.ChoiceItem: "choice",
    gds.FloatArrayItem: "array",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a function, for people.

    ``type`` is ``"float"``, ``"int"``, ``"bool"``, ``"text"``, ``"choice"`` or
    ``"array"``. ``minimum`` and ``maximum`` count as allowed. ``is_from_object`` says
    that the default is derived of the object where none is given.
    """

    name: str
    type: str
    default: Any
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    is_nonzero: bool = False
    is_even: bool | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    is_from_object: bool = False

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is NO_DEFAULT

    def __str__(self) -> str:
        """Write it in one line, as errors and tables have it."""
        described = f": {self.help}" if self.help else ""
        return f"{self.name} ({self.constraint}){described}"

    @property
    def constraint(self) -> str:
        """What it may be, as text: type or choices, unit, range and default."""
        parts = [" or ".join(self.choices) if self.choices else self.type]
        parts += [f"in {self.unit}"] * bool(self.unit)
        parts += [text for text in (self._range(), self._default()) if text]
        return ", ".join(parts)

    def _default(self) -> str:
        if self.is_required:
            return "required"
        if self.is_from_object:
            return "default from the object"
        return f"default {self.default!r}"

    def _range(self) -> str:
        limits = (("at least", self.minimum), ("at most", self.maximum))
        parts = [f"{text} {limit:g}" for text, limit in limits if limit is not None]
        parts += ["not 0"] * self.is_nonzero
        if self.is_even is not None:
            parts.append("even" if self.is_even else "odd")
        return ", ".join(parts)


def items_of(paramclass: Any) -> Mapping[str, gds.DataItem]:
    """Return the items of a class of sets that stand for a parameter, by name."""
    return _items_of(paramclass)


@cache
def _items_of(paramclass: type[gds.DataSet]) -> Mapping[str, gds.DataItem]:
    return {
        item.get_name(): item
        for item in paramclass._items  # noqa: SLF001 - as guidata's own tools do
        if type_of(item) and item.get_prop("display", "active", default=True) is not False
    }


def type_of(item: gds.DataItem) -> str | None:
    """Return what kind of parameter an item stands for; None if for none."""
    return next((text for kind, text in _TYPES.items() if isinstance(item, kind)), None)


@cache
def parameters_of(paramclass: type[gds.DataSet]) -> dict[str, Parameter]:
    """Describe the parameters of a set by name, with the defaults that DataLab has.

    Examples
    --------
    >>> from sigima.params import GaussianParam
    >>> str(parameters_of(GaussianParam)["sigma"])
    'sigma (float, at least 0, default 1.0): Standard deviation of the Gaussian filter'
    """
    prototype = paramclass()
    derives = hasattr(paramclass, "update_from_obj")
    return {
        name: _parameter(item, prototype, derives=derives)
        for name, item in items_of(paramclass).items()
    }


def _parameter(item: gds.DataItem, prototype: gds.DataSet, *, derives: bool) -> Parameter:
    value = getattr(prototype, item.get_name())
    is_required = value is None and not allows_none(item)
    default = NO_DEFAULT if is_required else plain_value(value)
    return Parameter(
        name=item.get_name(),
        type=type_of(item) or "",
        default=None if derives and is_required else default,
        unit=str(item.get_prop("display", "unit", "") or ""),
        minimum=limit_of(item, "min"),
        maximum=limit_of(item, "max"),
        is_nonzero=bool(item.get_prop("data", "nonzero", default=False)),
        is_even=item.get_prop("data", "even", None),
        choices=tuple(choice_text(item, key) for key in choices_of(item)),
        help=_help(item),
        is_from_object=derives and value is None,
    )


def limit_of(item: gds.DataItem, name: str) -> float | None:
    """Return an item's least or greatest value, if it has one (``"min"``, ``"max"``)."""
    value = item.get_prop("data", name, None)
    return value if isinstance(value, (int, float)) else None


def _help(item: gds.DataItem) -> str:
    text = getattr(item, "_help", "") or item.get_prop("display", "label", "")
    return " ".join(re.sub(r"</?\w+>", "", str(text)).split()).rstrip(".")


def allows_none(item: gds.DataItem) -> bool:
    """Say whether a parameter may be None."""
    if isinstance(item, gds.ChoiceItem):
        return None in choices_of(item)
    is_checked = item.get_prop("data", "check_value", default=True)
    return bool(item.get_prop("data", "allow_none", default=False)) or not is_checked


def choices_of(item: gds.DataItem) -> list[Any]:
    """Return the keys of a choice; nothing of other items."""
    choices = item.get_prop("data", "choices", None) if isinstance(item, gds.ChoiceItem) else None
    return [choice[0] for choice in choices] if isinstance(choices, (list, tuple)) else []


def enum_of(item: gds.DataItem) -> type[Enum] | None:
    """Return the enumeration that an item's choices are members of, if they are."""
    enum: type[Enum] | None = getattr(item, "_enum_cls", None)
    return enum


def choice_text(item: gds.DataItem, key: Any) -> str:
    """Write a choice as people type it: an enumeration's member by its value if that is text."""
    enum = enum_of(item)
    if enum is not None:
        value = enum[key].value
        return repr(value if isinstance(value, str) else key)
    return repr(key)


def plain_value(value: Any) -> Any:
    """Return a value as people give it: an enumeration's member by its text.

    Examples
    --------
    >>> from sigima.params import MovingAverageParam
    >>> plain_value(MovingAverageParam().mode)
    'reflect'
    """
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value
