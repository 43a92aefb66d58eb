"""What an object consists of: attributes, arrays and metadata, and copies made of these.

The one place that knows Sigima's objects from the inside. Everything is derived from
their own list of items.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import guidata.dataset as gds
import numpy as np
from sigima.objects import ImageObj, SignalObj

from datalab_kernel.objects import _metadata, _values
from datalab_kernel.objects._frames import PLANES_HINT
from datalab_kernel.objects._kinds import FORMULA_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datalab_kernel.objects._kinds import Kind
    from datalab_kernel.objects._sigima import DataObject

Array = np.ndarray[Any, Any]
ROI_KEY = "_roi_"
_ROI_CACHE = "_BaseObj__roi_cache"
MAIN_ARRAY = {"signal": "xydata", "image": "data"}
CLASSES: dict[Kind, type[DataObject]] = {"signal": SignalObj, "image": ImageObj}


@dataclass(frozen=True, slots=True)
class Fields:
    """An object's values by name; ``attributes`` has only what isn't Sigima's default."""

    kind: Kind
    attributes: dict[str, Any]
    arrays: dict[str, Array]
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Schema:
    """The names and defaults of a class's attributes, and the names of its arrays.

    ``prototype`` is a new object: copying it is several times as fast as making one. ``dicts`` are
    those that each object has, but for the metadata; ``own`` are they and what arrays it has, which
    it doesn't share with others.
    """

    prototype: DataObject
    defaults: dict[str, Any]
    slots: tuple[tuple[str, str, Any], ...]
    arrays: tuple[str, ...]
    array_slots: tuple[str, ...]
    dicts: tuple[str, ...]
    own: tuple[tuple[str, Any], ...]


@cache
def schema(kind: Kind) -> Schema:
    """Read a class's items, as guidata lists them; computed items are left out."""
    prototype = CLASSES[kind]()
    defaults: dict[str, Any] = {}
    arrays = []
    for item in prototype.get_items():
        name = item.get_name()
        is_mark = isinstance(item, (gds.BeginGroup, gds.EndGroup, gds.ButtonItem, gds.DictItem))
        if is_mark or item.get_prop("data", "computed", None) is not None:
            continue
        if isinstance(item, gds.FloatArrayItem):
            arrays.append(name)
        else:
            defaults[name] = getattr(prototype, name)
    # guidata keeps an item's value in the attribute "_<name>"; its own access costs ten times as
    # much, and checks what was checked when the value was first set
    slots = tuple((name, f"_{name}", default) for name, default in defaults.items())
    array_slots = tuple(f"_{name}" for name in arrays)
    values = vars(prototype)
    dicts = tuple(
        name for name, value in values.items() if type(value) is dict and name != "_metadata"
    )
    own = tuple((name, values[name]) for name in (*dicts, *array_slots) if values[name] is not None)
    return Schema(prototype, defaults, slots, tuple(arrays), array_slots, dicts, own)


_kinds: dict[type, Kind] = {SignalObj: "signal"}


def kind_of(obj: DataObject) -> Kind:
    """Say which kind an object is of."""
    kind = _kinds.get(type(obj))
    if (
        kind is None
    ):  # Sigima's classes are abstract: asking for an instance takes ten times as long
        kind = _kinds[type(obj)] = "signal" if isinstance(obj, SignalObj) else "image"
    return kind


def value_of(obj: DataObject, name: str) -> Any:
    """Return an attribute's value, in a tenth of the time that guidata's access takes."""
    values = vars(obj)
    slot = f"_{name}"
    return values[slot] if slot in values else getattr(obj, name)


def entitle(obj: DataObject, title: str) -> None:
    """Give an object a title, in a tenth of the time that guidata's access takes."""
    vars(obj)["_title"] = title


def to_fields(obj: DataObject) -> Fields:
    """Take an object apart; arrays and metadata are the object's own, not copies.

    A region of interest that was changed in place counts as it is now.
    """
    kind = kind_of(obj)
    plan = schema(kind)
    values = vars(obj)
    attributes = {
        name: value
        for name, slot, default in plan.slots
        if (value := values.get(slot, default)) != default
    }
    arrays = {name: value for name in plan.arrays if (value := values[f"_{name}"]) is not None}
    return Fields(kind, attributes, arrays, _current_metadata(obj))


def _current_metadata(obj: DataObject) -> dict[str, Any]:
    metadata: dict[str, Any] = value_of(obj, "metadata")
    if not isinstance(metadata.get(ROI_KEY), dict):
        return metadata
    # Without a cache, the metadata is what counts, and making one takes long
    roi = vars(obj)[_ROI_CACHE] if _ROI_CACHE in vars(obj) else obj.roi  # noqa: SIM401
    return metadata if roi is None else {**metadata, ROI_KEY: roi.to_dict()}


def from_fields(fields: Fields) -> DataObject:
    """Make an object of its fields, which become its own."""
    return Template(fields.kind, fields.attributes).make(fields.arrays, fields.metadata)


class Template:
    """What objects that are alike have in common: frames of a stack, but for title and values.

    Parameters
    ----------
    kind
        Of all of them.
    attributes
        What isn't Sigima's default, by name; values that can't change, such as numbers and texts.
    """

    def __init__(self, kind: Kind, attributes: Mapping[str, Any]) -> None:
        plan = schema(kind)
        self._class = type(plan.prototype)
        self._own = plan.own
        self._values = dict(vars(plan.prototype))
        for name, value in attributes.items():
            self._values[f"_{name}"] = value

    def make(
        self, arrays: Mapping[str, Array], metadata: dict[str, Any], *, title: str | None = None
    ) -> DataObject:
        """Make an object of arrays by name and of metadata, which become its own."""
        obj: DataObject = object.__new__(self._class)
        obj.__dict__ = values = self._values.copy()
        for name, value in self._own:
            values[name] = value.copy()
        for name, value in arrays.items():
            values[f"_{name}"] = value
        if title is not None:
            values["_title"] = title
        values["_metadata"] = metadata
        return obj


def copy_object(obj: DataObject, *, title: str | None = None) -> DataObject:
    """Copy an object with everything in it; nothing is shared with the original.

    Unlike ``obj.copy()`` it keeps private metadata and masks.
    """
    return _twin(obj, title, _copied)


def share_object(obj: DataObject, *, title: str | None = None) -> DataObject:
    """Copy an object but for its arrays, which are read-only views of the original's."""
    return _twin(obj, title, _read_only)


_ATOMS = frozenset({bool, complex, float, int, str, type(None)})


_PLAIN = _ATOMS | {dict, list, tuple, np.ndarray, np.ma.MaskedArray}
"""Types of an object's values that stay as they are."""


def _copied_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """Copy metadata deeply, plain values in a fifth of the time that ``copy`` takes."""
    try:
        copied: dict[str, Any] = _copied_value(metadata)
    except RecursionError:  # it holds itself, which only ``copy`` knows how to copy
        copied = copy.deepcopy(metadata)
    return copied


def _copied_value(value: Any) -> Any:
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is dict:
        if _ATOMS.issuperset(map(type, value.values())):
            return value.copy()
        return {
            key: item if type(item) in _ATOMS else _copied_value(item)
            for key, item in value.items()
        }
    if kind is list:
        return [_copied_value(item) for item in value]
    return copy.deepcopy(value)


def _twin(obj: DataObject, title: str | None, treat: Any) -> DataObject:
    """Copy an object; its arrays are treated so."""
    twin = _shell(obj, _copied_metadata(_current_metadata(obj)))
    values = vars(twin)
    for slot in schema(kind_of(obj)).array_slots:
        if values[slot] is not None:
            values[slot] = treat(values[slot])
    if title is not None:
        values["_title"] = title
    make_plain(twin)
    return twin


def _shell(obj: DataObject, metadata: dict[str, Any]) -> DataObject:
    """Copy an object, and the dicts that it keeps to itself (such as defaults of options), but no array.

    The copy is of Sigima's own class: operators are for whoever holds the object, not for storage.
    """
    kind = kind_of(obj)
    twin: DataObject = object.__new__(CLASSES[kind])  # in a tenth of copy.copy's time
    twin.__dict__ = values = vars(obj).copy()
    for name in schema(kind).dicts:
        values[name] = values[name].copy()
    values.pop(FORMULA_KEY, None)
    values["_metadata"] = metadata
    values[_ROI_CACHE] = None
    return twin


def signal_with(signal: SignalObj, rows: Array, title: str) -> SignalObj:
    """Return a signal that has another's attributes, regions and public metadata, but these rows and title.

    ``rows`` become its own.
    """
    metadata = {
        key: value
        for key, value in _current_metadata(signal).items()
        if not key.startswith("_") or key == ROI_KEY  # private ones are the other's own
    }
    twin = _shell(signal, _copied_metadata(metadata))
    vars(twin).update(_xydata=rows, _title=title)
    return twin


def make_plain(obj: DataObject) -> None:
    """Make Python's own numbers of numpy's in an object's attributes, as files and DataLab do."""
    values = vars(obj)
    if _PLAIN.issuperset(map(type, values.values())):
        return
    for _, slot, _ in schema(kind_of(obj)).slots:
        value = values.get(slot)
        if isinstance(value, np.generic):
            values[slot] = value.item()


def widen_object(obj: DataObject) -> str:
    """Widen an object's values to a type that DataLab computes with, without loss.

    Returns
    -------
    str
        From what to what, such as ``"uint32 to float64"``; empty if nothing changed.
    """
    kind = kind_of(obj)
    slot = f"_{MAIN_ARRAY[kind]}"
    before = vars(obj)[slot]
    wide, original = _values.widen(before, for_signal=kind == "signal")
    if original is None:
        return ""
    vars(obj)[slot] = wide
    return f"{before.dtype} to {wide.dtype}"


def own_arrays(obj: DataObject) -> None:
    """Replace an object's arrays that are views, or read-only, by copies of its own."""
    values = vars(obj)
    for slot in schema(kind_of(obj)).array_slots:
        array = values[slot]
        if array is not None and not (array.flags.owndata and array.flags.writeable):
            values[slot] = _copied(array)


def _copied(array: Array) -> Array:
    return array.copy()  # a masked array's own copy takes its mask along


def _read_only(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    if isinstance(view, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(array).view()
        mask.flags.writeable = False
        vars(view)["_mask"] = mask  # np.ma itself would copy it, or share it writeable
    return view


def check_storable(obj: DataObject) -> None:
    """Check that an object can be kept exactly, in memory, in files and in DataLab.

    Raises
    ------
    TypeError
        If a signal's data isn't of shape ``(2, n)`` or ``(4, n)``, or an image's not of
        two dimensions.
    UnsupportedDtypeError
        If a value can't be kept exactly.
    MetadataError
        If a metadata key or value can't be kept; it names the path.
    """
    kind = kind_of(obj)
    values = vars(obj)
    data = values[f"_{MAIN_ARRAY[kind]}"]
    if data is None:
        message = f"The {kind} {obj.title!r} has no data. Set its data first."
        raise TypeError(message)
    is_right = data.ndim == 2 and (kind == "image" or len(data) in (2, 4))  # noqa: PLR2004
    if not is_right:
        wanted = "(2, n) or (4, n)" if kind == "signal" else "(ny, nx)"
        hint = PLANES_HINT if data.ndim > 2 else ""  # noqa: PLR2004
        message = f"The data of a {kind} must be of shape {wanted}, not {data.shape}.{hint}"
        raise TypeError(message)
    for slot in schema(kind).array_slots:
        array = values[slot]
        if array is not None:
            _values.check_dtype(array)
    _metadata.check(values["_metadata"])
