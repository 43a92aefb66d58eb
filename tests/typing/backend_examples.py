"""A backend of one's own and its powers, as mypy sees them; nothing here is run."""

from collections.abc import Mapping, Sequence
from typing import assert_type

from datalab_kernel import DataObject, Workspace
from datalab_kernel.backends import (
    Backend,
    Connected,
    Groups,
    ObjectInfo,
    OwnFunctions,
    Put,
    Selectable,
    Watched,
    describe_object,
)
from datalab_kernel.objects import copy_object
from datalab_kernel_live import LiveBackend


class Shelf(Backend):
    """Six methods are a backend."""

    def __init__(self) -> None:
        self._objects: dict[str, DataObject] = {}

    def describe(self) -> dict[str, ObjectInfo]:
        """Describe all."""
        return {name: describe_object(obj, group="") for name, obj in self._objects.items()}

    def get(self, name: str) -> DataObject:
        """Return a copy."""
        return copy_object(self._objects[name])

    def put(self, items: Sequence[Put]) -> None:
        """Keep copies."""
        self._objects |= {item.name: copy_object(item.obj, title=item.name) for item in items}

    def remove(self, names: Sequence[str]) -> None:
        """Forget objects."""
        for name in names:
            del self._objects[name]

    def rename(self, old: str, new: str) -> None:
        """Keep it under another name."""
        self._objects[new] = self._objects.pop(old)

    def close(self) -> None:
        """Let go of nothing."""


class Incomplete(Backend):
    """Five aren't."""

    def describe(self) -> Mapping[str, ObjectInfo]:
        """Describe nothing."""
        return {}


def using_them() -> None:
    """A backend is given to a workspace; a class that lacks a method isn't one."""
    assert_type(Workspace(Shelf()).list(), list[str])
    Incomplete()  # type: ignore[abstract]


def powers(live: LiveBackend) -> tuple[Groups, Connected, OwnFunctions, Selectable, Watched]:
    """What core asks a running DataLab for, its backend has with the right types."""
    return live, live, live, live, live


def no_power(shelf: Shelf) -> Groups:
    """Who hasn't the methods hasn't the power."""
    return shelf  # type: ignore[return-value]
