"""Which functions the page may call: exactly those that were named."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, overload

__all__ = ["Exposed", "expose"]

F = TypeVar("F", bound=Callable[..., Any])
MARK = "__datalab_kernel_channel_name__"


@overload
def expose(function: F, /) -> F: ...
@overload
def expose(function: None = None, /, *, name: str | None = None) -> Callable[[F], F]: ...
def expose(function: Any = None, /, *, name: str | None = None) -> Any:
    """Mark a method that the page may call, once its object is exposed.

    Parameters
    ----------
    function
        The method.
    name
        What the page calls it; its own name unless given.

    Examples
    --------
    >>> class Counter:
    ...     @expose
    ...     def add(self, a: int, b: int) -> int:
    ...         return a + b
    """
    if function is None:
        return lambda later: _marked(later, name)
    return _marked(function, name)


def _marked(function: Any, name: str | None) -> Any:
    setattr(function, MARK, _checked(name or function.__name__))
    return function


def _checked(name: str) -> str:
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        raise ValueError(
            f"{name!r} can't be exposed: a name is an identifier without a leading underscore. "
            "Give it one: channel.expose(name=function)."
        )
    return name


class Exposed:
    """The functions of a channel that the page may call."""

    def __init__(self) -> None:
        self._functions: dict[str, Callable[..., Any]] = {}
        self.view: Mapping[str, Callable[..., Any]] = MappingProxyType(self._functions)

    def add(self, target: Any, functions: Mapping[str, Callable[..., Any]]) -> tuple[str, ...]:
        """Expose a function, an object's methods, a mapping, or named functions.

        Raises
        ------
        ValueError
            If a name isn't an identifier, or begins with an underscore.
        TypeError
            If something isn't callable, or an object has nothing to expose.
        """
        found = {**(_functions_of(target) if target is not None else {}), **functions}
        for name, function in found.items():
            _checked(name)
            if not callable(function):
                raise TypeError(
                    f"{name!r} can't be exposed: {type(function).__name__} isn't callable."
                )
        self._functions.update(found)
        return tuple(found)

    def remove(self, names: tuple[str, ...]) -> None:
        """Expose names no more.

        Raises
        ------
        KeyError
            If one isn't exposed; then all stay.
        """
        for name in names:
            if name not in self._functions:
                raise KeyError(
                    f"{name!r} isn't exposed; what is: {', '.join(sorted(self._functions))}"
                )
        for name in names:
            self._functions.pop(name, None)


def _functions_of(target: Any) -> dict[str, Callable[..., Any]]:
    if isinstance(target, Mapping):
        return dict(target)
    if inspect.isroutine(target) or hasattr(target, "__wrapped__"):
        return {getattr(target, MARK, target.__name__): target}
    marked = dict(_marked_methods(target))
    methods = marked or dict(_public_methods(target))
    if not methods and callable(target):
        name = getattr(target, "__name__", "")
        raise TypeError(f"Name what is to be exposed: channel.expose({name or 'name'}=…).")
    if not methods:
        raise TypeError(f"A {type(target).__name__} has no public methods to expose.")
    return methods


def _methods(target: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names that are methods of the class, looked up without running properties."""
    for name in dir(type(target)):
        found = inspect.getattr_static(type(target), name)
        if inspect.isfunction(found) or isinstance(found, staticmethod | classmethod):
            yield name, found


def _marked_methods(target: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in dir(type(target)):
        found = inspect.getattr_static(type(target), name)
        mark = getattr(getattr(found, "__func__", found), MARK, None)
        if isinstance(mark, str):
            yield mark, getattr(target, name)


def _public_methods(target: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, _ in _methods(target):
        if not name.startswith("_"):
            yield name, getattr(target, name)
