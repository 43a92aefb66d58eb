"""The table of frames, items and limits (``frames.json``), and the check of what came against it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "LIMITS",
    "TABLE",
    "TIMES_S",
    "Refused",
    "Side",
    "check_frame",
    "check_item",
    "check_tag",
    "is_id",
]

Side = Literal["kernel", "page"]

TABLE: dict[str, Any] = json.loads(
    files("datalab_kernel_channel.protocol").joinpath("frames.json").read_text("utf-8")
)
LIMITS: dict[str, int] = TABLE["limits"]
TIMES_S: dict[str, float] = TABLE["times_s"]
LONGEST_ID = 64
LARGEST = 2**53


class Refused(Exception):  # noqa: N818 - no failure of ours: what a page sent
    """Something that came isn't followed.

    Attributes
    ----------
    reason
        One of the table's ``refusals``.
    detail
        What was found.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def is_id(value: Any) -> bool:
    """Say whether a value can be the id of a channel or a client."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isascii()


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < LARGEST


def _is_number(value: Any) -> bool:
    return _is_count(value) and value > 0


def _is_float(value: Any) -> bool:
    return type(value) in {int, float}


def _is_ranges(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and list(map(_is_number, pair)) == [True] * 2 and pair[0] <= pair[1]
        for pair in value
    )


def _is_error(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    kind = value.get("kind")
    row = _ERRORS.get(kind) if isinstance(kind, str) else None
    return row is not None and row.fits(value)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "int": lambda value: type(value) is int,
    "bool": lambda value: isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, list),
    "float": _is_float,
    "id": is_id,
    "count": _is_count,
    "number": _is_number,
    "ranges": _is_ranges,
    "items": lambda value: isinstance(value, list),
    "tree": lambda _value: True,
    "error": _is_error,
}


class _Row:
    """One row of the table, with the checks of its fields looked up."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.fields: Mapping[str, str] = row["fields"]
        self.buffers: int | None = row.get("buffers")
        self._checks = [
            (name, _CHECKS[kind.removesuffix("?")], kind.endswith("?"))
            for name, kind in self.fields.items()
        ]

    def fits(self, value: Mapping[str, Any]) -> bool:
        """Say whether a value has the fields, and in each what it is to hold."""
        for name, check, may_be_null in self._checks:
            if name not in value:
                return False
            field = value[name]
            if not (may_be_null and field is None) and not check(field):
                return False
        return True


def _rows_from(side: Side, of: Literal["frames", "items"]) -> dict[str, _Row]:
    return {name: _Row(row) for name, row in TABLE[of].items() if row["from"] in {side, "both"}}


_SIDES: tuple[Side, Side] = ("kernel", "page")
_FRAMES = {side: _rows_from(side, "frames") for side in _SIDES}
_ITEMS = {side: _rows_from(side, "items") for side in _SIDES}
_ERRORS = {kind: _Row(row) for kind, row in TABLE["errors"].items()}
_VALUES = {name: _Row(row) for name, row in TABLE["values"].items()}


def check_frame(frame: Mapping[str, Any], side: Side) -> None:
    """Refuse a frame that isn't in the table, or not from that side.

    Parameters
    ----------
    frame
        What came, its envelope aside.
    side
        Who sent it.

    Raises
    ------
    Refused
        With the reason ``unknown_frame`` or ``not_an_object``.
    """
    kind = frame.get("frame")
    row = _FRAMES[side].get(kind) if isinstance(kind, str) else None
    if row is None:
        raise Refused("unknown_frame", repr(kind)[:80])
    if not row.fits(frame):
        raise Refused("not_an_object", f"{kind} needs {row.fields}")


def check_item(item: Any, side: Side, buffers: int) -> int:
    """Refuse an item that isn't in the table; return how many of the buffers left are its own."""
    if not isinstance(item, dict):
        raise Refused("unknown_item", f"a {type(item).__name__}")
    kind, count = item.get("item"), item.get("buffers", 0)
    row = _ITEMS[side].get(kind) if isinstance(kind, str) else None
    if row is None or not _is_count(count) or not row.fits(item):
        raise Refused("unknown_item", repr(kind)[:80])
    if row.buffers is not None and row.buffers != count:
        raise Refused("unknown_item", f"{kind} with {count} buffers")
    if count > buffers:
        raise Refused("unknown_item", f"{kind} with {count} buffers, {buffers} came")
    return int(count)


def check_tag(tag: Mapping[str, Any]) -> str:
    """Refuse a value's tag that isn't in the table; return its name."""
    name = tag["$"]
    row = _VALUES.get(name) if isinstance(name, str) else None
    if row is None or not row.fits(tag):
        raise Refused("bad_value", f"the tag {name!r}"[:80])
    return str(name)
