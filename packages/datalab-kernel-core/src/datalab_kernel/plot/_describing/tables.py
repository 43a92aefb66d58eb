"""Tables that analyses left in objects, as texts: few, short, and with units where known."""

from __future__ import annotations

import math
from statistics import median_high
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.objects._result_columns import column_units
from datalab_kernel.plot._describing.fit_tables import BESIDE, FIT, fit_table
from datalab_kernel.plot._describing.regions import region_title
from datalab_kernel.plot._describing.results import tables
from datalab_kernel.plot._describing.texts import number, plain
from datalab_kernel.plot._spec import Table
from datalab_kernel.plot.rendering import choose_unit, with_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from datalab_kernel.objects import DataObject

    Columns = tuple[tuple[str, str], ...]

MOST_ROWS = 12
WIDE = 5
"""Columns from which on a table of few rows is written top down."""
FEW = 3
WHOLE = "whole"
"""What a row without a region is of, where others have one."""


def results_tables(objects: Sequence[DataObject]) -> tuple[Table, ...]:
    """Gather the tables of objects: those of the same analysis are one, with a column of names.

    Numbers have five significant digits, in the metric prefix that fits their unit. A
    table has at most twelve rows, and then says how many there are; one row of many columns
    is written top down.
    """
    shown = [
        (obj, table)
        for obj in objects
        for table in tables(obj)
        if table.data and table.func_name not in BESIDE
    ]
    fits = [table for _, table in shown if table.func_name == FIT]
    found: dict[tuple[str, Columns], list[tuple[DataObject, Any]]] = {}
    for obj, table in shown:
        if len(fits) != 1 or table is not fits[0]:
            found.setdefault((table.title, _columns(obj, table)), []).append((obj, table))
    others = (
        _table(title, columns, parts, is_one=len(objects) == 1)
        for (title, columns), parts in found.items()
    )
    return (*map(fit_table, fits if len(fits) == 1 else ()), *others)


def _columns(obj: DataObject, table: Any) -> Columns:
    """Return the name and the unit of each column; some names end with it already, as Sigima's do."""
    units = column_units(table, obj, table.headers)
    found = ((name, units.get(name, "")) for name in table.headers)
    return tuple((name.removesuffix(f" ({unit})"), plain(unit)) for name, unit in found)


def _in_prefixes(
    columns: Columns, rows: Sequence[Sequence[Any]]
) -> tuple[list[str], list[list[str]]]:
    """Write headings and values, those of the same unit in the prefix that fits most."""
    sizes: dict[str, list[float]] = {}
    for row in rows:
        for (_, unit), value in zip(columns, row, strict=True):
            if _is_number(value) and value != 0:
                sizes.setdefault(unit, []).append(abs(float(value)))
    chosen = {unit: choose_unit(unit, 0.0, median_high(found)) for unit, found in sizes.items()}
    scales = [chosen.get(unit, (unit, 1.0)) for _, unit in columns]
    headings = [
        with_unit(plain(name.replace("_", " ")), unit)
        for (name, _), (unit, _) in zip(columns, scales, strict=True)
    ]
    texts = [
        [
            number(value / size if _is_number(value) else value)
            for value, (_, size) in zip(row, scales, strict=True)
        ]
        for row in rows
    ]
    return headings, texts


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    return is_real and math.isfinite(value)


def _table(
    title: str, columns: Columns, parts: Sequence[tuple[DataObject, Any]], *, is_one: bool
) -> Table:
    rows = [row for obj, table in parts for row in _rows(obj, table)]
    has_regions = any(region for _, region, _ in rows)
    headings, cells = _in_prefixes(columns, [values for _, _, values in rows])
    heads = [("object", not is_one), ("ROI", has_regions)]
    leading = [
        tuple(
            text
            for text, (_, is_there) in zip((name, region or WHOLE), heads, strict=True)
            if is_there
        )
        for name, region, _ in rows
    ]
    if len(rows) <= FEW and len(columns) > WIDE:
        heading = [" ".join(texts) or "value" for texts in leading]
        return _top_down(title, headings, heading, cells)
    names = tuple(name for name, is_there in heads if is_there)
    full = [(*first, *rest) for first, rest in zip(leading, cells, strict=True)]
    return Table(title=plain(title), columns=(*names, *headings), rows=_cut(full))


def _rows(obj: DataObject, table: Any) -> Iterable[tuple[str, str, Sequence[Any]]]:
    indices = table.roi_indices or [-1] * len(table.data)
    for row, index in zip(table.data, indices, strict=True):
        region = plain(region_title(obj, int(index))) if int(index) >= 0 else ""
        yield plain(obj.title), region, row


def _top_down(
    title: str,
    columns: Sequence[str],
    heading: Sequence[str],
    cells: Sequence[Sequence[str]],
) -> Table:
    """Write each column as a row; more than there may be go on in further columns."""
    lines = [(name, *values) for name, *values in zip(columns, *cells, strict=True)]
    parts = -(-len(lines) // MOST_ROWS)
    height = -(-len(lines) // parts)
    empty = ("",) * (len(cells) + 1)
    folded = tuple(
        sum(
            (lines[place] if (place := row + part * height) < len(lines) else empty
             for part in range(parts)),
            (),
        )
        for row in range(height)
    )  # fmt: skip
    return Table(title=plain(title), columns=("", *heading) * parts, rows=folded)


def _cut(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    rest = len(rows) - MOST_ROWS
    if rest <= 0:
        return tuple(rows)
    more = f"… {rest:,} more"
    return (*rows[:MOST_ROWS], (more, *[""] * (len(rows[0]) - 1)))
