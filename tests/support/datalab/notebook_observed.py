"""Running a notebook's cells and turning what each gives into values that can be compared.

Nothing is rounded: arrays are kept bit by bit. Left out is only what is drawn at random or is
the mode's own: identities of objects, and the folder in which a run writes its files.
"""

import ast
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from datalab_kernel import ImageObj, SignalObj, Workspace
from datalab_kernel.workspace._calc_result import CalcResult

OF_DATALAB = frozenset({"__uuid", "__number"})
"""Metadata by which DataLab knows an object."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Cell:
    """A cell of the notebook: what it is about, and its Python."""

    label: str
    code: str


def cells_of(text: str) -> Iterator[Cell]:
    """Take a notebook in Jupytext's percent format apart: ``# %% label``, then the code."""
    for part in text.split("# %% ")[1:]:
        label, _, code = part.partition("\n")
        yield Cell(label, code)


@dataclass(frozen=True)
class Bits:
    """An array, to the last bit."""

    dtype: str
    shape: tuple[int, ...]
    content: bytes
    shown: str
    mask: bytes | None = None
    fill: str | None = None

    def __repr__(self) -> str:
        masked = "" if self.mask is None else f", masked, filled with {self.fill}"
        return f"array({self.shown}, {self.dtype}{self.shape}{masked})"


class Run:
    """One run of a notebook on a workspace; ``folder`` is for its files."""

    def __init__(self, workspace: Workspace, folder: Path, names: Mapping[str, Any]) -> None:
        self._folder = folder
        self.names = {"workspace": workspace, "folder": folder, **names}

    def observe(self, cell: Cell) -> Any:
        """Run a cell and return its last expression's value, or its error, and its warnings."""
        body = ast.parse(cell.code, cell.label).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        module = compile(ast.Module(body, []), cell.label, "exec")
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", ResourceWarning)  # comes when garbage is collected
            try:
                exec(module, self.names)
                value = last and eval(
                    compile(ast.Expression(last.value), cell.label, "eval"), self.names
                )
                seen = self.plain(value)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is compared
                seen = self._error(error)
        texts = sorted({f"{type(one.message).__name__}: {one.message}" for one in warned})
        return {"value": seen, "warnings": texts}

    def _error(self, error: Exception) -> dict[str, Any]:
        facts = getattr(error, "facts", {})
        return {
            "error": [kind.__name__ for kind in type(error).__mro__],
            "text": self._text(str(error)),
            "facts": self.plain(facts),
        }

    def _text(self, text: str) -> str:
        return _UUID.sub("<uuid>", text.replace(str(self._folder), "<folder>"))

    def plain(self, value: Any) -> Any:  # noqa: C901, PLR0911, PLR0912 - one line per kind
        """Return a value as texts, numbers, lists, dicts and bits."""
        if value is None or type(value) in (bool, int):
            return value
        if isinstance(value, str):
            return self._text(str(value))
        if isinstance(value, Path):
            return f"Path {self._text(str(value))}"
        if isinstance(value, np.ndarray):
            return self._bits(value)
        if isinstance(value, Enum):
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, (SignalObj, ImageObj)):
            return self._object(value)
        if isinstance(value, CalcResult):
            return self._result(value)
        if hasattr(value, "to_dict") and hasattr(value, "func_name"):
            return {type(value).__name__: self.plain(value.to_dict())}
        if hasattr(value, "reset_index"):
            return self._frame(value)
        if hasattr(value, "dims"):
            return self._data_array(value)
        if is_dataclass(value) and not isinstance(value, type):
            found = {one.name: self.plain(getattr(value, one.name)) for one in fields(value)}
            return {type(value).__name__: found, "repr": self._text(repr(value))}
        if isinstance(value, Mapping) and not isinstance(value, Workspace):
            return {str(key): self.plain(one) for key, one in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
            return [type(value).__name__, *map(self.plain, items)]
        return f"{type(value).__name__} {self._text(repr(value))}"

    @staticmethod
    def _bits(array: np.ndarray[Any, Any]) -> Bits:
        is_masked = np.ma.isMaskedArray(array)
        data = np.ma.getdata(array)
        content = repr(data.tolist()).encode() if data.dtype.hasobject else data.tobytes()
        return Bits(
            dtype=data.dtype.str,
            shape=data.shape,
            content=content,
            shown=np.array2string(data, threshold=6, edgeitems=2).replace("\n", ""),
            mask=np.ma.getmaskarray(array).tobytes() if is_masked else None,
            fill=repr(array.fill_value) if is_masked else None,
        )

    def _object(self, obj: SignalObj | ImageObj) -> dict[str, Any]:
        """Return every item that an object has, and its metadata entry by entry."""
        seen: dict[str, Any] = {"type": type(obj).__name__}
        for item in obj.get_items():
            name = item.get_name()
            if name != "metadata" and not callable(value := getattr(obj, name, None)):
                seen[name] = self.plain(value)
        for key, value in obj.metadata.items():
            if key not in OF_DATALAB:
                seen[f"metadata[{key}]"] = self.plain(value)
        seen["roi"] = None if obj.roi is None else self.plain(obj.roi.to_dict())
        return seen

    def _result(self, result: CalcResult) -> dict[str, Any]:
        names = ("function", "names", "on", "tables", "geometry", "conversions")
        seen = {name: self.plain(getattr(result, name)) for name in names}
        seen |= {name: getattr(result, name) for name in ("is_stored", "is_analysis", "is_loose")}
        seen["repr"] = self._text(repr(result))
        seen["objects"] = self.plain(result.objects)
        return seen

    def _frame(self, frame: Any) -> dict[str, Any]:
        """Return a Series, a DataFrame, or an index, with the types of its columns."""
        whole = frame.reset_index()
        columns = [
            [str(name), str(whole[name].dtype), self.plain(np.asarray(whole[name]))]
            for name in whole.columns
        ]
        return {type(frame).__name__: columns, "attrs": self.plain(dict(frame.attrs))}

    def _data_array(self, array: Any) -> dict[str, Any]:
        coordinates = {
            str(name): [self.plain(np.asarray(one)), self.plain(dict(one.attrs))]
            for name, one in array.coords.items()
        }
        return {
            "dims": list(array.dims),
            "name": array.name,
            "values": self.plain(array.values),
            "coordinates": coordinates,
            "attrs": self.plain(dict(array.attrs)),
        }


def differences(
    found: Any,
    expected: Any,
    path: str = "",
    *,
    same: Callable[[Any, Any], bool] = operator.eq,
) -> Iterator[str]:
    """Say what differs between two observations, one line each."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in [*dict.fromkeys([*expected, *found])]:
            if key not in found or key not in expected:
                place = "standalone" if key not in found else "live"
                yield f"{path}[{key}]: only {place}: {(expected | found)[key]!r:.300}"
            else:
                yield from differences(found[key], expected[key], f"{path}[{key}]", same=same)
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, pair in enumerate(zip(found, expected, strict=True)):
            yield from differences(*pair, f"{path}[{number}]", same=same)
    elif isinstance(found, list) and isinstance(expected, list):
        pairs = zip(found, expected, strict=False)
        same = next(
            (n for n, (one, other) in enumerate(pairs) if one != other),
            min(len(found), len(expected)),
        )
        yield (
            f"{path}: {len(found)} live, {len(expected)} standalone; from {same} on "
            f"live {found[same : same + 2]!r:.600}, standalone {expected[same : same + 2]!r:.600}"
        )
    elif type(found) is not type(expected) or not same(found, expected):
        yield f"{path}: live {found!r:.300}, standalone {expected!r:.300}"


def observe_all(run: Run, cells: Iterable[Cell]) -> dict[str, Any]:
    """Run all cells in their order; what each gave, by its label."""
    return {cell.label: run.observe(cell) for cell in cells}
