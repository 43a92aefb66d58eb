"""Functions that only DataLab has, such as a plug-in's: they run in its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.backends import KINDS, Calculated
from datalab_kernel.compute import results_of
from datalab_kernel.errors import ComputationError, DataLabRefusedError
from datalab_kernel_live.window._selection import NOBODY, select_exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datalab_kernel import DataObject
    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Entry
    from datalab_kernel_live.window._person import Person

_UNKNOWN = "Unknown computation function"


class OwnFunctions:
    """Runs them on objects that it selects, and finds out what came of it.

    Notes
    -----
    DataLab can't be asked what functions it has, which parameters they take, or whether one
    has failed. It is told a function's name and parameters; what is new or changed afterwards
    is the result. Each object is read before that, and again if nothing was added.
    """

    def __init__(
        self, web: WebDoor, remote: RemoteDoor, person: Person, read: Callable[[str], DataObject]
    ) -> None:
        self._web = web
        self._remote = remote
        self._person = person
        self._read = read

    def run(
        self,
        function: str,
        on: Sequence[str],
        parameters: Mapping[str, Any],
        listing: Callable[[], dict[str, Entry]],
    ) -> list[Calculated] | None:
        """Return what was added, or the objects that have changed; None: no such function.

        Raises
        ------
        ComputationError
            If it ran, and nothing came of it.
        """
        before = listing()
        objects = {name: self._read(name) for name in on}
        if not self._has_run(function, [before[name] for name in on], parameters):
            return None
        there = {entry.place.uuid for entry in before.values()}
        added = [name for name, entry in listing().items() if entry.place.uuid not in there]
        if added:
            return [Calculated(name=name) for name in added]
        changed = [
            found for name in on if (found := _change(name, objects[name], self._read(name)))
        ]
        if not changed:
            message = (
                f"DataLab ran {function!r} on {', '.join(map(repr, on))}, and nothing came of it. "
                "If it showed an error in its window, that says why."
            )
            raise ComputationError(message, function=function, names=[*on])
        return changed

    def _has_run(
        self, function: str, entries: Sequence[Entry], parameters: Mapping[str, Any]
    ) -> bool:
        """Run it on exactly these; a function for the other panel finds nothing selected."""
        kind = entries[0].place.kind
        uuids = [entry.place.uuid or "" for entry in entries]
        with self._person.undisturbed({*KINDS}, selects=True, is_heavy=True):
            for other in {*KINDS} - {kind}:
                self._remote.select(NOBODY, other)
            select_exactly(self._remote, uuids, kind)
            try:
                self._web.calc(function, parameters)
            except DataLabRefusedError as error:
                if _UNKNOWN not in error.detail.partition(":")[2]:
                    raise
                return False
        return True


def _change(name: str, before: DataObject, now: DataObject) -> Calculated | None:
    """Return an object's new result, or that its data are others; None if nothing is."""
    known = {repr(result.to_dict()) for result in results_of(before)}
    new = [result for result in results_of(now) if repr(result.to_dict()) not in known]
    if new:
        return Calculated(name=name, result=new[-1])
    is_same = np.array_equal(_data(before), _data(now), equal_nan=True)
    return None if is_same else Calculated(name=name)


def _data(obj: DataObject) -> np.ndarray[Any, Any]:
    return np.asarray(obj.data if obj.PREFIX == "i" else obj.xydata)
