"""How an object of the asynchronous core gets a face whose methods wait."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from datalab_kernel_client import signals
    from datalab_kernel_client.sync._background import Background

__all__ = ["Face", "Signal", "calls", "listens", "reads", "tells", "waits"]

T = TypeVar("T")
FACES: dict[type[Any], type[Face]] = {}
"""Which face an object of the core has; filled as the faces are defined."""


class Face:
    """Something of the core, for threads that wait.

    Parameters
    ----------
    core
        The asynchronous object.
    background
        Where that lives.
    """

    def __init__(self, core: Any, background: Background) -> None:
        self._core, self._background = core, background

    def __init_subclass__(cls, *, of: type[Any], **more: Any) -> None:
        """Take note whose face it is."""
        super().__init_subclass__(**more)
        FACES[of] = cls

    def __repr__(self) -> str:
        return f"<sync {self._core!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Face) and other._core is self._core

    def __hash__(self) -> int:
        return id(self._core)


def shown(value: Any, background: Background) -> Any:
    """Return a value with its face, if it has one."""
    if isinstance(value, tuple):
        return tuple(shown(item, background) for item in value)
    face = FACES.get(type(value))
    return value if face is None else face(value, background)


def waits(method: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    """Return a method that waits for one of the core; it takes ``timeout_s`` beside."""

    @functools.wraps(method)
    def blocking(self: Face, *values: Any, timeout_s: float | None = None, **more: Any) -> Any:
        background = self._background
        values = tuple(core_of(value) for value in values)
        found = background.wait(lambda: method(self._core, *values, **more), timeout_s)
        return shown(found, background)

    return blocking


def calls(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that has one of the core called, which doesn't wait."""

    @functools.wraps(method)
    def calling(self: Face, *values: Any, **more: Any) -> Any:
        found = self._background.call(lambda: method(self._core, *values, **more))
        return shown(found, self._background)

    return calling


def reads(name: str) -> Any:
    """Return a property that is one of the core's."""

    def read(self: Face) -> Any:
        return shown(getattr(self._core, name), self._background)

    return property(read, doc=f"``{name}`` of the asynchronous object.")


def listens(name: str) -> Any:
    """Return a property that is a signal of the core's."""

    def read(self: Face) -> Signal[Any]:
        return Signal(getattr(self._core, name), self._background)

    return property(read, doc=f"The signal ``{name}``; it calls back in one thread of its own.")


def tells(name: str) -> Any:
    """Return a property to which a callback is assigned, called in the callbacks' thread."""
    kept = f"_{name}_given"

    def read(self: Face) -> Any:
        return getattr(self._core, kept, None)

    def write(self: Face, callback: Callable[[Any], Any] | None) -> None:
        setattr(self._core, kept, callback)
        outside = None
        if callback is not None:

            def with_face(value: Any) -> Any:
                return callback(shown(value, self._background))

            outside = self._background.outside(with_face)
        setattr(self._core, name, outside)

    return property(read, write, doc=f"``{name}``: assign a function of one message.")


def core_of(value: Any) -> Any:
    """Return what a face stands for."""
    return value._core if isinstance(value, Face) else value  # noqa: SLF001  our own


class Signal(Generic[T]):
    """A signal of the core, which calls back in one thread of its own."""

    def __init__(self, core: signals.Signal[T], background: Background) -> None:
        self._core, self._background = core, background

    def connect(self, callback: Callable[[T], Any]) -> Callable[[T], Any]:
        """Have a function called at each emission; also as a decorator."""
        background = self._background

        def with_face(value: T) -> Any:
            return callback(shown(value, background))

        forward = background.outside(with_face)
        known = self._core.__dict__.setdefault("_outside", [])
        known.append((callback, forward))
        background.call(lambda: self._core.connect(forward))
        return callback

    def disconnect(self, callback: Callable[[T], Any]) -> None:
        """Have it called no more."""
        known = self._core.__dict__.setdefault("_outside", [])
        for given, forward in [pair for pair in known if pair[0] == callback]:
            known.remove((given, forward))
            self._background.call(functools.partial(self._core.disconnect, forward))

    def next(self, timeout_s: float | None = None) -> T:
        """Wait for the next emission and return what was emitted."""
        found: T = shown(
            self._background.wait(lambda: self._core.next(timeout_s)), self._background
        )
        return found

    def __iter__(self) -> Iterator[T]:
        """Give the emissions from now on."""
        background = self._background
        inbox = background.call(self._core.__aiter__)
        return iterate(inbox, background)


def iterate(reader: Any, background: Background) -> Iterator[Any]:
    """Give what an asynchronous loop gives."""
    while True:
        try:
            yield shown(background.wait(reader.__anext__), background)
        except StopAsyncIteration:
            return
