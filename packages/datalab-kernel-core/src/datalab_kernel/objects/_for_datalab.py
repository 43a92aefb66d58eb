"""An object as a running DataLab takes it, and back: what its interfaces can't carry is noted.

The note is the one that files have, so that a file which DataLab saves of these objects
is read back exactly too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np

from datalab_kernel.objects import _metadata
from datalab_kernel.objects._fields import MAIN_ARRAY, Fields, from_fields, to_fields
from datalab_kernel.objects._json_values import COORDINATES, from_json_values, to_json_values
from datalab_kernel.objects._metadata import NOTE_KEY
from datalab_kernel.objects._noted_arrays import (
    noted_array,
    noted_text,
    original_array,
    original_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel.objects._kinds import Kind
    from datalab_kernel.objects._sigima import DataObject

PRIVATE = "__"
NUMBER_KEY, UUID_KEY = "__number", "__uuid"
PUBLIC_NOTE_KEY = "datalab_kernel"
NEEDS_ALL = "needs all"
NOTEBOOK_MARK = "da7a1ab0-"
WINDOW_KEYS = frozenset(
    f"{PRIVATE}{option}"
    for option in (
        *("alpha", "alpha_function", "baseline", "colormap", "curvestyle", "format"),
        *("interpolation", "invert_colormap", "keep_lut_range", "result_label_offset"),
        *("result_label_position", "shade", "showlabel"),
    )
)
"""How an object looks in DataLab's window: written into its metadata when it is painted."""
_BY_NPZ: dict[Kind, frozenset[str]] = {
    "signal": frozenset({"title", "xlabel", "ylabel", "xunit", "yunit"}),
    "image": frozenset(
        {"title", "xlabel", "ylabel", "zlabel", "xunit", "yunit", "zunit", "x0", "y0", "dx", "dy"}
    ),
}
"""The attributes that the Web API carries; others need the other interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForDataLab:
    """An object taken apart for DataLab.

    Attributes
    ----------
    metadata
        JSON values only; private keys included.
    needs_all
        Whether it has more than the Web API's NPZ carries: other attributes than labels
        and units, coordinates of its own, a mask.
    """

    kind: Kind
    attributes: dict[str, Any]
    arrays: dict[str, np.ndarray[Any, Any]]
    metadata: dict[str, Any]
    needs_all: bool

    @property
    def size_bytes(self) -> int:
        """The size of its arrays."""
        return sum(array.nbytes for array in self.arrays.values())

    def as_object(self) -> DataObject:
        """Return it as the Sigima object that DataLab is to hold."""
        metadata = {key: with_coordinates(key, value) for key, value in self.metadata.items()}
        return from_fields(Fields(self.kind, self.attributes, self.arrays, metadata))

    def for_archives(self, title: str) -> ForDataLab:
        """Return it with what the Web API's archives are to tell, which hide private metadata.

        That is the note, or that this isn't all. DataLab copies public metadata to what it
        computes; so it names the object that it is of.
        """
        metadata = dict(self.metadata)
        public = {"of": title, "uuid": metadata[UUID_KEY]}
        note = {NEEDS_ALL: True} if self.needs_all else metadata.pop(NOTE_KEY)
        metadata[PUBLIC_NOTE_KEY] = public | note
        return replace(self, metadata=metadata)


def for_datalab(obj: DataObject, uuid: str) -> ForDataLab:
    """Take an object apart, with the identifier that it is to have in DataLab."""
    fields = to_fields(obj)
    note: dict[str, Any] = {}
    arrays = {
        name: noted_array(name, array, note)
        for name, array in fields.arrays.items()
        if array.size or name == MAIN_ARRAY[fields.kind]
    }
    own = {key: value for key, value in fields.metadata.items() if key != NUMBER_KEY}
    tree, text = _metadata.encode(own)
    if text:
        note["metadata"] = text
    tree, text = to_json_values(tree)
    if text:
        note["json"] = text
    private = {key: value for key, value in tree.items() if key.startswith(PRIVATE)}
    if private:
        note["private"] = json.dumps(private)
    attributes = {name: noted_text(name, value, note) for name, value in fields.attributes.items()}
    for name, array in arrays.items():
        if not array.size:
            note[f"{name} shape"] = [*array.shape]  # an empty list is all that JSON has of it
    needs_all = (
        not attributes.keys() <= _BY_NPZ[fields.kind]
        or len(arrays) > 1
        or any(name.endswith(" mask") for name in note)
    )
    if needs_all:
        note[NEEDS_ALL] = True
    tree[UUID_KEY] = uuid
    tree[NOTE_KEY] = note
    return ForDataLab(
        kind=fields.kind,
        attributes=attributes,
        arrays=arrays,
        metadata=tree,
        needs_all=needs_all,
    )


class FromDataLab(NamedTuple):
    """An object from DataLab.

    ``is_exact`` if nothing of it is missing; ``is_ours`` if a notebook put it there.
    """

    obj: DataObject
    is_exact: bool
    is_ours: bool


def from_datalab(fields: Fields, *, is_whole: bool, uuid: str | None = None) -> FromDataLab:
    """Make an object of what DataLab gave.

    Parameters
    ----------
    fields
        As DataLab has them.
    is_whole
        Whether private metadata came along, and attributes that NPZ lacks.
    uuid
        Its identifier in DataLab, where it didn't come along.

    Raises
    ------
    ValueError
        If its note is damaged.
    """
    metadata = {key: value for key, value in fields.metadata.items() if key != NUMBER_KEY}
    note = take_note(metadata, str(fields.attributes.get("title", "")), uuid)
    uuid = metadata.pop(UUID_KEY, None)
    if note is None:
        if uuid is not None:
            metadata[UUID_KEY] = uuid
        obj = from_fields(Fields(fields.kind, fields.attributes, fields.arrays, metadata))
        return FromDataLab(obj, is_exact=is_whole, is_ours=False)
    private = json.loads(note.get("private", "{}"))
    for key in WINDOW_KEYS - private.keys():
        metadata.pop(key, None)
    given = {key: value for key, value in metadata.items() if key.startswith(PRIVATE)}
    if not is_whole:
        metadata |= private
    elif UUID_KEY in private or given.keys() - private.keys():
        metadata[UUID_KEY] = uuid
    metadata = from_json_values(metadata, note.get("json", ""))
    metadata = _metadata.decode(metadata, note.get("metadata", ""))
    arrays = {
        name: original_array(name, _shaped(array, note.get(f"{name} shape")), note)
        for name, array in fields.arrays.items()
    }
    attributes = {
        name: original_text(value, note.get(f"{name} text")) if isinstance(value, str) else value
        for name, value in fields.attributes.items()
    }
    obj = from_fields(Fields(fields.kind, attributes, arrays, metadata))
    is_exact = is_whole or not note.get(NEEDS_ALL, False)
    return FromDataLab(obj, is_exact=is_exact, is_ours=True)


def _shaped(array: np.ndarray[Any, Any], shape: Any) -> np.ndarray[Any, Any]:
    """Give an array without values the shape that it had."""
    return array.reshape(shape) if isinstance(shape, list) and not array.size else array


def looks_of(metadata: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Return how an object of a notebook's looks in DataLab's window, as somebody set it there.

    That isn't part of the object that :func:`from_datalab` makes, and stays in DataLab
    when a notebook changes it.
    """
    note = take_note(dict(metadata), title)
    if note is None:
        return {}
    keys = WINDOW_KEYS - json.loads(note.get("private", "{}")).keys()
    return {key: metadata[key] for key in keys if key in metadata}


def with_coordinates(key: str, value: Any) -> Any:
    """Make arrays of the lists that DataLab's results and regions keep as arrays."""
    if isinstance(value, dict):
        return {name: with_coordinates(name, item) for name, item in value.items()}
    return np.array(value) if key == COORDINATES and isinstance(value, list) else value


def take_note(
    metadata: dict[str, Any], title: str, uuid: str | None = None
) -> dict[str, Any] | None:
    """Take the note of an object out of its metadata; None if it has none of its own.

    A note that DataLab copied to what it computed has another object's title and identifier:
    an object that a person renamed still has its identifier, a person's copy still its title.
    """
    public = metadata.pop(PUBLIC_NOTE_KEY, None) if _is_note(metadata) else None
    note = metadata.pop(NOTE_KEY, None)
    if isinstance(note, dict):
        return note
    if public is None:
        return None
    own = metadata.get(UUID_KEY) or uuid
    is_its_own = public["of"] == title or (own is not None and public.get("uuid") == own)
    return public if is_its_own else None


def _is_note(metadata: dict[str, Any]) -> bool:
    value = metadata.get(PUBLIC_NOTE_KEY)
    return isinstance(value, dict) and isinstance(value.get("of"), str)


def new_uuid() -> str:
    """Make an identifier for an object, which tells that a notebook made it."""
    return NOTEBOOK_MARK + str(uuid4())[len(NOTEBOOK_MARK) :]


def is_of_notebook(uuid: str | None) -> bool:
    """Say whether an identifier is one that :func:`new_uuid` made."""
    return uuid is not None and uuid.startswith(NOTEBOOK_MARK)


def uuid_in(obj: DataObject) -> str | None:
    """Return the identifier in an object's metadata."""
    value = obj.metadata.get(UUID_KEY)
    return value if isinstance(value, str) else None
