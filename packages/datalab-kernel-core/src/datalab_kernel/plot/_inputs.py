"""What can be plotted, and the Sigima objects that stand for it.

Arrays become objects only to be looked at: nothing is stored, and images aren't copied.
"""

from __future__ import annotations

import sys
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.display._progress import tracking
from datalab_kernel.objects import _names, _sigima
from datalab_kernel.objects._coerce import as_object
from datalab_kernel.plot._describing.results import with_results_of
from datalab_kernel.workspace._calc_result import CalcResult
from datalab_kernel.workspace._stack import Stack

if TYPE_CHECKING:
    from datalab_kernel.objects import DataObject, SignalObj
    from datalab_kernel.plot._from_afar import Lookup

Array = np.ndarray[Any, Any]
ACCEPTED = (
    "a name, a pattern such as 'img*', a signal or image, what workspace.calc or .stack returned, "
    "a 1-D or 2-D numpy array, a tuple (x, y) or (x, y, label), a pandas Series, an xarray "
    "DataArray, or a list of these"
)
XY, XY_LABEL = 2, 3


def drawable(what: Any, workspace: Lookup | None) -> list[DataObject]:
    """Return the objects that something to be plotted stands for, in its order.

    Parameters
    ----------
    what
        A name; a pattern; a signal or image; a ``CalcResult`` (of an analysis: the objects
        that were analysed, with what this analysis found and no other's); a 1-D array (a
        curve over its indices) or a 2-D array (an image); a pandas Series or an xarray
        DataArray; a tuple ``(x, y)`` or ``(x, y, label)``; or a list of these. A list of
        one is that one.
    workspace
        Where names are looked up; None if there are none to be.

    Returns
    -------
    list of SignalObj and ImageObj
        At least one. Those of the workspace are looked at and not copied.

    Raises
    ------
    ObjectNotFoundError
        If a name or pattern finds nothing.
    TypeError
        If something can't be plotted; it says what can.
    ValueError
        If there is nothing at all, as in an empty list.

    Notes
    -----
    A tuple is a curve ``(x, y)`` if its first two entries are one-dimensional arrays,
    Series or lists of numbers; a third one is the label, as text. Any other tuple, of
    names, objects or images, is a list of them. x may be dates (``datetime64``). Masked
    values are left out, as NaN are.

    Examples
    --------
    >>> [one] = drawable(([0, 1, 2], [5, 6, 7], "ramp"), None)
    >>> one.title, one.y.tolist()
    ('ramp', [5.0, 6.0, 7.0])
    """
    objects = list(_drawable(what, workspace))
    if not objects:
        message = f"There is nothing to plot in {_shown(what)}. Give names or objects: {ACCEPTED}."
        raise ValueError(message)
    return objects


def _shown(what: Any) -> str:
    return "an empty list" if isinstance(what, (list, tuple)) else repr(what)


@singledispatch
def _drawable(what: Any, workspace: Lookup | None) -> list[DataObject]:
    del workspace
    if isinstance(what, _sigima.ImageObj) and what.data is None:
        return [_sigima.create_image(what.title, np.empty((0, 0)))]
    if isinstance(what, (_sigima.SignalObj, _sigima.ImageObj)):
        return [what]
    if _is_of(what, "pandas", "Series") or _is_of(what, "xarray", "DataArray"):
        return [_converted(what)]
    hint = ""
    if _is_of(what, "pandas", "DataFrame"):
        hint = " Give one of its columns, or a list of them."
    elif isinstance(what, (int, float, complex)):
        hint = " A list of numbers is plotted as np.array([...])."
    message = f"Can't plot a {type(what).__name__}.{hint} What can be plotted: {ACCEPTED}."
    raise TypeError(message)


@_drawable.register(str)
def _named(what: str, workspace: Lookup | None) -> list[DataObject]:
    if workspace is None:
        message = f"{what!r} can't be looked up: this plotter has no workspace. Give the object."
        raise TypeError(message)
    with tracking(_found(what, workspace), "Reading") as names:
        return [workspace.get(name, copy=False) for name in names]


def _found(text: str, workspace: Lookup) -> list[str]:
    """Return the object of exactly this name, else those that the pattern matches."""
    if not _names.has_wildcard(text) or workspace.exists(text):
        return [text]
    names = workspace.list(text)
    if not names:
        raise _names.not_found(text, workspace.list())
    return names


@_drawable.register(CalcResult)
def _computed(what: CalcResult, workspace: Lookup | None) -> list[DataObject]:
    del workspace
    if not what.is_analysis:
        return [what.view(name) for name in what.names]
    return [with_results_of(what, name) for name in what.names]


@_drawable.register(Stack)
def _frames(what: Stack, workspace: Lookup | None) -> list[DataObject]:
    del workspace
    return [what.view(number) for number in range(len(what))]


@_drawable.register(list)
def _listed(what: list[Any], workspace: Lookup | None) -> list[DataObject]:
    return [obj for one in what for obj in _drawable(one, workspace)]


@_drawable.register(tuple)
def _tuple(what: tuple[Any, ...], workspace: Lookup | None) -> list[DataObject]:
    if len(what) in (XY, XY_LABEL) and all(map(_is_sequence_of_values, what[:XY])):
        return [_curve(*what)]
    return _listed(list(what), workspace)


@_drawable.register(np.ndarray)
def _array(what: Array, workspace: Lookup | None) -> list[DataObject]:
    del workspace
    values = _values(what)
    if values.ndim == 1:
        return [_signal(np.arange(values.size, dtype=float), values, "")]
    if values.ndim == 2:  # noqa: PLR2004 - an image
        return [_sigima.create_image("", values)]
    hint = " Plot its planes: list(array)." if values.ndim == 3 else ""  # noqa: PLR2004
    message = (
        f"Can't plot an array of shape {values.shape}: a signal has one dimension, an image "
        f"two.{hint}"
    )
    raise TypeError(message)


def _is_sequence_of_values(value: Any) -> bool:
    if isinstance(value, (range, list, tuple)):
        return len(value) == 0 or isinstance(value[0], (int, float, complex, np.number))
    if isinstance(value, np.ndarray):
        return value.ndim == 1
    return _is_of(value, "pandas", "Series") or _is_of(value, "pandas", "Index")


def _is_of(value: Any, module: str, name: str) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))


def _curve(x: Any, y: Any, label: Any = "") -> SignalObj:
    if not isinstance(label, str):
        message = (
            f"The third of (x, y, label) must be text, not {type(label).__name__}. "
            "Give several curves as a list of tuples: [(x, y1), (x, y2)]."
        )
        raise TypeError(message)
    xs, ys = np.asanyarray(x), _values(np.asanyarray(y))
    if xs.shape != ys.shape or xs.ndim != 1:
        message = (
            f"Can't plot (x, y) of shapes {xs.shape} and {ys.shape}: both must be "
            "one-dimensional and of the same length."
        )
        raise TypeError(message)
    if xs.dtype.kind != "M":
        return _signal(_values(xs), ys, label)
    signal = _signal(np.arange(xs.size, dtype=float), ys, label)
    signal.set_x_from_datetime(xs)
    signal.xydata[0, np.isnat(xs)] = np.nan  # a date that isn't known is nowhere
    return signal


def _signal(x: Array, y: Array, label: str) -> SignalObj:
    if x.dtype.kind == "c":
        message = "Can't plot (x, y) with a complex x: x must be real. Give its real part."
        raise TypeError(message)
    return _sigima.create_signal(
        label, x.astype(float, copy=False), y.astype(complex if y.dtype.kind == "c" else float)
    )


def _values(array: Array) -> Array:
    """Return an array of numbers; masked ones are NaN."""
    if array.dtype.kind == "O":
        array = _of_objects(array)
    if array.dtype.kind not in "biufc":
        message = f"Can't plot an array of type {array.dtype}: its values must be numbers."
        raise TypeError(message)
    if isinstance(array, np.ma.MaskedArray):
        wide = array.astype(np.result_type(array.dtype, np.float32))
        return np.asarray(np.ma.filled(wide, np.nan))
    return array


def _of_objects(array: Array) -> Array:
    try:
        return array.astype(float)
    except (TypeError, ValueError):
        return array


def _converted(value: Any) -> DataObject:
    try:
        obj, _ = as_object(value)
    except TypeError as error:
        message = str(error).replace("Can't add", "Can't plot").replace("Add each", "Plot each")
        raise TypeError(message) from error
    if not obj.title:
        obj.title = str(value.name or "")
    return obj
