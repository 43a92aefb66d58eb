"""Sigima's objects with operators: subclasses that copy, pickle and travel as Sigima's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import OperandError
from datalab_kernel.objects._kinds import FORMULA_KEY
from datalab_kernel.workspace.arithmetic._plain import SIGIMAS_CLASS, without_operators

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from datalab_kernel.workspace.arithmetic._formulas import Formula

__all__ = ["Arithmetic", "with_operators"]


class Arithmetic:
    """Python's and NumPy's arithmetic of what is an object, or stands for one; each gives a new object.

    Notes
    -----
    There is no ``+=`` of its own: ``a += b`` binds the name to the new object ``a + b``. Nothing
    compares: objects are equal to themselves only.
    """

    __slots__ = ()

    def operand(self) -> Any:
        """Return the object that is computed with."""
        return self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Compute a function of NumPy's of values; axes stay."""
        if method != "__call__" or kwargs:
            how = ", ".join(f"{name}=" for name in kwargs) or f".{method}"
            message = (
                f"np.{ufunc.__name__} of signals and images gives a new one: call it without {how}. "
                "Their values (.y of a signal, .data of an image) are arrays."
            )
            raise OperandError(message, function=ufunc.__name__, names=[])
        return _computed(ufunc.__name__, *inputs)

    def __array_function__(
        self, function: Callable[..., Any], _types: Any, _args: Any, _kwargs: Any
    ) -> Any:
        """Refuse what NumPy makes of arrays: of an object as a whole it would be something else."""
        name = f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1)
        message = (
            f"{name} isn't computed of signals and images as a whole. Compute with their values "
            "(.y of a signal, .data of an image), which are arrays; calc('stats', …) has their mean, "
            "extremes and deviation."
        )
        raise OperandError(message, function=name, names=[])

    def __add__(self, other: Any) -> Any:
        return _computed("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return _computed("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return _computed("subtract", self, other)

    def __rsub__(self, other: Any) -> Any:
        return _computed("subtract", other, self)

    def __mul__(self, other: Any) -> Any:
        return _computed("multiply", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _computed("multiply", other, self)

    def __truediv__(self, other: Any) -> Any:
        return _computed("divide", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _computed("divide", other, self)

    def __pow__(self, other: Any) -> Any:
        return _computed("power", self, other)

    def __rpow__(self, other: Any) -> Any:
        return _computed("power", other, self)

    def __neg__(self) -> Any:
        return _computed("negative", self)

    def __pos__(self) -> Any:
        return _computed("positive", self)

    def __abs__(self) -> Any:
        return _computed("absolute", self)


class Operators(Arithmetic):
    """Arithmetic of an object, which copies and travels as Sigima's own."""

    __slots__ = ()

    def __reduce_ex__(self, _protocol: Any) -> Any:
        """Pickle it as Sigima's object, which other programs can read."""
        # The form of protocol 1 may name another class than the object's own; how the arrays in
        # it are pickled goes by the protocol of whoever pickles
        return without_operators(self).__reduce_ex__(1)

    def __copy__(self) -> Any:
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        import copy

        twin = object.__new__(type(self))
        memo[id(self)] = twin
        vars(twin).update(copy.deepcopy(vars(self), memo))
        return twin


def _computed(operation: str, *operands: Any) -> Any:
    from datalab_kernel.workspace.arithmetic._operations import computed

    given = [one.operand() if isinstance(one, Arithmetic) else one for one in operands]
    found = computed(operation, given)
    return NotImplemented if found is None else with_operators(*found)


@cache
def _classes() -> dict[type, type]:
    """Return the classes with operators by Sigima's."""
    from datalab_kernel.objects import ImageObj, SignalObj

    return {base: _class(base) for base in (SignalObj, ImageObj)}


def _class(base: Any) -> type:
    # guidata takes the title of an object from its class's docstring. Sigima's comes first, so
    # that both are laid out alike in memory, and an object of one can become one of the other
    def copy(self: Any, *args: Any, **kwargs: Any) -> Any:
        return with_operators(base.copy(self, *args, **kwargs))

    copy.__doc__ = base.copy.__doc__
    body = {
        "__doc__": base.__doc__,
        "__module__": __name__,
        "__repr__": _in_a_line,
        SIGIMAS_CLASS: base,
        "copy": copy,
    }
    made: type = type(base)(base.__name__, (base, Operators), body)
    return made


def _in_a_line(obj: Any) -> str:
    """Write an object as it is read among others; ``str`` has all of its fields, one a line."""
    name = type(obj).__name__
    array = obj.xydata if hasattr(obj, "xydata") else obj.data
    if array is None:
        return f"{name}({obj.title!r}, no data)"
    from datalab_kernel.objects import describe_object

    info = describe_object(obj, group="")
    times = " \N{MULTIPLICATION SIGN} "
    size = times.join(f"{n:,}" for n in reversed(info.shape))
    what = "points" if info.kind == "signal" else "pixels"
    units = "".join(
        f", {axis} in {unit}" for axis, unit in zip("xyz", info.units, strict=False) if unit
    )
    return f"{name}({obj.title!r}, {size} {what}, {info.dtype}{units})"


def with_operators(obj: Any, formula: Formula | str | None = None) -> Any:
    """Give an object that nobody else holds operators.

    Parameters
    ----------
    obj
        Of Sigima's class; of another, it is left as it is.
    formula
        What it was computed by, or the name that it has in a workspace.
    """
    found = _classes().get(type(obj))
    if found is not None:
        obj.__class__ = found
        vars(obj)[FORMULA_KEY] = formula
    return obj
