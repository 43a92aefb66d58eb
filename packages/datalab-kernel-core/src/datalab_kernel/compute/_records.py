"""How an object was computed, as its metadata says: in DataLab's form, and with names.

DataLab keeps the function, its parameters and the sources' identifiers under
``__processing_parameters``, and those of the last analysis under
``__analysis_parameters``. We add the sources' names and the versions that computed it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import guidata.dataset as gds
import sigima

from datalab_kernel.compute._parameters import enum_of, items_of, plain_value
from datalab_kernel.compute._registry import functions
from datalab_kernel.compute.own import is_own
from datalab_kernel.notes import as_entries, from_entries
from datalab_kernel.objects._fields import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum

    from datalab_kernel.notes import Note
    from datalab_kernel.objects import DataObject, Kind

UUID = "__uuid"
PROCESSING = "__processing_parameters"
ANALYSIS = "__analysis_parameters"
_CLASS_KEYS = ("class_module", "class_name")
NOTE = "__datalab_kernel"
"""Our own: ``{"sources": names, "versions": {package: version}, "notes": of this step,
"units": "as they are", if they were}``."""
OWN_ANALYSIS = "__datalab_kernel_analysis"
"""An analysis of ours, which DataLab doesn't have: it would be offered there to be run again. As
``ANALYSIS``, with the ``"sources"`` by name, of which the first is the object itself."""
_PLAIN = frozenset({bool, float, int, str, type(None)})
FORMULA = "formula"
"""The function of what operators computed, and its parameter: a text with ``{0}`` for the first source."""


@dataclass(slots=True, kw_only=True)
class Record:
    """What made an object, or the results in it; it isn't changed (freezing takes twice its time).

    ``parameters`` is guidata's JSON text of a set, a list of such texts, or None.
    ``source_names`` are the sources' names at that time, and are empty for what DataLab
    itself computed; ``source_uuids`` are their identifiers, in the same order. ``notes``
    are those that this computation made, without those that its sources brought. ``units``
    is ``"as they are"`` where operands in different units were not to be converted.
    """

    function: str
    pattern: str
    parameters: Any = None
    source_uuids: tuple[str, ...] = ()
    source_names: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    units: str = ""

    @property
    def key(self) -> tuple[Any, ...]:
        """What another record of the same call on the same sources has in its :attr:`keys`."""
        return self._key(self.source_names or self.source_uuids)

    @property
    def keys(self) -> tuple[tuple[Any, ...], ...]:
        """The keys that records of this call may have: by its sources' names, and by identifiers."""
        return self._key(self.source_names), self._key(self.source_uuids)

    def _key(self, sources: tuple[str, ...]) -> tuple[Any, ...]:
        texts = self.parameters
        parameters = tuple(texts) if isinstance(texts, list) else texts
        return self.function, self.pattern, parameters, self.units, sources


@runtime_checkable
class OwnParameters(Protocol):
    """Parameters of a function of ours, for which DataLab has no class."""

    def to_json(self) -> str:
        """Write them as text."""
        ...


def encoded(parameters: Any) -> Any:
    """Write parameters as DataLab does."""
    if parameters is None:
        return None
    if isinstance(parameters, list):
        return [*map(_text_of, parameters)]
    return _text_of(parameters) if isinstance(parameters, gds.DataSet) else parameters.to_json()


def _text_of(parameters: gds.DataSet) -> str:
    """Write a set; equal ones, of one call after another, are written once."""
    values = vars(parameters)
    paramclass: Any = type(parameters)
    if _PLAIN.issuperset(map(type, values.values())):
        # 1, 1.0 and True are equal, and so are 0.0 and -0.0: their texts aren't
        return _text_of_plain(paramclass, (*values.items(),), repr((*values.values(),)))
    return str(gds.dataset_to_json(parameters))


@lru_cache(maxsize=256)
def _text_of_plain(
    paramclass: type[gds.DataSet], values: tuple[tuple[str, Any], ...], _text: str
) -> str:
    twin = object.__new__(paramclass)
    vars(twin).update(values)
    return str(gds.dataset_to_json(twin))


def recorded_values(record: Record, kind: Kind) -> Any:
    """Return the parameters of a record as plain values, which can be given again.

    The class that the text names isn't looked at, let alone imported: texts come from files.

    Parameters
    ----------
    record
        Of a function.
    kind
        What it ran on.
    """
    function = functions(kind).get(record.function)
    items = {}
    if function is not None and function.paramclass is not None:
        items = {**items_of(function.paramclass)}
    if isinstance(record.parameters, (list, tuple)):
        return [_plain_values(text, items) for text in record.parameters]
    return None if record.parameters is None else _plain_values(record.parameters, items)


def _plain_values(text: str, items: Mapping[str, gds.DataItem]) -> dict[str, Any]:
    values = json.loads(text)
    return {
        name: _plain(value, enum_of(items[name]) if name in items else None)
        for name, value in values.items()
        if name not in _CLASS_KEYS and (name in items or not items)
    }


def _plain(value: Any, enum: type[Enum] | None) -> Any:
    if enum is not None and value in enum.__members__:
        return plain_value(enum[value])
    if isinstance(value, list) and len(value) == 3 and value[0] == "array":  # noqa: PLR2004 - guidata's form
        return value[1]
    return value


def write_record(obj: DataObject, record: Record) -> None:
    """Put a record into an object's metadata."""
    value: dict[str, Any] = {"func_name": record.function, "pattern": record.pattern}
    if record.pattern in ("1-to-1", "1-to-0"):
        value["source_uuid"] = record.source_uuids[0]
    else:
        value["source_uuids"] = list(record.source_uuids)
    if record.pattern == "1-to-0":
        _write_analysis(obj, record, value)
        return
    own: dict[str, Any] = {}
    if record.parameters is not None:
        # DataLab would look for the class of our parameters, and not find it
        (own if is_own(record.function) else value)["param_json"] = record.parameters
    metadata = value_of(obj, "metadata")
    metadata[PROCESSING] = value
    metadata[NOTE] = {
        "sources": list(record.source_names),
        "versions": dict(record.versions),
        **own,
        **({"notes": as_entries(record.notes)} if record.notes else {}),
        **({"units": record.units} if record.units else {}),
    }


def _write_analysis(obj: DataObject, record: Record, value: dict[str, Any]) -> None:
    """Put the record of the last analysis in, DataLab's or ours."""
    for key in (ANALYSIS, OWN_ANALYSIS):
        obj.metadata.pop(key, None)
    if record.parameters is not None:
        value["param_json"] = record.parameters
    if not is_own(record.function):
        obj.metadata[ANALYSIS] = value
        return
    del value["source_uuid"]
    value |= {
        "source_uuids": list(record.source_uuids),
        "sources": list(record.source_names),
        "versions": dict(record.versions),
    }
    obj.metadata[OWN_ANALYSIS] = value


def is_of_same_step(metadata: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two objects' metadata have equal records of the last step, which both have."""
    there = metadata.get(PROCESSING)
    return (
        there is not None
        and there == other.get(PROCESSING)
        and metadata.get(NOTE) == other.get(NOTE)
    )


def read_record(obj: DataObject, key: str = PROCESSING) -> Record | None:
    """Return the record in an object's metadata, or None if it wasn't computed."""
    return record_in(value_of(obj, "metadata"), key)


def record_in(metadata: Mapping[str, Any], key: str = PROCESSING) -> Record | None:
    """Return the record in an object's metadata, or None if it wasn't computed."""
    value = metadata.get(key)
    if key == ANALYSIS and value is None:
        value = metadata.get(OWN_ANALYSIS)
    if not isinstance(value, dict) or "func_name" not in value:
        return None
    note = metadata.get(NOTE) if key == PROCESSING else value
    note = note if isinstance(note, dict) else {}
    one = value.get("source_uuid")
    uuids = [one] if one else value.get("source_uuids", ())
    return Record(
        function=str(value["func_name"]),
        pattern=str(value.get("pattern", "")),
        parameters=value.get("param_json", note.get("param_json")),
        source_uuids=tuple(uuids),
        source_names=tuple(note.get("sources", ())),
        versions=dict(note.get("versions", {})),
        notes=from_entries(note.get("notes")),
        units=str(note.get("units", "")),
    )


def uuid_of(obj: DataObject) -> str | None:
    """Return the identifier that DataLab or we gave an object, if it has one."""
    value = value_of(obj, "metadata").get(UUID)
    return str(value) if value else None


def versions(package: str = "") -> Mapping[str, str]:
    """Return the versions of what computes here, and of a package besides if it is there."""
    try:
        return _versions(package, sigima.__version__)
    except PackageNotFoundError:  # the computation says so
        return _versions("", sigima.__version__)


@cache
def _versions(package: str, of_sigima: str) -> Mapping[str, str]:
    found = {"sigima": of_sigima, "datalab-kernel": version("datalab-kernel-core")}
    return {**found, package: version(package)} if package else found
