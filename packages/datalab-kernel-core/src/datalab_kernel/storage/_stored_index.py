"""A list of a file's objects, kept in the file: who looks for one needn't open each.

Two attributes of each panel's group, which DataLab doesn't look at and drops when it saves:
the titles, a line each in the order of the objects, and what else is known of them. They are
written where each title is a name of its own, and believed where what they count is there.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from h5py import h5a, h5s

from datalab_kernel.objects import ObjectInfo, _names
from datalab_kernel.objects._fields import MAIN_ARRAY
from datalab_kernel.storage._hdf5 import type_of
from datalab_kernel.storage._objects_read import UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from h5py.h5g import GroupID

    from datalab_kernel.objects import Fields, Kind

TITLES, FACTS = b"datalab_kernel_titles", b"datalab_kernel_facts"
_VERSION = 1
_BYTES = np.dtype("u1")


class WrongListError(ValueError):
    """The list in a file doesn't fit its objects: it is damaged, or they were changed in place."""


@dataclass(slots=True)
class Listed:
    """The objects of one panel, as they are written: titles and sizes of its groups, and theirs."""

    groups: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    _facts: dict[Any, int] = field(default_factory=dict)
    _fact_of: list[int] = field(default_factory=list)

    def add(self, fields: Fields) -> None:
        """Take note of the next object."""
        array = fields.arrays[MAIN_ARRAY[fields.kind]]
        shape = array.shape[1:] if fields.kind == "signal" else array.shape
        units = tuple([fields.attributes.get(unit) or "" for unit in UNITS[fields.kind]])
        fact = array.dtype, shape, units, array.nbytes
        self.titles.append(fields.attributes.get("title", ""))
        self._fact_of.append(self._facts.setdefault(fact, len(self._facts)))

    def write(self, panel: GroupID) -> None:
        """Write the list to the panel's group."""
        header = {"version": _VERSION, "counts": self.counts, "groups": self.groups}
        _write(panel, TITLES, header, "".join(f"{title}\n" for title in self.titles))
        del header["groups"]
        facts = [(str(dtype), *rest) for dtype, *rest in self._facts]
        _write(panel, FACTS, header, json.dumps([facts, self._fact_of]))


def are_names(listed: Sequence[Listed]) -> bool:
    """Say whether each title is a name that no other object has: then a list tells all."""
    titles = [title for one in listed for title in one.titles]
    return len({*titles}) == len(titles) and all(_names.make_valid(t) == t for t in titles)


def _write(panel: GroupID, name: bytes, header: dict[str, Any], text: str) -> None:
    content = text.encode()
    first = json.dumps({**header, "crc": zlib.crc32(content)}).encode()
    values = np.frombuffer(first + b"\n" + content, _BYTES)
    attribute = h5a.create(panel, name, type_of(_BYTES), h5s.create_simple(values.shape))
    attribute.write(values)


# -- reading ------------------------------------------------------------------------------


class _List:
    """What a list says: its first line, and the rest from ``start`` on."""

    def __init__(self, content: bytes, start: int, header: dict[str, Any]) -> None:
        self.content = content
        self.start = start
        self.header = header

    def checked(self) -> bytes:
        """Return all after the first line; WrongListError: it is damaged."""
        content = self.content[self.start :]
        if zlib.crc32(content) != self.header.get("crc"):
            raise WrongListError("the list of its objects is damaged")
        return content


def _read(panel: GroupID, name: bytes, counts: list[int]) -> _List | None:
    """Return what a list says; None if there is none that counts what is there."""
    if not h5a.exists(panel, name):
        return None
    attribute = h5a.open(panel, name)
    if attribute.dtype != _BYTES or len(attribute.shape) != 1:
        return None
    values = np.empty(attribute.shape, _BYTES)
    attribute.read(values)
    content = values.tobytes()
    start = content.find(b"\n") + 1
    try:
        header = json.loads(content[:start])
        if header["version"] == _VERSION and header["counts"] == counts:
            return _List(content, start, header)
    except (ValueError, LookupError, TypeError):  # damaged: all is read instead
        return None
    return None


def read_titles(panel: GroupID, counts: list[int]) -> Titles | None:
    """Read the titles of a panel whose groups have so many objects; None: there is no such list."""
    found = _read(panel, TITLES, counts)
    return None if found is None else Titles(found)


class Titles:
    """The titles of a panel's objects, of which one is found without making texts of all."""

    def __init__(self, content: _List | None = None) -> None:
        self._list = content or _List(b"\n", 1, {"crc": 0, "groups": []})

    @property
    def groups(self) -> list[str]:
        """The titles of the groups."""
        return [str(title) for title in self._list.header["groups"]]

    def number_of(self, title: str) -> int | None:
        """Return an object's number in the panel, counted from 1; None: there is none."""
        content, start = self._list.content, self._list.start - 1
        place = content.find(f"\n{title}\n".encode(), start)
        return None if place < 0 else content.count(b"\n", start, place + 1)

    def all(self) -> list[str]:
        """Return the titles in their order.

        Raises
        ------
        WrongListError
            If they are damaged.
        """
        return self._list.checked().decode().split("\n")[:-1]


def read_infos(
    panel: GroupID, kind: Kind, counts: list[int], groups: Sequence[str]
) -> list[ObjectInfo] | None:
    """Read what is known of each object of a panel; None: there is no such list."""
    titles, facts = read_titles(panel, counts), _read(panel, FACTS, counts)
    if titles is None or facts is None:
        return None
    known, fact_of = json.loads(facts.checked())
    of_group = [title for title, count in zip(groups, counts, strict=True) for _ in range(count)]
    rows = [(dtype, tuple(shape), tuple(units), size) for dtype, shape, units, size in known]
    return [
        ObjectInfo(
            name=title,
            kind=kind,
            group=group,
            shape=rows[fact][1],
            dtype=rows[fact][0],
            units=rows[fact][2],
            size_bytes=rows[fact][3],
            is_from_notebook=True,
        )
        for title, group, fact in zip(titles.all(), of_group, fact_of, strict=True)
    ]
