"""How an object was computed: its steps for people, and a script that computes it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, overload

from datalab_kernel.compute._records import FORMULA
from datalab_kernel.errors import OperandError
from datalab_kernel.objects import _names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from datalab_kernel.compute import Record
    from datalab_kernel.notes import Note
    from datalab_kernel.objects import DataObject, Kind

_CELL = "text-align:left;padding:2px 8px;vertical-align:top"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One computation: a function with parameters made ``name`` of ``sources``.

    Of an analysis, ``name`` is the object that was analysed, and its only source.
    ``units`` is ``"as they are"`` where operands in different units were not to be converted.
    ``missing`` are the sources that aren't in the workspace any more; ``notes`` say where its
    result is known to mislead.
    """

    name: str
    function: str
    pattern: str
    sources: tuple[str, ...]
    parameters: Any
    versions: Mapping[str, str]
    missing: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    units: str = ""

    @property
    def formula(self) -> str:
        """What operators computed, such as ``"a - b"``; empty if a function did."""
        return self.formula_of(self.sources)

    def formula_of(self, sources: Sequence[str]) -> str:
        """Write the formula with other texts for the sources."""
        if self.function != FORMULA or not isinstance(self.parameters, dict):
            return ""
        texts = {f"{{{place}}}": text for place, text in enumerate(sources)}
        template = str(self.parameters.get(FORMULA, ""))
        return re.sub(r"\{\d+\}", lambda found: texts.get(found[0], found[0]), template)

    def __str__(self) -> str:
        """Write it in one line, and each note in one below."""
        if self.formula:
            gone = f" (not here any more: {', '.join(self.missing)})" if self.missing else ""
            return "\n    ".join([f"{self.name} = {self.formula}{gone}", *map(str, self.notes)])
        given = "" if self.parameters is None else f" {self.parameters}"
        gone = f" (not here any more: {', '.join(self.missing)})" if self.missing else ""
        step = f"{self.name} = {self.function} of {', '.join(self.sources)}{given}{gone}"
        return "\n    ".join([step, *map(str, self.notes)])


class History(Sequence[Step]):
    """The steps that led to an object, the first one first."""

    def __init__(self, name: str, steps: Sequence[Step]) -> None:
        self.name = name
        self._steps = tuple(steps)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | Sequence[Step]:
        """Give a step, or some."""
        return self._steps[index]

    def __len__(self) -> int:
        """Count the steps."""
        return len(self._steps)

    def __repr__(self) -> str:
        """Write a line for each step."""
        return "\n".join(map(str, self._steps)) or f"{self.name!r} wasn't computed here."

    def _repr_html_(self) -> str:
        if not self._steps:
            return f"<p>{escape(repr(self))}</p>"
        has_notes = any(step.notes for step in self._steps)
        names = ("step", "function", "of", "parameters", "versions", *["notes"] * has_notes)
        head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in names)
        rows = "".join(_row(step, has_notes=has_notes) for step in self._steps)
        return (
            '<table style="color:var(--jp-content-font-color1,inherit)">'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


def _row(step: Step, *, has_notes: bool) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in step.versions.items())
    given = step.formula or _shown(step.parameters)
    cells = [step.function, ", ".join(step.sources), given, versions]
    if has_notes:
        cells.append(" ".join(map(str, step.notes)))
    texts = "".join(f'<td style="{_CELL}">{escape(text)}</td>' for text in cells)
    return f'<tr><th scope="row" style="{_CELL}">{escape(step.name)}</th>{texts}</tr>'


def _shown(parameters: Any) -> str:
    match parameters:
        case None:
            return ""
        case dict():
            return ", ".join(f"{name}={value!r}" for name, value in parameters.items())
        case _:
            return "; ".join(map(_shown, parameters))


def history_of(name: str, objects: Mapping[str, DataObject]) -> History:
    """Return the steps that led to an object.

    Parameters
    ----------
    name
        Which one.
    objects
        All objects of the workspace by name.
    """
    found = _Found(objects)
    steps = [step for _, step in _steps(name, found, set())]
    if (analysis := _analysis(name, found)) is not None:
        steps.append(analysis)
    return History(name, steps)


def script_of(name: str, objects: Mapping[str, DataObject]) -> str:
    """Write the calls that compute an object from its first sources, and its last analysis."""
    found = _Found(objects)
    seen: set[str] = set()
    steps = list(_steps(name, found, seen))
    if (analysis := _analysis(name, found)) is not None:
        for operand in analysis.sources[1:]:
            if operand not in analysis.missing:
                steps += _steps(operand, found, seen)
        steps.append((_kind(objects[name]), analysis))
    if not steps:
        message = f"{name!r} wasn't computed here, so there is nothing to write a script of."
        raise OperandError(message, function=None, names=[name])
    for _, step in steps:
        if step.name in step.missing:
            message = (
                f"{step.name!r} was computed of what had that name before and isn't here any "
                "more, so there is no script of it. Give results names of their own."
            )
            raise OperandError(message, function=step.function, names=[step.name])
        if step.missing:
            raise _names.not_found(step.missing[0], objects)
    made = {step.name for _, step in steps if step.pattern != "1-to-0"}
    firsts = dict.fromkeys(
        source for _, step in steps for source in step.sources if source not in made
    )
    doing = f"Computes {name!r} from" if name in made else "Analyses"
    lines = [f"# {doing} {', '.join(map(repr, firsts))}."]
    lines += ["import numpy as np"] * any("np." in step.formula for _, step in steps)
    lines += [_call(step, kind) for kind, step in steps]
    return "\n".join(lines)


class _Found:
    """Objects of the workspace by what a record says of a source."""

    def __init__(self, objects: Mapping[str, DataObject]) -> None:
        self.objects = objects
        self._by_uuid: dict[str, str] | None = None

    def sources_of(self, record: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names that the sources have now, and those of which none is here."""
        names, missing = [], []
        for index, uuid in enumerate(record.source_uuids):
            then = record.source_names[index] if index < len(record.source_names) else uuid
            name = self._name(uuid, then)
            names.append(name or then)
            if name is None:
                missing.append(then)
        return tuple(names), tuple(missing)

    def _name(self, uuid: str, then: str) -> str | None:
        from datalab_kernel.compute import uuid_of

        if then in self.objects and uuid_of(self.objects[then]) == uuid:
            return then
        if self._by_uuid is None:  # looking at all objects takes long where there are many
            self._by_uuid = {uuid_of(obj) or "": name for name, obj in self.objects.items()}
        return self._by_uuid.get(uuid) or (then if then in self.objects else None)


def _steps(name: str, found: _Found, seen: set[str]) -> Iterator[tuple[Kind, Step]]:
    """Give the steps up to an object with its sources' kind; each object once."""
    from datalab_kernel.compute import read_record, recorded_values

    if name in seen:
        return
    seen.add(name)
    record = read_record(found.objects[name])
    if record is None:
        return
    names, missing = found.sources_of(record)
    if name in names:  # workspace["a"] -= 1: what it was computed of was replaced by it
        missing = (*missing, name)
    for source in names:
        if source not in missing:
            yield from _steps(source, found, seen)
    here = [source for source in names if source not in missing]
    kind = _kind(found.objects[here[0] if here else name])
    yield (
        kind,
        Step(
            name=name,
            function=record.function,
            pattern=record.pattern,
            sources=names,
            parameters=recorded_values(record, kind),
            versions=record.versions,
            missing=missing,
            notes=record.notes,
            units=record.units,
        ),
    )


def _kind(obj: DataObject) -> Kind:
    return "image" if obj.PREFIX == "i" else "signal"


def _analysis(name: str, found: _Found) -> Step | None:
    from datalab_kernel.compute import ANALYSIS, read_record, recorded_values
    from datalab_kernel.objects._results import notes_of_results

    obj = found.objects[name]
    record = read_record(obj, ANALYSIS)
    if record is None:
        return None
    sources, missing = found.sources_of(record)
    operands = sources[1:]
    return Step(
        name=name,
        function=record.function,
        pattern=record.pattern,
        sources=(name, *operands),
        parameters=recorded_values(record, _kind(obj)),
        versions=record.versions,
        missing=tuple(one for one in missing if one in operands),
        notes=notes_of_results(obj, record.function),
    )


def _call(step: Step, kind: str) -> str:
    function = step.function
    if function == "fit":
        return _fit_call(step)
    if step.formula:
        value = step.formula_of([f"workspace[{_quoted(source)}]" for source in step.sources])
        return f"workspace[{_quoted(step.name)}] = {value}"
    if (kind, function) == ("signal", "peak_detection"):
        function = "sigima.signal.peak_detection"  # DataLab's is another of that name
    arguments = [_quoted(function)]
    if step.parameters is not None:
        arguments.append(repr(step.parameters))
    if step.pattern == "2-to-1":
        on, operand = step.sources
        arguments += [f"on={_quoted(on)}", f"operand={_quoted(operand)}"]
    elif step.pattern == "n-to-1":
        arguments.append(f"on=[{', '.join(map(_quoted, step.sources))}]")
    else:
        arguments.append(f"on={_quoted(step.sources[0])}")
        arguments += [f"operand={_quoted(operand)}" for operand in step.sources[1:]]
    if step.units:
        arguments.append(f"units={_quoted(step.units)}")
    if step.pattern != "1-to-0":
        arguments.append(f"name={_quoted(step.name)}")
    return f"workspace.calc({', '.join(arguments)})"


def _fit_call(step: Step) -> str:
    """Write a fit as people type it, below the function that is its model."""
    given = dict(step.parameters)
    model, source = given.pop("model"), given.pop("source", "")
    if given.pop("is_function", False):
        if not source:
            message = (
                f"{step.name!r} was fitted by a function of which no code is known, as of a "
                "lambda. Fit a function that is written with def, or an expression."
            )
            raise OperandError(message, function="fit", names=[step.name])
        name = model
    else:
        name = _quoted(model)
    arguments = [_quoted(step.sources[0]), name]
    arguments += [f"{key}={value!r}" for key, value in given.items()]
    arguments.append(f"name={_quoted(step.name)}")
    call = f"workspace.fit({', '.join(arguments)})"
    return f"\n{source}\n\n\n{call}" if source else call


def _quoted(text: str) -> str:
    """Write a text as people type it in Python."""
    return f'"{text}"' if text.isprintable() and not set('"\\') & set(text) else repr(text)
