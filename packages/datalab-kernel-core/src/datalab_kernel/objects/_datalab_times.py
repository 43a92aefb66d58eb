"""How long DataLab takes to take in many objects: the cube of their number.

Measured with DataLab 1.3.0: 200 signals of 100 samples 16 s of processor time, 1,000 more than half an
hour. Each time that one is added, it writes the titles of all again, once for each identifier
(``ObjectModel.replace_uuids_by_short_ids_in_titles``). Signals and images are two lists.
"""

from __future__ import annotations

__all__ = ["MANY_IN_DATALAB", "seconds_in_datalab", "shown_time"]

MANY_IN_DATALAB = 300
"""From so many objects of a kind on, a person is told: about a minute."""
_SECONDS = 16.0 / 200**3
_MINUTE_S, _HOUR_S = 60.0, 3600.0


def seconds_in_datalab(number: int, there: int = 0) -> float:
    """Return about how long DataLab takes to open or add objects of one kind, in seconds.

    Parameters
    ----------
    number
        How many.
    there
        How many it has already.

    Examples
    --------
    >>> [round(seconds_in_datalab(number)) for number in (100, 200, 1000)]
    [2, 16, 2000]
    >>> round(seconds_in_datalab(10, there=1000))
    61
    """
    return _SECONDS * ((there + number) ** 3 - there**3)


def shown_time(seconds: float) -> str:
    """Write a time as people say it.

    Examples
    --------
    >>> [shown_time(seconds) for seconds in (16, 400, 2000, 20_000)]
    ['16 seconds', '7 minutes', '33 minutes', '6 hours']
    """
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} seconds"
    if seconds < 2 * _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} minutes"
    return f"{seconds / _HOUR_S:,.0f} hours"
