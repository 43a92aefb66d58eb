"""Which metadata is kept, and how it is written so that a person sees it in DataLab.

Values are written as guidata writes them. What guidata can't express (None, tuples,
dates with their time zone, odd keys and texts, arrays of text) is written as the
nearest thing that it can, and a note beside it says what it was. DataLab saves both
again untouched; a value that somebody changed there keeps the change.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

import numpy as np

from datalab_kernel.errors import MetadataError

NOTE_KEY = "_datalab_kernel"
MAX_DEPTH = 50
RESERVED = ("__dict", "__seq")

Path = tuple[str | int, ...]


def check(metadata: dict[str, Any]) -> None:
    """Check that metadata can be kept exactly.

    Kept are None, bool, int (64 bits), float, complex, str, dates and date-times,
    numpy's numbers, arrays of numbers, text or date-times, and lists, tuples and
    dicts (with text keys) of these.

    Raises
    ------
    MetadataError
        With the path of the first thing that can't.
    """
    _check_dict(metadata, ())


def _check(value: Any, path: Path) -> None:
    if len(path) > MAX_DEPTH:
        raise _error(path[:3], f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        _check_dict(value, path)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _check(item, (*path, index))
    elif isinstance(value, np.ndarray):
        _check_array(value, path)
    elif isinstance(value, np.generic):
        _check_dtype(value.dtype, path, "biufcU")
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise _error(path, "the integer doesn't fit 64 bits; give a float or a text")
    elif not (value is None or isinstance(value, (float, complex, str, datetime.date))):
        found = type(value).__name__
        raise _error(path, f"a value of type {found} can't be kept; give numbers, text or arrays")


def _check_dict(value: dict[Any, Any], path: Path) -> None:
    for key, item in value.items():
        if not isinstance(key, str):
            raise _error((*path, repr(key)), f"keys must be text, not {type(key).__name__}")
        _check(item, (*path, key))


def _check_array(value: np.ndarray[Any, Any], path: Path) -> None:
    if np.ma.isMaskedArray(value):
        raise _error(path, "masked arrays can't be kept; give the data and the mask")
    _check_dtype(value.dtype, path, "biufcUM")


def _check_dtype(dtype: np.dtype[Any], path: Path, kinds: str) -> None:
    is_long = dtype.kind in "fc" and dtype.itemsize > (8 if dtype.kind == "f" else 16)
    if dtype.kind not in kinds or is_long:
        raise _error(path, f"numpy's {dtype} can't be kept; convert it first")


def _error(path: Path, reason: str) -> MetadataError:
    place = "metadata" + "".join(f"[{part!r}]" for part in path)
    return MetadataError(f"{place}: {reason}.", path=place)


# -- writing ------------------------------------------------------------------------------


def encode(metadata: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Turn metadata into what guidata's layout can hold, and a note of what it was.

    Returns
    -------
    tree, note
        The note is JSON, or empty if the tree says it all.
    """
    notes = _Notes()
    tree = {notes.safe_key(key, ()): notes.encode(value, (_safe(key),)) for key, value in metadata.items()}
    return tree, notes.text()


class _Notes:
    """Collects what the tree can't say, by the path in the tree."""

    def __init__(self) -> None:
        self.values: list[tuple[Path, str, Any]] = []
        self.keys: list[tuple[Path, str]] = []

    def text(self) -> str:
        if not self.values and not self.keys:
            return ""
        return json.dumps({"version": 1, "values": self.values, "keys": self.keys})

    def safe_key(self, key: str, path: Path) -> str:
        safe = _safe(key)
        if safe != key:
            self.keys.append(((*path, safe), key))
        return safe

    def encode(self, value: Any, path: Path) -> Any:
        if type(value) in (bool, int, float, complex):
            return value
        if isinstance(value, str):
            return self._encode_text(str(value), path)
        if isinstance(value, dict):
            return {
                self.safe_key(key, path): self.encode(item, (*path, _safe(key)))
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            if isinstance(value, tuple):
                self.values.append((path, "tuple", None))
            return [self.encode(item, (*path, index)) for index, item in enumerate(value)]
        return self._encode_rare(value, path)

    def _encode_text(self, value: str, path: Path) -> str:
        shown = value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
        if shown != value:
            self.values.append((path, "text", [shown, value]))
        return shown

    def _encode_rare(self, value: Any, path: Path) -> Any:
        if value is None:
            self.values.append((path, "none", None))
            return ""
        if isinstance(value, datetime.date):
            what = "datetime" if isinstance(value, datetime.datetime) else "date"
            self.values.append((path, what, value.isoformat()))
            return value.isoformat()
        if isinstance(value, np.ndarray) and value.dtype.kind == "M":
            self.values.append((path, "array", [value.dtype.str, None]))
            return value.view(np.int64)
        if isinstance(value, np.ndarray) and value.dtype.kind == "U":
            self.values.append((path, "array", [value.dtype.str, list(value.shape)]))
            return [self._encode_text(str(v), (*path, i)) for i, v in enumerate(value.ravel())]
        return value


def _safe(key: str) -> str:
    """Return a key that HDF5 and guidata take for any kind of value."""
    text = key.replace("/", "∕").replace("\0", "\ufffd")  # noqa: RUF001 - a division slash
    text = text.encode("utf-8", "replace").decode("utf-8")
    is_bad = not text or set(text) == {"."} or text.startswith(RESERVED) or text.endswith("__type__")
    return f"key {text}." if is_bad or text.startswith("key ") else text


# -- reading ------------------------------------------------------------------------------


def decode(tree: dict[str, Any], note: str) -> dict[str, Any]:
    """Undo :func:`encode`; a value that isn't what was written any more stays as it is."""
    if not note:
        return tree
    try:
        content = json.loads(note)
        values = {tuple(path): (what, data) for path, what, data in content["values"]}
        keys = {tuple(path): key for path, key in content["keys"]}
    except (ValueError, KeyError, TypeError) as error:
        message = f"metadata[{NOTE_KEY!r}] is not a note that this version wrote: {error}"
        raise ValueError(message) from error
    decoded: dict[str, Any] = _decode(tree, (), values, keys)
    return decoded


def _decode(value: Any, path: Path, values: dict[Any, Any], keys: dict[Any, Any]) -> Any:
    if isinstance(value, dict):
        value = {
            keys.get((*path, key), key): _decode(item, (*path, key), values, keys)
            for key, item in value.items()
        }
    elif isinstance(value, list):
        value = [_decode(item, (*path, i), values, keys) for i, item in enumerate(value)]
    if path not in values:
        return value
    return _decode_value(value, *values[path])


def _decode_value(value: Any, what: str, data: Any) -> Any:
    match what:
        case "none" if isinstance(value, str) and value == "":
            return None
        case "tuple" if isinstance(value, list):
            return tuple(value)
        case "text" if value == data[0]:
            return data[1]
        case "datetime" if value == data:
            return datetime.datetime.fromisoformat(data)
        case "date" if value == data:
            return datetime.date.fromisoformat(data)
        case "array" if isinstance(value, np.ndarray) and value.dtype == np.int64:
            return value.view(data[0])
        case "array" if isinstance(value, list) and data[1] is not None:
            shape = tuple(data[1])
            if len(value) == int(np.prod(shape)):
                return np.array(value, dtype=data[0]).reshape(shape)
    return value
