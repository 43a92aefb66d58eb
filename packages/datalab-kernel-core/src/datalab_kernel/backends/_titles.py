"""Names for titles that people gave: valid, and each of them once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel import _names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def names_of(titles: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return a name for each title: itself where that is valid and free, else the nearest.

    Examples
    --------
    >>> names_of(["a", "b", "a", ""])
    ['a', 'b', 'a (2)', 'untitled']
    """
    names: list[str] = []
    used = {*taken}
    for title in titles:
        name = _names.make_unique(_names.make_valid(title), used)
        used.add(name)
        names.append(name)
    return names
