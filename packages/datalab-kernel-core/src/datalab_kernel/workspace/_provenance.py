"""The page of a workspace that says how its objects were computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends._powers import texts_of
from datalab_kernel.notes import distinct, notes_of
from datalab_kernel.workspace._calc_result import CalcResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel.backends import Backend
    from datalab_kernel.compute._history import History
    from datalab_kernel.notes import Note
    from datalab_kernel.objects import DataObject
    from datalab_kernel.workspace._shelf import Shelf


class ProvenancePage:
    """The history of an object, for people and as a script, and its notes."""

    _shelf: Shelf

    def history(self, name: str) -> History:
        """Say how an object was computed, from its first sources on.

        Parameters
        ----------
        name
            The object's name, or the result of :attr:`calc`.

        Returns
        -------
        History
            A sequence of steps, which displays as a table; empty if the object wasn't
            computed.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0.0, 1.0], [2.0, -3.0])
        >>> positive = workspace.calc("absolute", on="ramp")
        >>> _ = workspace.calc("moving_average", on=positive, name="average")
        >>> [step.function for step in workspace.history("average")]
        ['absolute', 'moving_average']
        """
        from datalab_kernel.compute._history import history_of

        with self._shelf.lock:
            return history_of(_sole(self._shelf, name), _Views(self._shelf.backend))

    def notes(self, name: str) -> tuple[Note, ...]:
        """Return what should be known of an object besides its values.

        Parameters
        ----------
        name
            The object's name, or the result of :attr:`calc`.

        Returns
        -------
        tuple of Note
            What was guessed or skipped when it was read, where what it was computed by is known
            to mislead on such data, and the same of the tables and geometry that it holds.
            An object has the notes of its sources too.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0.0, 1.0], [2.0, -3.0])
        >>> workspace.notes("ramp")
        ()
        """
        from datalab_kernel.objects._results import notes_of_results

        with self._shelf.lock:
            obj = self._shelf.texts(_sole(self._shelf, name))
        return distinct((*notes_of(obj), *notes_of_results(obj)))

    def script(self, name: str) -> str:
        """Write Python that computes an object again from its sources.

        Parameters
        ----------
        name
            The object's name, or the result of :attr:`calc`.

        Returns
        -------
        str
            To be run where ``workspace`` has the sources; it ends with the same object.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name, or a source isn't in the workspace any more.
        OperandError
            If the object wasn't computed.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0.0, 1.0], [2.0, -3.0])
        >>> print(workspace.script(workspace.calc("absolute", on="ramp")))
        # Computes 'absolute(ramp)' from 'ramp'.
        workspace.calc("absolute", on="ramp", name="absolute(ramp)")
        """
        from datalab_kernel.compute._history import script_of

        with self._shelf.lock:
            return script_of(_sole(self._shelf, name), _Views(self._shelf.backend))


def _sole(shelf: Shelf, name: Any) -> str:
    """Return the one name that is meant, if it is there."""
    if isinstance(name, CalcResult):
        name.names_there()  # refuses what isn't in the workspace
        name = name.name
    shelf.require([name])
    return str(name)


class _Views(Mapping[str, "DataObject"]):
    """The objects of a backend, each looked at when it is first asked for."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._names = backend.describe()
        self._seen: dict[str, DataObject] = {}

    def __getitem__(self, name: str) -> DataObject:
        if name not in self._seen:
            if name not in self._names:
                raise KeyError(name)
            self._seen[name] = texts_of(self._backend, name)
        return self._seen[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
