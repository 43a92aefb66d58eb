"""Stand-ins for modules, classes and objects that are imported when first touched.

They are the second line: a cell that mentions a name gets the real thing before it
runs (:mod:`datalab_kernel._namespace`). A stand-in only serves what reading a cell's
code can't foresee, such as ``eval("np.pi")``, and hands everything on to the real thing.
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


class LazyModule(types.ModuleType):
    # No docstring: the class attribute __doc__ below is the real module's.
    # A module to isinstance, inspect and completion; any attribute imports the real one.

    __slots__ = ("_load",)

    def __init__(self, name: str, load: Callable[[], types.ModuleType]) -> None:
        super().__init__(name)
        object.__setattr__(self, "_load", load)
        for attribute in ("__loader__", "__package__", "__spec__"):
            object.__delattr__(self, attribute)  # these are the real module's too

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return _real(self).__doc__

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        return _real(self).__dict__

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._load(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._load(), name)

    def __dir__(self) -> list[str]:
        return dir(self._load())

    def __repr__(self) -> str:
        return repr(self._load())

    def __reduce__(self) -> tuple[Any, ...]:
        # By reference: what is read back is the real module.
        return import_module, (object.__getattribute__(self, "__name__"),)


def _real(stand_in: LazyModule) -> types.ModuleType:
    module: types.ModuleType = object.__getattribute__(stand_in, "_load")()
    return module


class LazyClass(type):
    """The type of a class's stand-in: calls, ``isinstance`` and subclassing reach the real class."""

    _load: Callable[[], type]

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
        return getattr(cls._load(), name)

    def __dir__(cls) -> list[str]:
        """List the real class's attributes."""
        return dir(cls._load())

    def __eq__(cls, other: object) -> bool:
        """Compare as the real class."""
        return cls is other or cls._load() is other

    def __hash__(cls) -> int:
        """Hash as the real class."""
        return hash(cls._load())

    def __repr__(cls) -> str:
        """Show the real class."""
        return repr(cls._load())


def lazy_class(name: str, load: Callable[[], type]) -> LazyClass:
    """Return a stand-in for the class that ``load`` imports."""
    stand_in: LazyClass = LazyClass(name, (), {"_load": staticmethod(load)})
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

    __slots__ = ("_load",)

    def __init__(self, load: Callable[[], Any]) -> None:
        object.__setattr__(self, "_load", load)

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return inspect.getdoc(self._load())

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._load())

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self._load()(*args, **keywords)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._load(), name, value)

    def __dir__(self) -> list[str]:
        return dir(self._load())

    def __repr__(self) -> str:
        return repr(self._load())

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
