"""Sigima's constructors for people: a mistake is said with what was given, before anything fails."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from datalab_kernel.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sigima.objects import ImageObj, SignalObj

__all__ = ["create_image", "create_signal"]

P = ParamSpec("P")
T = TypeVar("T")
_NUMBERS = "biufc"
"""Kinds of dtypes that are numbers."""


def _checking_names(create: Callable[P, T]) -> Callable[P, T]:
    """Say of a parameter that there isn't what was meant; Python alone names only the wrong one."""
    known = [*inspect.signature(create).parameters]

    @functools.wraps(create)
    def checked(*args: P.args, **keywords: P.kwargs) -> T:
        problems = []
        for name in keywords:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f": did you mean {near[0]!r}?" if near else ""
                problems.append(f"there is no parameter {name!r}{hint}")
        if problems:
            problems.append(f"it takes {', '.join(known)}")
        _refuse(create.__name__, problems, known)
        return create(*args, **keywords)

    return checked


@_checking_names
def create_signal(  # noqa: PLR0913, PLR0917 - Sigima's
    title: str,
    x: Any = None,
    y: Any = None,
    dx: Any = None,
    dy: Any = None,
    metadata: Mapping[str, Any] | None = None,
    units: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
) -> SignalObj:
    """Create a signal, as Sigima's function of this name does.

    Parameters
    ----------
    title
        Its title.
    x, y
        Numbers of shape ``(n,)``. Without ``x``, it is 0, 1, 2, …
    dx, dy
        Uncertainties of x and y, of the same shape, in their units.
    metadata
        What else is to be kept, by name.
    units
        Of x and y: ``("s", "V")``.
    labels
        Of x and y: ``("Time", "Voltage")``.

    Returns
    -------
    SignalObj
        The signal, which is in no workspace yet.

    Raises
    ------
    ParameterError
        If these can't be a signal; it lists every problem (a ValueError and a TypeError).

    Examples
    --------
    >>> create_signal("ramp", [0, 1, 2], [0.0, 0.5, 1.0], units=("s", "V")).yunit
    'V'
    """
    from sigima.objects import create_signal as create

    arrays = {"x": x, "y": y, "dx": dx, "dy": dy}
    given = {name: np.asanyarray(values) for name, values in arrays.items() if values is not None}
    problems = [
        *_title_problem(title, "create_signal('name', x, y)"),
        *_signal_problems(given),
        *_text_problems("units", units, "(xunit, yunit)", 2),
        *_text_problems("labels", labels, "(xlabel, ylabel)", 2),
    ]
    _refuse("create_signal", problems, ("title", *arrays, "metadata", "units", "labels"))
    signal: SignalObj = create(title, **given, metadata=metadata, units=units, labels=labels)
    return signal


@_checking_names
def create_image(
    title: str,
    data: Any = None,
    metadata: Mapping[str, Any] | None = None,
    units: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
) -> ImageObj:
    """Create an image, as Sigima's function of this name does.

    Parameters
    ----------
    title
        Its title.
    data
        Numbers of shape ``(ny, nx)``.
    metadata
        What else is to be kept, by name.
    units
        Of x, y and the values: ``("mm", "mm", "counts")``.
    labels
        Of x, y and the values.

    Returns
    -------
    ImageObj
        The image, which is in no workspace yet.

    Raises
    ------
    ParameterError
        If these can't be an image; it lists every problem (a ValueError and a TypeError).

    Examples
    --------
    >>> create_image("flat", [[1, 2, 3], [4, 5, 6]]).data.shape
    (2, 3)
    """
    from sigima.objects import create_image as create

    array = None if data is None else np.asanyarray(data)
    problems = [
        *_title_problem(title, "create_image('name', data)"),
        *([] if array is None else _image_problems(array)),
        *_text_problems("units", units, "(xunit, yunit, zunit)", 3),
        *_text_problems("labels", labels, "(xlabel, ylabel, zlabel)", 3),
    ]
    _refuse("create_image", problems, ("title", "data", "metadata", "units", "labels"))
    image: ImageObj = create(title, array, metadata=metadata, units=units, labels=labels)
    return image


def _title_problem(title: Any, call: str) -> Iterator[str]:
    if not isinstance(title, str):
        yield f"the title comes first, as text: {call}; {_described(title)} was given"


def _signal_problems(given: Mapping[str, Any]) -> Iterator[str]:
    for name, array in given.items():
        if array.ndim != 1:
            more = " (each row is a signal of its own)" if array.ndim > 1 else ""
            yield f"{name} must be one row of numbers, not {_described(array)}{more}"
        elif array.dtype.kind == "M":
            yield f"{name} holds dates: workspace['name'] = (x, y) takes them"
        elif array.dtype.kind not in _NUMBERS:
            yield f"{name} must be numbers, not {_described(array)}"
    if given and "y" not in given:
        yield "y is missing"
    counts = {name: len(array) for name, array in given.items() if array.ndim == 1}
    if len({*counts.values()}) > 1:
        texts = [f"{name} has {count:,}" for name, count in counts.items()]
        yield f"all must have as many values: {', '.join(texts)}"


def _image_problems(array: Any) -> Iterator[str]:
    if array.ndim != 2:  # noqa: PLR2004 - rows and columns
        more = ""
        if array.ndim == 3:  # noqa: PLR2004 - colours or frames
            is_colours = array.shape[-1] in {3, 4}
            more = " (one colour: data[..., 0])" if is_colours else " (one frame: data[0])"
        yield f"data must have rows and columns, not {_described(array)}{more}"
    elif array.dtype.kind not in _NUMBERS:
        yield f"data must be numbers, not {_described(array)}"


def _text_problems(name: str, given: Any, wanted: str, count: int) -> Iterator[str]:
    if given is None:
        return
    is_sequence = isinstance(given, (tuple, list)) and all(isinstance(one, str) for one in given)
    if not is_sequence or len(given) != count:
        yield f"{name} must be {count} texts {wanted}, not {given!r:.60}"


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    return f"{value!r:.60}"


def _refuse(function: str, problems: Sequence[str], parameters: Sequence[str]) -> None:
    if problems:
        message = f"{function}: {'; '.join(problems)}."
        raise ParameterError(
            message, function=function, problems=[*problems], parameters=[*parameters]
        )
