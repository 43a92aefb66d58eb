"""Stand-ins for modules, classes and objects that are imported when first touched.

They are the second line: a cell that mentions a name gets the real thing before it
runs (:mod:`datalab_kernel.session._namespace`). A stand-in only serves what reading a cell's
code can't foresee, such as ``eval("np.pi")``, and hands everything on to the real thing.
Only what merely looks at a name imports nothing: a debugger's list of variables shows types
and representations, and that must be quick.
"""

from __future__ import annotations

import copyreg
import inspect
import types
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["LazyClass", "LazyModule", "LazyObject", "lazy_class"]


_PROTOCOLS = frozenset(
    {
        *("__iter__", "__next__", "__len__", "__getitem__", "__contains__", "__call__"),
        *("__index__", "__fspath__", "__array__", "__array_interface__", "__array_struct__"),
        "__dataframe__",
    }
)
"""What a look asks for to tell lists, numbers, paths and arrays from other things."""


class _Source:
    """Where the real thing comes from, and whether it has come."""

    __slots__ = ("_load", "has_come")

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        self.has_come = False

    def __call__(self) -> Any:
        real = self._load()
        self.has_come = True
        return real

    def attribute(self, name: str) -> Any:
        """Return an attribute of the real thing; a look is told that it is no list, path or array."""
        if name in _PROTOCOLS and not self.has_come:
            raise AttributeError(name)
        return getattr(self(), name)

    def shown_as(self, name: str) -> str:
        """Return the real thing's representation, or one that needs no import."""
        return repr(self()) if self.has_come else f"<{name}: imported when first used>"


class LazyModule(types.ModuleType):
    # No docstring: the class attribute __doc__ below is the real module's.
    # A module to isinstance, inspect and completion; any attribute imports the real one.

    __slots__ = ("_load",)

    def __init__(self, name: str, load: Callable[[], types.ModuleType]) -> None:
        super().__init__(name)
        object.__setattr__(self, "_load", _Source(load))
        for attribute in ("__loader__", "__package__", "__spec__"):
            object.__delattr__(self, attribute)  # these are the real module's too

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return _real(self).__doc__

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        return _real(self).__dict__

    def __getattr__(self, name: str) -> Any:
        return self._load.attribute(name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._load(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._load(), name)

    def __dir__(self) -> list[str]:
        return dir(self._load())

    def __repr__(self) -> str:
        name = object.__getattribute__(self, "__name__")
        return _source(self).shown_as(f"module {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        # By reference: what is read back is the real module.
        return import_module, (object.__getattribute__(self, "__name__"),)


def _real(stand_in: LazyModule) -> types.ModuleType:
    module: types.ModuleType = _source(stand_in)()
    return module


def _source(stand_in: LazyModule) -> _Source:
    source: _Source = object.__getattribute__(stand_in, "_load")
    return source


class LazyClass(type):
    """The type of a class's stand-in: calls, ``isinstance`` and subclassing reach the real class."""

    _load: _Source

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **keywords: Any
    ) -> Any:
        """Make a stand-in, or, where a stand-in is among the bases, a subclass of the real ones."""
        if not any(isinstance(base, LazyClass) for base in bases):
            return super().__new__(cls, name, bases, body, **keywords)
        real = tuple(base._load() if isinstance(base, LazyClass) else base for base in bases)  # noqa: SLF001 - its own
        return types.new_class(name, real, keywords, lambda space: space.update(body))

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        """Make an object of the real class."""
        return cls._load()(*args, **keywords)

    def __instancecheck__(cls, instance: object) -> bool:
        """Ask the real class."""
        return isinstance(instance, cls._load())

    def __subclasscheck__(cls, subclass: type) -> bool:
        """Ask the real class."""
        return issubclass(subclass, cls._load())

    def __getattr__(cls, name: str) -> Any:
        """Give the real class's attribute."""
        return cls._load.attribute(name)

    def __dir__(cls) -> list[str]:
        """List the real class's attributes."""
        return dir(cls._load())

    def __eq__(cls, other: object) -> bool:
        """Compare as the real class."""
        return cls is other or (isinstance(other, type) and cls._load() is other)

    def __hash__(cls) -> int:
        """Hash as the real class."""
        return hash(cls._load())

    def __repr__(cls) -> str:
        """Show the real class, if it was used."""
        return cls._load.shown_as(f"class {cls.__name__!r}")


def lazy_class(name: str, load: Callable[[], type]) -> LazyClass:
    """Return a stand-in for the class that ``load`` imports."""
    stand_in: LazyClass = LazyClass(name, (), {"_load": _Source(load)})
    return stand_in


def _real_one(real: Any) -> Any:
    """Give back the one argument: how a pickled stand-in reads as what it stood for."""
    return real


def _reduce_class(stand_in: LazyClass) -> tuple[Any, ...]:
    return _real_one, (stand_in._load(),)  # noqa: SLF001 - its own


copyreg.pickle(LazyClass, _reduce_class)  # pickle never asks a class for __reduce__


class LazyObject:
    # No docstring: the class attribute __doc__ below is the real object's.
    # Stands in for a function, or for an object with attributes and items.

    __slots__ = ("_load", "_name")

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        object.__setattr__(self, "_load", _Source(load))
        object.__setattr__(self, "_name", name)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return inspect.getdoc(self._load())

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._load())

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self._load()(*args, **keywords)

    def __getattr__(self, name: str) -> Any:
        return self._load.attribute(name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._load(), name, value)

    def __dir__(self) -> list[str]:
        return dir(self._load())

    def __repr__(self) -> str:
        source: _Source = self._load
        return source.shown_as(self._name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _real_one, (self._load(),)

    def __getitem__(self, key: Any) -> Any:
        return self._load()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._load()[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._load()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._load()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())
