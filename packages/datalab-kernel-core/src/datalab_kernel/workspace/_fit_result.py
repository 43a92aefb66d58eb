"""What a fit gave: curves, their parameters, and how they look."""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any

from datalab_kernel.display._uncertainty import with_uncertainty
from datalab_kernel.workspace._calc_result import MAX_NAMES, CalcResult
from datalab_kernel.workspace._computation_warning import shown_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from datalab_kernel.objects import DataObject, SignalObj

_STATISTICS, _CORRELATIONS = "fit_statistics", "fit_correlations"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class FitResult(CalcResult):
    """What :meth:`Workspace.fit` found; it stands for the fitted curves.

    It is a :class:`CalcResult`: ``names`` are the curves, ``on`` the signals, ``frame`` has all
    parameters, ``notes`` what is to be known. What follows is of one curve.

    Examples
    --------
    >>> from datalab_kernel import Workspace
    >>> workspace = Workspace("standalone")
    >>> workspace["ramp"] = ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    >>> fit = workspace.fit("ramp", "linear")
    >>> {name: round(value, 6) for name, value in fit.values.items()}
    {'a': 2.0, 'b': 1.0}
    """

    @property
    def values(self) -> dict[str, float]:
        """The value of each parameter, and of what follows from them."""
        return {row["parameter"]: row["value"] for row in _rows(self.tables[self.name])}

    @property
    def uncertainties(self) -> dict[str, float]:
        """Their standard deviations: 0 of a fixed parameter, NaN where they aren't known."""
        return {row["parameter"]: row["uncertainty"] for row in _rows(self.tables[self.name])}

    @property
    def units(self) -> dict[str, str]:
        """Their units; empty where they aren't known, or there is none."""
        return {row["parameter"]: row["unit"] for row in _rows(self.tables[self.name])}

    @property
    def statistics(self) -> dict[str, Any]:
        """The numbers of points and of varied parameters, chi-square, and how good the fit is."""
        (row,) = _rows(self._table(_STATISTICS))
        return row

    @property
    def correlations(self) -> pd.DataFrame:
        """The correlation of each two varied parameters; empty, if it isn't known."""
        import pandas as pd

        table = self._table(_CORRELATIONS)
        if table is None:
            return pd.DataFrame()
        pairs = {(one, other): value for one, other, value in table.data}
        names = list(dict.fromkeys(name for pair in pairs for name in pair))
        rows = [
            [pairs.get((one, other), pairs.get((other, one), 1.0)) for other in names]
            for one in names
        ]
        return pd.DataFrame(rows, index=names, columns=names)

    @property
    def residuals(self) -> SignalObj:
        """What the fit leaves of the signal as it is now: a new signal, on the curve's x."""
        return residuals_of(self.source, self.view(self.name))

    @property
    def source(self) -> DataObject:
        """The signal that was fitted, to be looked at."""
        load = self.load
        if load is None:
            message = f"{self!r} isn't in a workspace, which would have {self.on[0]!r}."
            raise LookupError(message)
        return load(self.on[self.names.index(self.name)])

    def _table(self, function: str) -> Any:
        from datalab_kernel.objects._results import results_of

        found = results_of(self.view(self.name))
        return next((one for one in found if one.func_name == function), None)

    def __repr__(self) -> str:
        """Write the parameters with their uncertainties, of the first fits."""
        parts = [
            f"{name}: {', '.join(_fitted(self.tables[name]))}" for name in self.names[:MAX_NAMES]
        ]
        rest = len(self.names) - MAX_NAMES
        if rest > 0:
            parts.append(f"and {rest:,} more")
        parts += shown_notes(self.notes)
        return f"FitResult({'; '.join(parts)})"

    def _repr_html_(self) -> str:
        notes = "".join(f"<br>{escape(line)}" for line in shown_notes(self.notes))
        heading = f"fit of {', '.join(map(repr, self.on[:MAX_NAMES]))}"
        heading += f" and {len(self.on) - MAX_NAMES:,} more" * (len(self.on) > MAX_NAMES)
        return (
            '<div style="color:var(--jp-content-font-color1,inherit)">'
            f"<b>{escape(heading)}</b>{notes}{self._frame_html()}{self._objects_html()}</div>"
        )


def fit_result(found: CalcResult) -> FitResult:
    """Return what a calculation gave as a fit's result."""
    return FitResult(**{item.name: getattr(found, item.name) for item in fields(found)})


def residuals_of(signal: DataObject, curve: DataObject) -> SignalObj:
    """Return a signal minus a curve that lies on a part of its x."""
    import numpy as np

    from datalab_kernel.objects import create_signal
    from datalab_kernel.objects._stamps import is_by_date, keep_stamps, stamps_of, zone_of

    x, fitted = curve.xydata[0], curve.xydata[1]
    places = np.flatnonzero(np.isin(signal.xydata[0], x))
    if len(places) != len(x):
        message = (
            f"The x of {signal.title!r} has changed since it was fitted. Fit it again, or take "
            "calc('difference', …)."
        )
        raise ValueError(message)
    dy = signal.dy
    residuals = create_signal(
        f"residuals({signal.title})",
        np.asarray(x),
        np.asarray(signal.xydata[1])[places] - fitted,
        dy=None if dy is None else np.asarray(dy)[places],
        units=(signal.xunit or "", signal.yunit or ""),
        labels=(signal.xlabel or "", "Residuals"),
    )
    if is_by_date(signal.metadata):
        stamps = stamps_of(signal.metadata, np.asarray(signal.xydata[0], dtype=float))[places]
        keep_stamps(residuals.metadata, stamps, zone_of(signal.metadata))
    return residuals


def _rows(table: Any) -> Iterator[dict[str, Any]]:
    for row in table.data:
        yield dict(zip(table.headers, row, strict=True))


def _fitted(table: Any) -> Iterator[str]:
    for row in _rows(table):
        value, deviation = float(row["value"]), float(row["uncertainty"])
        unit = f" {row['unit']}" if row["unit"] else ""
        yield f"{row['parameter']} = {with_uncertainty(value, deviation)}{unit}"
