"""Which of a table's first columns are x, where they hold dates, times or a count of the points."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.formats._table_dates import Moments, moments_of
from datalab_kernel.formats._text_fields import DATE, is_day, is_moment
from datalab_kernel.objects._stamps import keep_stamps

if TYPE_CHECKING:
    from datalab_kernel.formats._table import TextTable
    from datalab_kernel.notes import Note

Array = np.ndarray[Any, Any]
_COUNTS = re.compile(r"#|n|no\.?|nr\.?|index|samples?|sequence|points?|record|row", re.IGNORECASE)
_TIMES = re.compile(r"time|zeit|temps|t$|second", re.IGNORECASE)
_TIME_UNITS = {"s", "ms", "us", "µs", "ns", "min", "h"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axis:
    """The x of a table, from which columns it is, and what is noted of the moments it stands for."""

    x: Array
    title: str = ""
    unit: str = ""
    places: tuple[int, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def axis_of_dates(table: TextTable) -> Axis:
    """Read the leading columns of a table as its x.

    Raises
    ------
    FileFormatError
        If a date or a time can't be read; it names the line.
    """
    places = _places(table)
    columns = [table.leading[place] for place in places]
    titles = [table.leading_titles[place] for place in places]
    moments = moments_of(table.path, table.layout, columns)
    return axis_of(moments, " ".join(dict.fromkeys(title for title in titles if title)))


def axis_of(moments: Moments, title: str, places: tuple[int, ...] = ()) -> Axis:
    """Return moments as x, with what is to be noted in the metadata."""
    metadata: dict[str, Any] = {}
    x = moments.values
    if x.dtype.kind == "M":
        x = keep_stamps(metadata, moments.values, moments.zone)
    return Axis(x=x, title=title, unit="s", places=places, metadata=metadata, notes=moments.notes)


def _places(table: TextTable) -> list[int]:
    """Return which leading columns are x: a date and the time behind it, or one of both."""
    if table.layout.unit:
        return [table.layout.leading - 1]
    firsts = [column[0] for column in table.leading]
    dates = [place for place, text in enumerate(firsts) if DATE.fullmatch(text)]
    if not dates:
        return [place for place, text in enumerate(firsts) if is_moment(text)][:1]
    date = dates[0]
    following = firsts[date + 1] if date + 1 < len(firsts) else ""
    return [date, date + 1] if is_day(firsts[date]) and is_moment(following) else [date]


def is_time(title: str, unit: str) -> bool:
    """Say whether a column is one of times, by its title or unit."""
    return bool(_TIMES.match(title)) or unit in _TIME_UNITS


def counts_before(titles: list[str], units: list[str]) -> int:
    """Return how many columns from the left only count the points: one, or none.

    Scopy and others write ``Sample,Time(s),CH1``; where no times follow, the count is x.

    Parameters
    ----------
    titles, units
        Of the columns that hold numbers.
    """
    if len(titles) < 3:  # noqa: PLR2004 - a count, times and values
        return 0
    return int(is_time(titles[1], units[1]) and _COUNTS.fullmatch(titles[0]) is not None)
