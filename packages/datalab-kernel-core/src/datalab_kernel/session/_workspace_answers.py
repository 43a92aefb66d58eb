"""Answers a workspace's requests from another process: what a backend does, and computing.

Requests come by a comm, whose messages wait for the end of the running cell; several comms may
be open at once. What the others do is seen, and told of, as what the notebook does itself.
"""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import (
    Calculated,
    Groups,
    KeepsExtras,
    Placement,
    Reduces,
    _powers,
    wire,
)
from datalab_kernel.errors import NoBackendError
from datalab_kernel.objects import _names, pack, unpack
from datalab_kernel.workspace._changes import Change
from datalab_kernel.workspace._workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.backends import Backend
    from datalab_kernel.objects import DataObject, Kind, Packed
    from datalab_kernel.workspace._changes import Subscription
    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["WorkspaceAnswers", "answer_comm"]

Limits = tuple[float, float] | None
_logger = logging.getLogger(__name__)


def answer_comm(comm: Any, message: dict[str, Any], find: Callable[[str], Any]) -> None:
    """Answer what comes by a comm from now on, of the workspace that its opening names."""
    name = message["content"]["data"].get("name", "workspace")
    answers = WorkspaceAnswers(lambda: find(name), name, changed=lambda: comm.send({"changed": 1}))
    assembly = wire.Assembly()

    def hear(message: dict[str, Any]) -> None:
        data = message["content"]["data"]
        try:
            packed = assembly.add(data, message["buffers"])
        except ValueError as error:
            reply = _refused(error)
        else:
            if packed is None:
                return
            reply = answers.answer(packed)
        for frame, buffers in wire.frames_of(data.get("request", -1), reply):
            comm.send(frame, buffers=buffers)

    comm.on_msg(hear)
    comm.on_close(lambda _message: answers.end())


def _refused(error: Exception) -> Packed:
    lost = ConnectionError(f"The request came incomplete, and nothing was done: {error}")
    return pack({"error": wire.error_values(lost)})


class WorkspaceAnswers:
    """Answers requests for one workspace of a session.

    Parameters
    ----------
    find
        Gives what the name is bound to now.
    name
        The workspace's.
    changed
        Called after each change, by anybody, once somebody has asked to be told.
    """

    def __init__(
        self, find: Callable[[], Any], name: str, *, changed: Callable[[], object] = lambda: None
    ) -> None:
        self._find = find
        self._name = name
        self._changed = changed
        self._subscription: Subscription | None = None
        self._methods: dict[str, Callable[..., Any]] = {
            "hello": self.hello,
            "watch": self.watch,
            "describe": self.describe,
            "get": self.get,
            "identified": self.identified,
            "put": self.put,
            "remove": self.remove,
            "rename": self.rename,
            "groups": self.groups,
            "add_group": self.add_group,
            "get_extras": self.get_extras,
            "add_extras": self.add_extras,
            "extremes": self.extremes,
            "area_means": self.area_means,
            "calc": self.calc,
            "calc_own": self.calc_own,
        }

    def answer(self, packed: Packed) -> Packed:
        """Do what a request asks for; what goes wrong is the answer then."""
        try:
            asked = unpack(packed)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")  # who asked has filters of their own
                result = self._methods[asked["method"]](**asked["arguments"])
            said = [wire.warning_values(one) for one in warned]
            return pack({"result": result, "warnings": said})
        except (Exception, KeyboardInterrupt) as error:  # who asked is told
            _logger.debug("A request couldn't be answered", exc_info=True)
            return pack({"error": wire.error_values(error)})

    def end(self) -> None:
        """Tell nobody of changes any more."""
        if self._subscription is not None:
            self._subscription.cancel()
            self._subscription = None

    @property
    def _workspace(self) -> Workspace:
        found = self._find()
        if isinstance(found, Workspace):
            return found
        what = "nothing" if found is None else f"a {type(found).__name__}"
        message = f"In the kernel, the name {self._name!r} is bound to {what}, and to no workspace."
        raise NoBackendError(message, name=self._name, installed=[])

    @property
    def _shelf(self) -> Shelf:
        return self._workspace._shelf  # noqa: SLF001 - what a backend stands for is under its face

    @property
    def _backend(self) -> Backend:
        return self._shelf.backend

    # -- what it is ---------------------------------------------------------------------

    def hello(self) -> dict[str, Any]:
        """Say what workspace this is, and what it can't."""
        from importlib.metadata import version

        backend = self._backend
        lacks = {*backend.lacks} - {"reducing"}
        lacks |= {"groups"} if not isinstance(backend, Groups) else set()
        lacks |= {"extras"} if not isinstance(backend, KeepsExtras) else set()
        return {
            "protocol": wire.VERSION,
            "version": version("datalab-kernel-core"),
            "mode": str(self._workspace.mode),
            "where": backend.where,
            "lacks": sorted(lacks),
        }

    def watch(self) -> None:
        """Tell of each change from now on."""
        if self._subscription is None:
            self._subscription = self._workspace.on_change(lambda _change: self._changed())

    def describe(self) -> list[dict[str, Any]]:
        """Describe all objects, in display order."""
        return [wire.info_values(info) for info in self._shelf.described().values()]

    # -- objects ------------------------------------------------------------------------

    def get(self, name: str) -> DataObject:
        """Return an object to be sent."""
        found: DataObject = self._shelf.view(name)
        return found

    def identified(self, name: str) -> DataObject:
        """Return an object with the identifier that it has where it is."""
        with self._shelf.lock:
            self._shelf.require([name])
            return _powers.identified(self._backend, name)

    def put(self, items: Sequence[dict[str, Any]]) -> None:
        """Store objects, all or none; the notebook's selection stays."""
        puts = [wire.put_of(item) for item in items]
        shelf = self._shelf
        for item in puts:
            _names.check_name(item.name)
        with shelf.changing(), shelf.keeping_selection():
            shelf.check_free(item.name for item in puts if item.placement is Placement.NEW)
            shelf.require(item.name for item in puts if item.placement is Placement.IN_PLACE)
            shelf.put(puts)

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects, all or none."""
        self._shelf.remove([*names])

    def rename(self, old: str, new: str) -> None:
        """Rename an object."""
        self._shelf.rename(old, new)

    # -- groups, and what else files hold -----------------------------------------------

    def groups(self, kind: Kind) -> list[str]:
        """List the titles of a kind's groups."""
        with self._shelf.lock:
            return _powers.groups_of(self._backend, kind)

    def add_group(self, kind: Kind, title: str) -> None:
        """Append an empty group."""
        with self._shelf.lock:
            _powers.add_group(self._backend, kind, title)

    def get_extras(self) -> bytes | None:
        """Return what loaded files held besides objects."""
        with self._shelf.lock:
            extras = _powers.extras_of(self._backend)
        return extras.image if extras else None

    def add_extras(self, image: bytes) -> None:
        """Keep what a loaded file holds besides objects."""
        from datalab_kernel.storage import Extras

        with self._shelf.lock:
            _powers.add_extras(self._backend, Extras(image))

    # -- looking from afar --------------------------------------------------------------

    def extremes(self, name: str, columns: int, xlim: Limits) -> DataObject:
        """Return a signal's extremes in columns of x."""
        from datalab_kernel.plot.rendering import extremes_of

        with self._shelf.lock:
            self._shelf.require([name])
            if isinstance(self._backend, Reduces):
                return self._backend.extremes(name, columns, xlim)
            return extremes_of(self._shelf.view(name), columns, xlim)

    def area_means(
        self, name: str, shape: tuple[int, int], xlim: Limits, ylim: Limits
    ) -> DataObject:
        """Return an image's means over areas."""
        from datalab_kernel.plot.rendering import area_means_of

        with self._shelf.lock:
            self._shelf.require([name])
            if isinstance(self._backend, Reduces):
                return self._backend.area_means(name, shape, xlim, ylim)
            return area_means_of(self._shelf.view(name), shape, xlim, ylim)

    # -- computing ----------------------------------------------------------------------

    def calc(
        self, jobs: Sequence[dict[str, Any]], names: Sequence[str | None]
    ) -> list[dict[str, Any]]:
        """Run jobs on the workspace's objects, and store what comes of it."""
        from datalab_kernel.compute import Request, jobs_of_values
        from datalab_kernel.workspace._sources import sources_of

        shelf = self._shelf
        with shelf.keeping_selection():
            wanted = dict.fromkeys(
                name for job in jobs for name in (*job["sources"], *job["grid_sources"])
            )
            sources = {source.name: source for source in sources_of(shelf, [*wanted])}
            planned = jobs_of_values(jobs, sources)
            firsts = dict.fromkeys(job.sources[0].name for job in planned)
            request = Request(
                name=planned[0].function.name,
                kind=planned[0].function.kind,
                sources=[sources[name] for name in firsts],
                operands=[source for name, source in sources.items() if name not in firsts],
                keywords={},
            )
            runner = self._workspace._runner  # noqa: SLF001 - jobs are below its face
            result = runner.run_jobs(request, planned, names, store=True)
        found = {**result.tables, **result.geometry}
        done = [
            Calculated(
                name=name,
                result=found.get(name),
                conversions=result.conversions,
                notes=result.notes,
            )
            for name in result.names
        ]
        return [*map(wire.calculated_values, done)]

    def calc_own(
        self, function: str, on: Sequence[str], parameters: dict[str, Any]
    ) -> list[dict[str, Any]] | None:
        """Run a function that only the kernel's backend knows; None if that has none such."""
        from datalab_kernel.backends import OwnFunctions

        shelf = self._shelf
        with shelf.changing(), shelf.keeping_selection():
            shelf.require(on)
            backend = shelf.backend
            done = (
                backend.calc_own(function, on, parameters)
                if isinstance(backend, OwnFunctions)
                else None
            )
            if done is None:
                return None
            names = {one.name for one in done}
            shelf.record(
                Change(kind="changed" if names <= {*on} else "added", names=tuple(sorted(names)))
            )
        return [*map(wire.calculated_values, done)]
