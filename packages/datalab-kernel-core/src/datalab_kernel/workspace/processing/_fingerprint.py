"""One short text for values: the same for equal ones, in each process and on each machine."""

from __future__ import annotations

import json
import pickle
import secrets
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from hashlib import sha256
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

__all__ = ["fingerprint"]


def fingerprint(value: Any) -> str:
    """Return a text that differs where values do.

    Of a function, its own code, defaults and what it closes over count; what it calls doesn't.
    What can't be compared, such as a lock, differs each time.

    Examples
    --------
    >>> fingerprint({"sigma": 2}) == fingerprint({"sigma": 2})
    True
    >>> fingerprint({"sigma": 2}) == fingerprint({"sigma": 3})
    False
    """
    digest = sha256()
    _feed(digest.update, value)
    return digest.hexdigest()[:32]


def _feed(update: Callable[[bytes], None], value: Any) -> None:  # noqa: C901 - a case a kind
    update(type(value).__name__.encode())
    match value:
        case None | bool() | int() | float() | complex() | str() | bytes():
            update(repr(value).encode())
        case np.generic():
            update(repr(value.item()).encode())
        case np.ndarray():
            update(f"{value.dtype.str}{value.shape}".encode())
            update(np.ascontiguousarray(value).tobytes())
        case Mapping():
            for key in sorted(value, key=str):
                _feed(update, key)
                _feed(update, value[key])
        case AbstractSet():
            _feed(update, sorted(value, key=str))
        case Sequence():
            for item in value:
                _feed(update, item)
        case FunctionType():
            _feed_function(update, value)
        case MethodType():
            _feed(update, [value.__func__, value.__self__])
        case partial():
            _feed(update, [value.func, value.args, value.keywords])
        case _:
            _feed_object(update, value)
    update(b";")


def _feed_function(update: Callable[[bytes], None], function: FunctionType) -> None:
    _feed_code(update, function.__code__)
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    _feed(update, [function.__defaults__, function.__kwdefaults__, cells])


def _feed_code(update: Callable[[bytes], None], code: CodeType) -> None:
    update(code.co_code)
    _feed(update, [code.co_names, code.co_varnames[: code.co_argcount]])
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _feed_code(update, constant)
        else:
            _feed(update, constant)


def _feed_object(update: Callable[[bytes], None], value: Any) -> None:
    """Take what an object says of itself: Sigima's objects and parameters, else what is pickled."""
    import guidata.dataset as gds

    from datalab_kernel.objects import ImageObj, SignalObj, to_fields

    if isinstance(value, (SignalObj, ImageObj)):
        fields = to_fields(value)
        _feed(update, [fields.attributes, fields.arrays, fields.metadata])
    elif isinstance(value, gds.DataSet):
        update(json.dumps(json.loads(gds.dataset_to_json(value)), sort_keys=True).encode())
    elif hasattr(value, "to_dict"):
        _feed(update, value.to_dict())
    else:
        try:
            update(pickle.dumps(value, protocol=5))
        except (TypeError, AttributeError, pickle.PicklingError):
            update(secrets.token_bytes())  # what can't be compared is never the same again
