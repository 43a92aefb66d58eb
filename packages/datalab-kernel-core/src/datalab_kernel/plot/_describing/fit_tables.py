"""The parameters of a fit as a small table: values to the digits that their uncertainties leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.display._uncertainty import with_uncertainty
from datalab_kernel.plot._describing.texts import plain
from datalab_kernel.plot._spec import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

FIT = "fit"
BESIDE = frozenset({"fit_statistics", "fit_correlations"})
"""Tables of a fit that a picture leaves out."""


def fit_table(table: Any) -> Table:
    """Return the parameters of a fit as a small table."""
    rows = (dict(zip(table.headers, row, strict=True)) for row in table.data)
    has_roles = any(row[table.headers.index("role")] != "fitted" for row in table.data)
    columns = ("parameter", "value", "unit", *["role"] * has_roles)
    return Table(
        title=plain(table.title),
        columns=columns,
        rows=tuple(row[: len(columns)] for row in _fit_rows(rows)),
    )


def _fit_rows(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for row in rows:
        value = with_uncertainty(float(row["value"]), float(row["uncertainty"]))
        role = "" if row["role"] == "fitted" else str(row["role"])
        yield plain(row["parameter"]), value, plain(row["unit"]), plain(role)
