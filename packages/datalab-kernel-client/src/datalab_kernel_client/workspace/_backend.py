"""The workspace in somebody's running notebook, as a backend.

Objects stay in the kernel. It computes there and says from afar what large objects look like;
only what is asked for is moved. What is asked, and how it is answered, is
:mod:`datalab_kernel.backends.wire`'s and the kernel's; who carries it, a :class:`Carrier`'s.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from datalab_kernel.backends import Backend, Connection, wire
from datalab_kernel.errors import NoBackendError
from datalab_kernel.objects import ObjectInfo, pack, unpack
from datalab_kernel_client.errors import ExecutionError, NoWorkspaceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.backends import Calculated, Put
    from datalab_kernel.compute import Job
    from datalab_kernel.objects import DataObject, ImageObj, Kind, Packed, SignalObj
    from datalab_kernel.storage import Extras
    from datalab_kernel_client.workspace._carrier import Carrier

__all__ = ["RemoteBackend"]

Limits = tuple[float, float] | None
SMALL_BYTES = 1 << 18
"""Up to which size an object comes whole for a thumbnail."""
THUMBNAIL = (150, 300)


class RemoteBackend(Backend):
    """Keep objects in the workspace of a kernel behind a Jupyter server.

    ``Workspace("jupyter", url=…, token=…, path="analysis.ipynb")`` opens it. The kernel answers
    when no cell is running. Closing, or detaching the workspace, leaves the kernel alone.

    Parameters
    ----------
    carrier
        What carries requests to the kernel.
    where
        The kernel, for people.

    Raises
    ------
    NoWorkspaceError
        If the kernel has no such workspace; it says what to do.
    """

    program: ClassVar[str] = "the kernel"
    outlives_kernel: ClassVar[bool] = True
    computes_as: ClassVar[str] = "sigima"
    label = "jupyter"

    def __init__(self, carrier: Carrier, where: str = "another process") -> None:
        self._carrier = carrier
        self._catalog: _Catalog | None = None
        self._last: dict[str, ObjectInfo] = {}
        """What there was when it was last looked at, unless this workspace has changed it since."""
        self._is_watched = False
        try:
            self._about: dict[str, Any] = self._ask("hello")
        except BaseException:
            carrier.close()
            raise
        self.lacks = frozenset(self._about["lacks"])
        self._where = where

    @classmethod
    def open(cls, **options: Any) -> Self:
        """Connect to the kernel of a running notebook.

        Parameters
        ----------
        **options
            ``url`` and ``token`` of the server (without: as ``ServerSettings.discover`` finds it),
            ``path`` of the notebook or ``kernel_id``, ``name`` that the workspace is bound to in
            the kernel (``"workspace"``), and ``timeout_s``, how long to wait for an answer.
        """
        from datalab_kernel_client.workspace._comm_carrier import CommCarrier

        carrier = CommCarrier.open(**options)
        return cls(carrier, carrier.where)

    @property
    def where(self) -> str:
        """Say which kernel this is."""
        return self._where

    def begin_turn(self) -> None:
        """Look anew: the notebook may have changed something."""
        self._catalog = None

    def _ask(self, method: str, **arguments: Any) -> Any:
        """Have the kernel do something.

        Raises
        ------
        Exception
            What it raised there, of the same class and with the same facts.
        """
        return self._result(self._carrier.ask(pack({"method": method, "arguments": arguments})))

    def _glance(self, method: str, **arguments: Any) -> Any:
        """Have the kernel do something, or return None if it would have to be waited for."""
        packed = self._carrier.ask_briefly(pack({"method": method, "arguments": arguments}))
        return None if packed is None else self._result(packed)

    def _result(self, packed: Packed) -> Any:
        answer = unpack(packed)
        if "error" not in answer:
            for one in answer["warnings"]:
                wire.warn(one, stacklevel=3)
            return answer["result"]
        error = wire.error_of(answer["error"])
        if isinstance(error, NoBackendError):
            message = (
                f"{error} Give the name of a Workspace there: Workspace('jupyter', …, name=…)."
            )
            raise NoWorkspaceError(message) from error
        if isinstance(error, wire.ForeignError):
            message = f"The kernel failed: {error.name}: {error.message}"
            raise ExecutionError(
                message, ename=error.name, evalue=error.message, traceback=error.traceback
            )
        raise error

    def _change(self, method: str, **arguments: Any) -> Any:
        self._catalog, self._last = None, {}
        return self._ask(method, **arguments)

    # -- objects ------------------------------------------------------------------------

    def describe(self) -> Mapping[str, ObjectInfo]:
        """Describe all objects: one request in a call of the workspace, when it is looked at."""
        if self._catalog is None:
            self._catalog = _Catalog(self)
        return self._catalog

    def describe_now(self) -> dict[str, ObjectInfo]:
        """Ask what there is."""
        return self._noted(self._ask("describe"))

    def remembered(self) -> tuple[Mapping[str, ObjectInfo], str]:
        """Ask what there is; while a cell runs there, tell what was there before."""
        found = self._glance("describe")
        if found is not None:
            return self._noted(found), ""
        return self._last, "before the cell that runs there" if self._last else "a cell runs there"

    def _noted(self, found: Sequence[Any]) -> dict[str, ObjectInfo]:
        self._last = {info.name: info for info in map(wire.info_of, found)}
        return self._last

    def get(self, name: str) -> DataObject:
        """Fetch an object."""
        obj: DataObject = self._ask("get", name=name)
        return obj

    def identified(self, name: str) -> DataObject:
        """Fetch an object with the identifier that it has there."""
        from datalab_kernel.objects import share_object

        return share_object(self._ask("identified", name=name))

    def preview(self, name: str) -> DataObject | None:
        """Fetch a small object, or what a large one looks like."""
        info = self._last.get(name) or self.describe()[name]
        arguments: dict[str, Any] = {"name": name}
        if info.size_bytes <= SMALL_BYTES:
            return cast("DataObject | None", self._glance("get", **arguments))
        arguments |= {"xlim": None}
        if info.kind == "signal":
            arguments |= {"columns": THUMBNAIL[1]}
            return cast("DataObject | None", self._glance("extremes", **arguments))
        arguments |= {"shape": THUMBNAIL, "ylim": None}
        return cast("DataObject | None", self._glance("area_means", **arguments))

    def put(self, items: Sequence[Put]) -> None:
        """Send objects; all of them are stored or none."""
        from datalab_kernel.objects import check_storable

        for item in items:
            check_storable(item.obj)
        self._change("put", items=[wire.put_values(item) for item in items])

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects there."""
        self._change("remove", names=[*names])

    def rename(self, old: str, new: str) -> None:
        """Rename an object there."""
        self._change("rename", old=old, new=new)

    def close(self) -> None:
        """Let go of the kernel, which goes on with its objects."""
        self._carrier.close()

    # -- groups, and what else files hold -----------------------------------------------

    def groups(self, kind: Kind) -> list[str]:
        """List the titles of a kind's groups."""
        return [*self._ask("groups", kind=kind)]

    def add_group(self, kind: Kind, title: str) -> None:
        """Append a group there."""
        self._change("add_group", kind=kind, title=title)

    def get_extras(self) -> Extras | None:
        """Fetch what files that were loaded there held besides objects."""
        from datalab_kernel.storage import Extras

        image = self._ask("get_extras")
        return None if image is None else Extras(image)

    def add_extras(self, extras: Extras) -> None:
        """Have it kept there what a loaded file holds besides objects."""
        self._change("add_extras", image=extras.image)

    # -- looking from afar, computing there ---------------------------------------------

    def extremes(self, name: str, columns: int, xlim: Limits) -> SignalObj:
        """Have a signal's extremes in columns of x found there."""
        found: SignalObj = self._ask("extremes", name=name, columns=columns, xlim=xlim)
        return found

    def area_means(self, name: str, shape: tuple[int, int], xlim: Limits, ylim: Limits) -> ImageObj:
        """Have an image's means over areas computed there."""
        found: ImageObj = self._ask("area_means", name=name, shape=shape, xlim=xlim, ylim=ylim)
        return found

    def calc(self, jobs: Sequence[Job], names: Sequence[str | None]) -> Sequence[Calculated] | None:
        """Have jobs run there; None for those that only this process can run."""
        from datalab_kernel.compute import job_values

        values = job_values(jobs)
        if values is None:
            return None
        return [*map(wire.calculated_of, self._change("calc", jobs=values, names=[*names]))]

    def calc_own(
        self, function: str, on: Sequence[str], parameters: Mapping[str, Any]
    ) -> Sequence[Calculated] | None:
        """Have a function run that only the kernel's own backend knows."""
        done = self._change("calc_own", function=function, on=[*on], parameters={**parameters})
        return None if done is None else [*map(wire.calculated_of, done)]

    # -- the link -----------------------------------------------------------------------

    def pulse(self) -> object | None:
        """Count what the kernel has told of changes; nothing is asked after the first time."""
        if not self._is_watched:
            self._ask("watch")
            self._is_watched = True
        return self._carrier.changes

    def connection(self) -> Connection:
        """Measure one request, and say what the workspace is there."""
        began = time.perf_counter()
        about = self._ask("hello")
        latency_s = time.perf_counter() - began
        notes = (f"the kernel's workspace is in {about['where']}",)
        return Connection(version=about["version"], latency_s=latency_s, notes=notes)


class _Catalog(Mapping[str, ObjectInfo]):
    """What there is, asked for when it is first looked at."""

    def __init__(self, backend: RemoteBackend) -> None:
        self._backend = backend
        self._found: dict[str, ObjectInfo] | None = None

    @property
    def _infos(self) -> dict[str, ObjectInfo]:
        if self._found is None:
            self._found = self._backend.describe_now()
        return self._found

    def __getitem__(self, name: str) -> ObjectInfo:
        return self._infos[name]

    def __contains__(self, name: object) -> bool:
        return name in self._infos

    def __len__(self) -> int:
        return len(self._infos)

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)
