"""Arrays and texts as DataLab takes them, and notes of what they were."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from datalab_kernel.objects import _metadata, _values
from datalab_kernel.objects._fields import MAIN_ARRAY

Array = np.ndarray[Any, Any]


def noted_text(name: str, value: Any, note: dict[str, Any]) -> Any:
    """Return an attribute as DataLab can hold it, and note what it was."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    shown = _metadata.shown_text(value)
    if shown != value:
        note[f"{name} text"] = json.dumps([shown, value])
    return shown


def original_text(text: str, note: Any) -> str:
    """Undo :func:`noted_text`, unless somebody has changed the text."""
    if not isinstance(note, str):
        return text
    shown, original = json.loads(note)
    return str(original) if text == shown else text


def noted_array(name: str, array: Array, note: dict[str, Any]) -> Array:
    """Return an array as DataLab takes it, and note its type and mask."""
    wide, original = _values.widen(array, for_signal=name == MAIN_ARRAY["signal"])
    if original is not None:
        note[f"{name} dtype"] = original
    if not np.ma.isMaskedArray(array):
        return wide
    note[f"{name} mask"] = np.ma.getmaskarray(array)
    note[f"{name} fill"] = np.array(array.fill_value, dtype=wide.dtype)
    return np.asarray(np.ma.getdata(wide))


def original_array(name: str, array: Array, note: dict[str, Any]) -> Array:
    """Undo :func:`noted_array`, as far as nobody has changed the array."""
    mask = note.get(f"{name} mask")
    if mask is not None and np.shape(mask) == array.shape:
        fill: Any = np.asarray(note[f"{name} fill"])[()]
        masked: Any = np.ma
        array = masked.array(array, mask=np.asarray(mask, dtype=bool), fill_value=fill)
    original = note.get(f"{name} dtype")
    return array if original is None else _values.restore(array, original)
