"""Which metadata is kept, and how it is written so that a person sees it in DataLab.

Values are written as guidata writes them. What guidata can't express (None, tuples,
dates with their time zone, numpy's own numbers, odd keys and texts, arrays of text) is
written as the nearest thing that it can, and a note beside it says what it was. DataLab
saves both again untouched; a value that somebody changed there keeps the change.
"""

from __future__ import annotations

import datetime
import json
import zoneinfo
from functools import lru_cache
from typing import Any

import numpy as np

from datalab_kernel.errors import MetadataError

NOTE_KEY = "_datalab_kernel"
MAX_DEPTH = 50
RESERVED = ("__dict", "__seq")
_RENAMED = "key "
# Types whose values h5py reads back as Python's own
_READ_AS_PYTHON = {
    np.dtype(kind).str: kind for kind in (np.bool_, np.int64, np.float64, np.complex128)
}

# Types of which each value is kept, where it isn't nested too deep
_PLAIN = frozenset({str, float, bool, complex, type(None)})
_MIN, _MAX = -(2**63), 2**63 - 1  # of an integer

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


def _check(value: Any, path: Path) -> None:  # noqa: C901 - one line per kind
    if len(path) > MAX_DEPTH:
        raise _error(path[:3], f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        _check_dict(value, path)
    elif isinstance(value, (list, tuple)):
        is_deep = len(path) >= MAX_DEPTH
        for index, item in enumerate(value):
            if is_deep or not _is_plain(item):
                _check(item, (*path, index))
    elif isinstance(value, np.ndarray):
        _check_array(value, path)
    elif isinstance(value, np.generic):
        _check_dtype(value.dtype, path, "biufcU")
    elif isinstance(value, int):
        if not _MIN <= value <= _MAX:
            raise _error(path, "the integer doesn't fit 64 bits; give a float or a text")
    elif type(value) is datetime.datetime:
        _check_moment(value, path)
    elif not (
        value is None or isinstance(value, (float, complex, str)) or type(value) is datetime.date
    ):
        found = type(value).__name__
        wanted = "give numbers, text, datetime's dates or arrays"
        raise _error(path, f"a value of type {found} can't be kept; {wanted}")


def _check_dict(value: dict[Any, Any], path: Path) -> None:
    is_deep = len(path) >= MAX_DEPTH
    for key, item in value.items():
        if not isinstance(key, str):
            raise _error((*path, repr(key)), f"keys must be text, not {type(key).__name__}")
        kind = type(item)  # as _is_plain says, without a call: most dicts are small
        is_plain = kind in _PLAIN or (kind is int and _MIN <= item <= _MAX)
        if kind is dict and not is_deep:
            _check_dict(item, (*path, key))
        elif is_deep or not is_plain:
            _check(item, (*path, key))


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return kind in _PLAIN or (kind is int and _MIN <= value <= _MAX)


def _check_array(value: np.ndarray[Any, Any], path: Path) -> None:
    if np.ma.isMaskedArray(value):
        raise _error(path, "masked arrays can't be kept; give the data and the mask")
    _check_dtype(value.dtype, path, "biufcUM")


def _check_dtype(dtype: np.dtype[Any], path: Path, kinds: str) -> None:
    is_long = dtype.kind in "fc" and dtype.itemsize > (8 if dtype.kind == "f" else 16)
    if dtype.kind not in kinds or is_long:
        raise _error(path, f"numpy's {dtype} can't be kept; convert it first")


def _check_moment(value: datetime.datetime, path: Path) -> None:
    is_known = type(value.tzinfo) in (type(None), datetime.timezone) or _zone_name(value)
    if not is_known:
        zone = type(value.tzinfo).__name__
        raise _error(
            path,
            f"the rules of its time zone ({zone}) can't be kept; give its offset, "
            "for instance by value.astimezone(datetime.timezone.utc)",
        )


def _zone_name(value: datetime.date) -> str | None:
    zone = getattr(value, "tzinfo", None)
    return zone.key if isinstance(zone, zoneinfo.ZoneInfo) else None


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
    tree = notes.encode_dict(metadata, ())
    return tree, notes.text()


def shown_text(text: str) -> str:
    """Return a text as HDF5 can hold it: no NUL, nothing that isn't Unicode's."""
    if "\0" not in text and text.isascii():
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


class _Notes:
    """Collects what the tree can't say, by the path in the tree."""

    def __init__(self) -> None:
        self.values: list[tuple[Path, str, Any]] = []
        self.keys: list[tuple[Path, str]] = []

    def text(self) -> str:
        if not self.values and not self.keys:
            return ""
        return json.dumps({"version": 1, "values": self.values, "keys": self.keys})

    def encode_dict(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for key, item in value.items():
            safe = _safe(key)
            if safe != key:
                while safe in value or safe in tree:
                    safe += "."
                self.keys.append(((*path, safe), key))
            tree[safe] = self.encode(item, (*path, safe))
        return tree

    def encode(self, value: Any, path: Path) -> Any:
        if type(value) in (bool, int, float, complex):
            return value
        if type(value) is str:
            return self._encode_text(value, path)
        if isinstance(value, dict):
            return self.encode_dict(value, path)
        if isinstance(value, (list, tuple)):
            if isinstance(value, tuple):
                self.values.append((path, "tuple", None))
            return [self.encode(item, (*path, index)) for index, item in enumerate(value)]
        return self._encode_rare(value, path)

    def _encode_text(self, value: str, path: Path) -> str:
        shown = shown_text(value)
        if shown != value:
            self.values.append((path, "text", [shown, value]))
        return shown

    def _encode_rare(self, value: Any, path: Path) -> Any:
        if value is None:
            self.values.append((path, "none", None))
            return ""
        if isinstance(value, np.ndarray):
            return self._encode_array(value, path)
        if isinstance(value, np.str_):
            self.values.append((path, "numpy", "U"))
            return shown_text(str(value))
        if isinstance(value, (np.bool_, np.int64, np.float64, np.complex128)):
            self.values.append((path, "numpy", value.dtype.str))
            return value.item()
        if isinstance(value, datetime.date):
            what = "datetime" if isinstance(value, datetime.datetime) else "date"
            shown = value.isoformat()
            self.values.append((path, what, [shown, getattr(value, "fold", 0), _zone_name(value)]))
            return shown
        return _plain(value)

    def _encode_array(self, value: np.ndarray[Any, Any], path: Path) -> Any:
        if value.dtype.kind == "M":
            self.values.append((path, "array", [value.dtype.str, None]))
            return np.ascontiguousarray(value).view(np.int64).reshape(value.shape)
        if value.dtype.kind == "U":
            self.values.append((path, "array", [value.dtype.str, list(value.shape)]))
            return [self._encode_text(str(v), (*path, i)) for i, v in enumerate(value.ravel())]
        return value


def _plain(value: Any) -> Any:
    """Return a subclass's value (an enum's, say) as Python's own."""
    if isinstance(value, np.generic):
        return value
    if isinstance(value, str):
        return shown_text(str(value))
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else value


def is_safe(key: str) -> bool:
    """Say whether a key is written as it is."""
    return _safe(key) == key


@lru_cache(maxsize=1024)
def _safe(key: str) -> str:
    """Return a key that HDF5 and guidata take for any kind of value; itself if it is one."""
    text = shown_text(key.replace("/", "∕"))  # noqa: RUF001 - a division slash
    is_bad = (
        not text or set(text) == {"."} or text.startswith(RESERVED) or text.endswith("__type__")
    )
    if is_bad or text in (NOTE_KEY, "__number") or text.startswith(_RENAMED):
        return f"{_RENAMED}{text}."
    return key if text == key else text


# -- reading ------------------------------------------------------------------------------


def decode(tree: dict[str, Any], note: str) -> dict[str, Any]:
    """Undo :func:`encode`; a value that isn't what was written any more stays as it is.

    Raises
    ------
    ValueError
        If the note isn't one.
    """
    if not note:
        return tree
    try:
        content = json.loads(note)
        values = {tuple(path): (what, data) for path, what, data in content["values"]}
        keys = {tuple(path): key for path, key in content["keys"]}
        decoded: dict[str, Any] = _decode(tree, (), values, keys)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        message = f"metadata[{NOTE_KEY!r}] is not a note that this version wrote: {error}"
        raise ValueError(message) from error
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


def _decode_value(value: Any, what: str, data: Any) -> Any:  # noqa: PLR0911 - one per kind
    match what:
        case "none" if isinstance(value, str) and value == "":
            return None
        case "tuple" if isinstance(value, list):
            return tuple(value)
        case "text" if isinstance(value, str) and value == data[0]:
            return data[1]
        case "datetime" | "date" if isinstance(value, str):
            return _decode_moment(value, what, data)
        case "numpy" if data == "U" and isinstance(value, str):
            return np.str_(value)
        case "numpy" if data in _READ_AS_PYTHON:
            number = _READ_AS_PYTHON[data](value)
            return number if type(number.item()) is type(value) else value
        case "array" if isinstance(value, np.ndarray) and value.dtype == np.int64:
            return value.view(data[0])
        case "array" if isinstance(value, list) and data[1] is not None:
            return _decode_texts(value, *data)
    return value


def _decode_moment(value: str, what: str, data: Any) -> Any:
    shown, fold, zone = data
    if value != shown:
        return value
    if what == "date":
        return datetime.date.fromisoformat(shown)
    moment = datetime.datetime.fromisoformat(shown).replace(fold=fold)
    if zone is None:
        return moment
    try:
        return moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    except zoneinfo.ZoneInfoNotFoundError:
        return moment  # this computer doesn't know the zone; the offset is right


def _decode_texts(value: list[Any], dtype: str, shape: list[int]) -> Any:
    is_whole = len(value) == int(np.prod(shape)) and all(isinstance(v, str) for v in value)
    array = np.array(value, dtype=np.str_)
    if not is_whole or array.dtype.itemsize > np.dtype(dtype).itemsize:
        return value
    return array.astype(dtype).reshape(shape)
