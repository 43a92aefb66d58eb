"""The table of frames, items and limits (``frames.json``), and the check of what came against it."""

from __future__ import annotations

import json
from functools import lru_cache
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
    known = TABLE["errors"].get(kind) if isinstance(kind, str) else None
    return known is not None and _has_fields(value, known["fields"])


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


def _has_fields(value: Mapping[str, Any], fields: Mapping[str, str]) -> bool:
    for name, kind in fields.items():
        if name not in value:
            return False
        if kind.endswith("?"):
            if value[name] is not None and not _CHECKS[kind[:-1]](value[name]):
                return False
        elif not _CHECKS[kind](value[name]):
            return False
    return True


@lru_cache(maxsize=8)
def _from(side: Side, of: Literal["frames", "items"]) -> dict[str, Any]:
    return {name: row for name, row in TABLE[of].items() if row["from"] in {side, "both"}}


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
    row = _from(side, "frames").get(kind) if isinstance(kind, str) else None
    if row is None:
        raise Refused("unknown_frame", repr(kind)[:80])
    if not _has_fields(frame, row["fields"]):
        raise Refused("not_an_object", f"{kind} needs {row['fields']}")


def check_item(item: Any, side: Side, buffers: int) -> int:
    """Refuse an item that isn't in the table; return how many of the buffers left are its own."""
    if not isinstance(item, dict):
        raise Refused("unknown_item", f"a {type(item).__name__}")
    kind, count = item.get("item"), item.get("buffers", 0)
    row = _from(side, "items").get(kind) if isinstance(kind, str) else None
    if row is None or not _is_count(count) or not _has_fields(item, row["fields"]):
        raise Refused("unknown_item", repr(kind)[:80])
    if row.get("buffers", count) != count:
        raise Refused("unknown_item", f"{kind} with {count} buffers")
    if count > buffers:
        raise Refused("unknown_item", f"{kind} with {count} buffers, {buffers} came")
    return int(count)


def check_tag(tag: Mapping[str, Any]) -> str:
    """Refuse a value's tag that isn't in the table; return its name."""
    name = tag["$"]
    row = TABLE["values"].get(name) if isinstance(name, str) else None
    if row is None or not _has_fields(tag, row["fields"]):
        raise Refused("bad_value", f"the tag {name!r}"[:80])
    return str(name)
