"""What a computation gave: names of objects, tables and geometry, and how they look."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from html import escape
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import OperandError
from datalab_kernel.objects import _names
from datalab_kernel.workspace._computation_warning import shown_notes
from datalab_kernel.workspace._standing_for import StandsForObjects
from datalab_kernel.workspace.arithmetic import Arithmetic, with_operators

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from datalab_kernel.notes import Note
    from datalab_kernel.objects import DataObject, ObjectInfo

MAX_ROWS = 50
MAX_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class CalcResult(StandsForObjects, Arithmetic):
    """What :meth:`Workspace.calc` computed.

    It stands for the objects in ``names`` wherever names are taken: ``plotter.plot``,
    ``workspace.get``, ``workspace.calc(..., on=result)``, ``workspace.export``; in a formula for
    its object: ``stack.max() / 2``. Iterating gives the names.

    Attributes
    ----------
    function : str
        The function's name.
    names : tuple of str
        The objects that were added; of an analysis, the objects that were analysed,
        which hold its results.
    on : tuple of str
        What it was computed of.
    is_of_selection : bool
        Whether that was the workspace's selection, because ``on`` wasn't given.
    tables, geometry : dict
        Of an analysis: Sigima's TableResult and GeometryResult by the object's name.
    conversions : dict
        What was converted before computing: ``{"img": "uint32 to float64"}``.
    notes : tuple of Note
        Where the result is known to mislead on these data, such as sums that overflowed, with
        the way out; they are warned of too (:class:`~datalab_kernel.ComputationWarning`).
    computed_by : str
        ``"sigima"`` (here) or ``"datalab"``.
    is_stored : bool
        Whether it is in the workspace; False for ``store=False``.
    """

    function: str
    names: tuple[str, ...]
    on: tuple[str, ...]
    tables: Mapping[str, Any] = field(default_factory=dict)
    geometry: Mapping[str, Any] = field(default_factory=dict)
    conversions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    computed_by: str = "sigima"
    is_stored: bool = True
    is_analysis: bool = False
    is_of_selection: bool = False
    load: Callable[[str], DataObject] | None = None
    """Gives an object of the workspace, to be looked at; None if they aren't in there."""
    unstored: tuple[DataObject, ...] = ()
    """The objects then, in the order of ``names``."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it with its objects, which then are in no workspace."""
        facts = {item.name: getattr(self, item.name) for item in fields(self)}
        objects = tuple(self.objects)
        return _rebuild, (type(self), {**facts, "load": None, "unstored": objects})

    @property
    def is_loose(self) -> bool:
        """Whether the objects in ``names`` aren't in the workspace."""
        return self.load is None

    @property
    def name(self) -> str:
        """The name, if there is one object.

        Raises
        ------
        OperandError
            If there are none or several.
        """
        if len(self.names) != 1:
            message = (
                f"{self!r} stands for {_names.count_objects(len(self.names))}, but one is wanted. "
                "Give one of its .names, or go through its .objects."
            )
            raise OperandError(message, function=self.function, names=list(self.names))
        return self.names[0]

    @property
    def objects(self) -> list[DataObject]:
        """The objects, as they are in the workspace now; independent copies.

        Raises
        ------
        ObjectNotFoundError
            If one was removed meanwhile.
        """
        from datalab_kernel.objects import copy_object

        if self.load is None:
            return [with_operators(copy_object(obj)) for obj in self.unstored]
        return [with_operators(copy_object(self.load(name)), name) for name in self.names]

    @property
    def object(self) -> DataObject:
        """The object, if there is one."""
        return self.objects[self.names.index(self.name)]

    def operand(self) -> Any:
        """Return the object that arithmetic computes with: ``2 * result``.

        Raises
        ------
        OperandError
            If there are none or several, or it is an analysis.
        """
        if self.is_analysis:
            message = (
                f"{self!r} has tables, and nothing that a formula computes with. Compute with "
                "columns of its .frame, or with the objects that were analysed."
            )
            raise OperandError(message, function=self.function, names=list(self.names))
        return self.object

    @property
    def frame(self) -> pd.DataFrame:
        """Tables and geometry as one pandas frame, as ``workspace.results`` has it."""
        return self._frame(has_units=False)

    def _frame(self, *, has_units: bool) -> pd.DataFrame:
        from datalab_kernel.objects._results import Part, frame_of

        found = [*self.tables.items(), *self.geometry.items()]
        parts = (
            Part(name=name, function=result.func_name, result=result) for name, result in found
        )
        return frame_of(parts, has_units=has_units)

    def names_there(self) -> list[str]:
        """Return the names, where they stand for these objects.

        Raises
        ------
        OperandError
            If its objects aren't in the workspace, where something else may have these names.
        """
        if self.is_loose:
            message = (
                f"{self!r} isn't in the workspace. Compute it without store=False, or go "
                "through its .objects."
            )
            raise OperandError(message, function=self.function, names=list(self.names))
        return list(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        """Say in one line what was computed of what, and in which units its numbers are."""
        units = "; ".join(self._unit_texts()) if self.is_analysis else ""
        return _line(self, self._count_rows(), units)

    def _unit_texts(self) -> Iterator[str]:
        """Say which columns are in which unit."""
        columns: dict[str, list[str]] = {}
        for heading in self._frame(has_units=True).columns if self._count_rows() else ():
            column, is_there, unit = heading.rpartition(" (")
            if is_there:
                columns.setdefault(unit.removesuffix(")"), []).append(column)
        for unit, names in columns.items():
            rest = len(names) - MAX_NAMES
            shown = ", ".join(names[:MAX_NAMES]) + (f" and {rest} more" if rest > 0 else "")
            yield f"{shown} in {unit}"

    def _count_rows(self) -> int:
        tables = sum(len(table.data) for table in self.tables.values())
        return tables + sum(len(geometry.coords) for geometry in self.geometry.values())

    # -- display ------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        notes = "".join(
            f"<br>{escape(name)}: computed as {escape(text)}"
            for name, text in self.conversions.items()
        )
        notes += "".join(f"<br>{escape(line)}" for line in shown_notes(self.notes))
        plain = replace(self, conversions={}, notes=()) if notes else self
        heading = f"{escape(_line(plain, self._count_rows()))}{notes}"
        body = self._frame_html() if self.is_analysis else self._objects_html()
        return (
            f'<div style="color:var(--jp-content-font-color1,inherit)"><b>{heading}</b>{body}</div>'
        )

    def _objects_html(self) -> str:
        from datalab_kernel.display._objects_table import workspace_html

        infos = self._infos()
        return workspace_html(infos, self.view, "") if infos else ""

    def _infos(self) -> list[ObjectInfo]:
        from datalab_kernel.errors import ObjectNotFoundError
        from datalab_kernel.objects import describe_object

        infos = []
        for name in self.names:
            try:
                infos.append(describe_object(self.view(name), group=""))
            except ObjectNotFoundError:  # removed since: the others are shown
                continue
        return infos

    def view(self, name: str) -> DataObject:
        """Return one of the objects to be looked at: its arrays are read-only.

        Raises
        ------
        ObjectNotFoundError
            If it was removed meanwhile.
        """
        if self.load is None:
            return self.unstored[self.names.index(name)]
        return self.load(name)

    def _frame_html(self) -> str:
        if not self._count_rows():
            return "<br>Nothing was found."
        frame = self._frame(has_units=True).drop(columns="function")
        if frame["roi"].isna().all():
            frame = frame.drop(columns="roi")
        shown = frame.head(MAX_ROWS).to_html(index=False, na_rep="", border=0)
        rest = len(frame) - MAX_ROWS
        return shown + (f"<p>… and {rest:,} more rows: <code>.frame</code></p>" if rest > 0 else "")


def _line(result: CalcResult, found: int, units: str = "") -> str:
    """Say what was computed of what, and of an analysis how many rows were found."""
    on = f"{'the selection, ' if result.is_of_selection else ''}{listed(result.on)}"
    notes = "" if result.is_stored or result.is_analysis else ", not stored"
    kinds = dict.fromkeys(result.conversions.values())
    notes += f", computed as {' and '.join(kinds)}" if kinds else ""
    notes += "".join(f"; {line}" for line in shown_notes(result.notes))
    if result.is_analysis:
        rows = f"{found} row{'' if found == 1 else 's'}"
        rows += f" ({units})" if units else ""
        return f"CalcResult({result.function} on {on}: {rows}{notes})"
    return f"CalcResult({result.function} on {on}: {listed(result.names)}{notes})"


def _rebuild(kind: type[CalcResult], facts: Mapping[str, Any]) -> CalcResult:
    return kind(**facts)


def listed(names: tuple[str, ...]) -> str:
    """Name the first few, and count the rest."""
    shown = ", ".join(map(repr, names[:MAX_NAMES]))
    rest = len(names) - MAX_NAMES
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def name_of(what: Any) -> str | None:
    """Return the name that a name, or a result, stands for in the workspace; None if it is in none."""
    if isinstance(what, CalcResult):
        return None if what.is_loose else what.name
    return what if isinstance(what, str) else None
