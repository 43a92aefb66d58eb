"""What the tests of every backend stand on: a new backend for each, and hooks to look past it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from datalab_kernel.backends import Groups, KeepsExtras, Reduces
from datalab_kernel.workspace._workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datalab_kernel.backends import Backend

CAPABILITIES = ("groups", "extras", "editing", "reducing")
POWERS: dict[str, type] = {"groups": Groups, "extras": KeepsExtras, "reducing": Reduces}


class Uncopyable:
    """Stands in metadata for what no backend can store."""

    def __deepcopy__(self, memo: object) -> Any:
        message = "this can't be stored"
        raise TypeError(message)

    def __reduce__(self) -> Any:
        message = "this can't be stored"
        raise TypeError(message)


class BackendHooks:
    """Make a backend for each test, and say what it can do.

    Attributes
    ----------
    random_runs
        In how many random ways the backend is used, of 20 steps each (always the same
        ones); with ``DATALAB_KERNEL_TEST_FULL=1``, in ten times as many of 40. It needs
        the package hypothesis.
    """

    random_runs: ClassVar[int] = 10

    @abstractmethod
    def make_backend(self, tmp_path: Path) -> Backend:
        """Return a new, empty backend; ``tmp_path`` is a folder for its use."""
        message = f"{type(self).__name__} needs make_backend(self, tmp_path), which returns a new backend."
        raise NotImplementedError(message)

    def raw(self, backend: Backend, name: str) -> Any:  # noqa: ARG002 - what a subclass uses
        """Return an object as it lies where the backend keeps it, or None if it isn't there.

        It doesn't go by the backend's methods: a database is asked, a file is read. As it
        stands, nothing is looked at so.
        """
        return NotImplemented

    def reopen(self, backend: Backend) -> Any:  # noqa: ARG002 - what a subclass uses
        """Close a backend, and return another one that finds what the first has kept.

        For backends whose objects are there also when the process has ended. As it stands,
        nothing is closed, and that is left out.
        """
        return NotImplemented

    def has(self, backend: Backend, capability: str) -> bool:
        """Say whether a backend has one of :data:`CAPABILITIES`: the methods, and doesn't lack it."""
        has_methods = isinstance(backend, POWERS.get(capability, object))
        return has_methods and capability not in backend.lacks

    def needs(self, backend: Backend, capability: str) -> None:
        """Skip a test of what the backend hasn't: the methods, or what it says that it lacks."""
        if not self.has(backend, capability):
            pytest.skip(f"{type(backend).__name__} has no {capability!r}")

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        """Give each test a backend of its own, and close it afterwards."""
        backend = self.make_backend(tmp_path)
        yield backend
        backend.close()

    @pytest.fixture
    def workspace(self, backend: Backend) -> Workspace:
        """Give a workspace on that backend."""
        return Workspace(backend)
