"""Whether a value can be a parameter's, and what guidata's item takes for it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute._parameters import (
    allows_none,
    choice_text,
    enum_of,
    limit_of,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import guidata.dataset as gds


def checked_value(item: gds.DataItem, value: Any) -> Any:
    """Return a value as its item takes it.

    Raises
    ------
    ValueError, TypeError
        With what is wrong, to be put after the parameter's name.
    """
    if value is None:
        if not allows_none(item):
            raise ValueError("must be given")
        return None
    return _CHECKS[type_of(item) or "array"](item, value)


def _checked_bool(_item: gds.DataItem, value: Any) -> bool:
    return bool(_of_type(value, (bool, np.bool_), "True or False"))


def _checked_text(_item: gds.DataItem, value: Any) -> str:
    return str(_of_type(value, (str,), "text"))


def _checked_array(_item: gds.DataItem, value: Any) -> Any:
    return np.asarray(value, dtype=float)


def _checked_float(item: gds.DataItem, value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise TypeError(f"must be a number, not {value!r}")
    return _in_range(item, float(value))


def _checked_int(item: gds.DataItem, value: Any) -> float:
    try:
        whole = operator.index(value)
    except TypeError:
        whole = None
    if whole is None or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"must be a whole number, not {value!r}")
    return _in_range(item, whole)


def _of_type(value: Any, kinds: tuple[type, ...], wanted: str) -> Any:
    if not isinstance(value, kinds):
        raise TypeError(f"must be {wanted}, not {value!r}")
    return value


def _in_range(item: gds.DataItem, value: float) -> float:
    low, high = limit_of(item, "min"), limit_of(item, "max")
    even = item.get_prop("data", "even", None)
    if low is not None and not value >= low:
        raise ValueError(f"must be at least {low:g}, not {value!r}")
    if high is not None and not value <= high:
        raise ValueError(f"must be at most {high:g}, not {value!r}")
    if value == 0 and item.get_prop("data", "nonzero", default=False):
        raise ValueError("must not be 0")
    if even is not None and (value % 2 == 0) != even:
        raise ValueError(f"must be {'even' if even else 'odd'}, not {value!r}")
    return value


def _checked_choice(item: gds.DataItem, value: Any) -> Any:
    """Return a choice's key: of an enumeration's member, name, value or label, or as it is."""
    enum = enum_of(item)
    if enum is not None and isinstance(value, enum):
        return value.name
    wanted = _comparable(value)
    choices = item.get_prop("data", "choices")
    for key, label, _icon in choices:
        accepted = [key, label] if enum is None else [key, label, enum[key].value]
        if wanted in map(_comparable, accepted):
            return key
    texts = " or ".join(choice_text(item, choice[0]) for choice in choices)
    raise ValueError(f"must be {texts}, not {value!r}")


def _comparable(value: Any) -> tuple[type, Any]:
    """Return what equals that of another spelling: texts in any case, lists as tuples."""
    if isinstance(value, str):
        return str, value.casefold()
    return (tuple, tuple(value)) if isinstance(value, list) else (type(value), value)


_CHECKS: dict[str, Callable[[gds.DataItem, Any], Any]] = {
    "array": _checked_array,
    "bool": _checked_bool,
    "choice": _checked_choice,
    "float": _checked_float,
    "int": _checked_int,
    "text": _checked_text,
}
