"""Trees of metadata as JSON can hold them, and a note of what each value was.

DataLab's Web API and its XML-RPC interface carry JSON, which knows no arrays, no complex
numbers and none of numpy's. Nothing is approximated: the note restores every value that
nobody changed meanwhile.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

Path = tuple[str | int, ...]

COORDINATES = "coords"  # DataLab makes an array of a list under this key
_ARRAY_MARK_LENGTH = 3  # guidata takes ["array", data, dtype] for an array


def to_json_values(tree: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Turn a tree of :func:`_metadata.encode` into what JSON can hold.

    Returns
    -------
    tree, note
        The note is JSON, or empty if the tree says it all.

    Examples
    --------
    >>> to_json_values({"gain": 1 + 2j, "runs": np.arange(2)})
    ({'gain': [1.0, 2.0], 'runs': [0, 1]}, '[[["gain"], "complex", null], [["runs"], "<i8", [2]]]')
    """
    notes: list[tuple[Path, str, Any]] = []
    plain = {key: _plain(value, (key,), notes) for key, value in tree.items()}
    return plain, json.dumps(notes) if notes else ""


def from_json_values(tree: dict[str, Any], note: str) -> dict[str, Any]:
    """Undo :func:`to_json_values`; a value that isn't what was written stays as it is.

    Raises
    ------
    ValueError
        If the note isn't one.
    """
    if not note:
        return tree
    try:
        known = {tuple(path): (what, data) for path, what, data in json.loads(note)}
    except (ValueError, TypeError) as error:
        message = f"the note on JSON values is not one that this version wrote: {error}"
        raise ValueError(message) from error
    return {key: _restored(value, (key,), known) for key, value in tree.items()}


def _plain(value: Any, path: Path, notes: list[tuple[Path, str, Any]]) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item, (*path, key), notes) for key, item in value.items()}
    if isinstance(value, list):
        return _plain_list(value, path, notes)
    if isinstance(value, np.ndarray):
        notes.append((path, value.dtype.str, list(value.shape)))
        return _parts(value).tolist()
    if isinstance(value, np.generic):
        notes.append((path, "number", value.dtype.str))
        return value.item() if value.dtype.kind != "c" else [value.real.item(), value.imag.item()]
    if isinstance(value, complex):
        notes.append((path, "complex", None))
        return [value.real, value.imag]
    return value


def _plain_list(value: list[Any], path: Path, notes: list[tuple[Path, str, Any]]) -> Any:
    if path[-1] == COORDINATES and _survives_as_array(value):
        notes.append((path, "list", None))  # DataLab's results have them so
        return value
    is_array_mark = len(value) == _ARRAY_MARK_LENGTH and _is_text(value[0], "array")
    if path[-1] != COORDINATES and not is_array_mark:
        return [_plain(item, (*path, i), notes) for i, item in enumerate(value)]
    inner: list[tuple[Path, str, Any]] = []
    items = [_plain(item, (i,), inner) for i, item in enumerate(value)]
    notes.append((path, "text", inner))
    return json.dumps(items)


def _is_text(value: Any, text: str) -> bool:
    return isinstance(value, str) and value == text


def _survives_as_array(value: list[Any]) -> bool:
    try:
        array = np.array(value)
        return array.dtype.kind in "bif" and json.dumps(array.tolist()) == json.dumps(value)
    except (ValueError, TypeError, OverflowError):
        return False


def _parts(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a complex array as pairs of real ones."""
    if array.dtype.kind != "c":
        return array
    return np.stack([array.real, array.imag], axis=-1)


def _restored(value: Any, path: Path, known: dict[Path, tuple[str, Any]]) -> Any:
    if path in known:
        return _original(value, *known[path])
    if isinstance(value, dict):
        return {key: _restored(item, (*path, key), known) for key, item in value.items()}
    if isinstance(value, list):
        return [_restored(item, (*path, i), known) for i, item in enumerate(value)]
    return value


def _original(value: Any, what: str, data: Any) -> Any:  # noqa: PLR0911 - one per kind
    if what == "text":
        if not isinstance(value, str):
            return value
        inner = {tuple(path): (kind, facts) for path, kind, facts in data}
        return [_restored(item, (i,), inner) for i, item in enumerate(json.loads(value))]
    if what == "list":
        return value.tolist() if isinstance(value, np.ndarray) else value
    if what == "complex":
        return complex(*value) if _is_pair(value) else value
    if what == "number":
        dtype = np.dtype(data)
        if dtype.kind == "c":
            return dtype.type(complex(*value)) if _is_pair(value) else value
        return dtype.type(value) if isinstance(value, (bool, int, float)) else value
    return _original_array(value, np.dtype(what), tuple(data))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2  # noqa: PLR2004 - real and imaginary


def _original_array(value: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Any:
    if not isinstance(value, (list, np.ndarray)):
        return value
    parts = np.asarray(value, dtype=dtype.type(0).real.dtype if dtype.kind == "c" else dtype)
    if dtype.kind != "c":
        return parts.reshape(shape) if parts.size == int(np.prod(shape)) else value
    if parts.size != 2 * int(np.prod(shape)):
        return value
    pairs = parts.reshape(*shape, 2)
    whole = np.empty(shape, dtype)
    whole.real, whole.imag = pairs[..., 0], pairs[..., 1]
    return whole
