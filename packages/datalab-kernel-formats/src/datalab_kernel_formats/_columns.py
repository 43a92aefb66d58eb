"""Which columns of a table are x and y, by title or position, as a person says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel_formats._adapter import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence


def column_name(names: Sequence[str], wanted: str | int | None) -> str | None:
    """Return the title of a column; None for none, or where there is only one.

    Raises
    ------
    ValueError
        If there is no such column; it lists those that are there.

    Examples
    --------
    >>> column_name(["wavelength", "flux"], 0), column_name(["flux"], 0)
    ('wavelength', None)
    """
    if wanted is None or (wanted == 0 and len(names) == 1):
        return None
    if isinstance(wanted, int) and -len(names) <= wanted < len(names):
        return names[wanted]
    if wanted in names:
        return str(wanted)
    raise RefusedError(f"there is no column {wanted!r}; there are {', '.join(names)}")


def column_names(names: Sequence[str], wanted: str | int | Sequence[str | int] | None) -> list[str]:
    """Return the titles of the columns that are wanted; None: all."""
    if wanted is None:
        return [*names]
    several = [wanted] if isinstance(wanted, str | int) else wanted
    found = [column_name(names, one) for one in several]
    return [names[0] if name is None else name for name in found]
