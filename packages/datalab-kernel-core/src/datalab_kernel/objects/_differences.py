"""What differs between two objects: everything that a person can see of them, bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects._fields import to_fields
from datalab_kernel.objects._kinds import SIGIMAS_CLASS

if TYPE_CHECKING:
    from datalab_kernel.objects._sigima import DataObject


def differences(found: DataObject, expected: DataObject) -> list[str]:
    """List what differs between two objects: type, attributes, arrays, masks, metadata."""
    if _sigimas_class(found) is not _sigimas_class(expected):
        return [f"type: {type(found).__name__} instead of {type(expected).__name__}"]
    left, right = to_fields(found), to_fields(expected)
    pairs = [
        ("attributes", dict(left.attributes), dict(right.attributes)),
        ("arrays", dict(left.arrays), dict(right.arrays)),
        ("metadata", dict(left.metadata), dict(right.metadata)),
    ]
    return [text for path, a, b in pairs for text in compare_values(path, a, b)]


def _sigimas_class(obj: DataObject) -> type:
    """Return the class of Sigima's: what a workspace hands out is the same with operators."""
    kind: type = vars(type(obj)).get(SIGIMAS_CLASS, type(obj))
    return kind


def compare_values(path: str, found: Any, expected: Any) -> list[str]:
    """List what differs between two values; ``path`` names them."""
    if isinstance(expected, np.ndarray):
        return _compare_arrays(path, found, expected)
    if isinstance(expected, dict) and isinstance(found, dict):
        return _compare_dicts(path, found, expected)
    if isinstance(expected, (list, tuple)) and type(found) is type(expected):
        if len(found) != len(expected):
            return [f"{path}: {len(found)} items instead of {len(expected)}"]
        pairs = enumerate(zip(found, expected, strict=True))
        return [text for i, (a, b) in pairs for text in compare_values(f"{path}[{i}]", a, b)]
    is_nan = found != found and expected != expected  # noqa: PLR0124 - NaN
    if type(found) is type(expected) and (is_nan or found == expected):
        return []
    return [f"{path}: {found!r} instead of {expected!r}"]


def _compare_dicts(path: str, found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    texts = [f"{path}[{key!r}]: missing" for key in expected if key not in found]
    texts += [f"{path}[{key!r}]: unexpected" for key in found if key not in expected]
    for key, value in expected.items():
        if key in found:
            texts += compare_values(f"{path}[{key!r}]", found[key], value)
    return texts


def _compare_arrays(path: str, found: Any, expected: np.ndarray[Any, Any]) -> list[str]:
    if not isinstance(found, np.ndarray):
        return [f"{path}: {type(found).__name__} instead of an array"]
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return [f"{path}: {found.dtype}{found.shape} instead of {expected.dtype}{expected.shape}"]
    if np.ma.isMaskedArray(found) != np.ma.isMaskedArray(expected):
        return [f"{path}: masked and not masked"]
    if not np.array_equal(np.ma.getmaskarray(found), np.ma.getmaskarray(expected)):
        return [f"{path}: other mask"]
    same = np.ma.getdata(found).tobytes() == np.ma.getdata(expected).tobytes()
    return [] if same else [f"{path}: other values"]
