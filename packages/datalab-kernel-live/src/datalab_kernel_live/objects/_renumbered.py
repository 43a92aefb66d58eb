"""Titles that look like DataLab's numbers of objects, which it rewrites when it renumbers them.

When an object is removed, DataLab takes every ``s001``, ``i012`` or ``gs003`` in a title,
of an object or a group, for the number of another object. What notebooks named so gets
its title back at once; what the person's computations named follows DataLab's numbers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from datalab_kernel.objects import is_of_notebook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from datalab_kernel.backends import Kind
    from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
    from datalab_kernel_live.objects._memory import Groups, Place

_NUMBER = re.compile(r"[si]\d{3}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def is_numbered(title: str) -> bool:
    """Say whether DataLab may take something in a title for an object's number or identifier.

    Examples
    --------
    >>> is_numbered("fft(s001)"), is_numbered("classi123"), is_numbered("run 12")
    (True, True, False)
    """
    return _NUMBER.search(title) is not None


def retitled(remote: RemoteDoor, kind: Kind, places: Iterable[Place]) -> list[Place]:
    """Return the objects of notebooks whose titles aren't any more what they were.

    No request where no title is at risk, else two.

    Parameters
    ----------
    places
        Where the panel's objects are, as known before one was removed; others do no harm.
    """
    at_risk = {
        place.uuid: place
        for place in places
        if place.kind == kind and is_of_notebook(place.uuid) and is_numbered(place.title)
    }
    if not at_risk:
        return []
    titles = dict(zip(remote.uuids(kind), remote.titles(kind), strict=False))
    return [
        place
        for uuid, place in at_risk.items()
        if titles.get(uuid or "", place.title) != place.title
    ]


def mend_groups(remote: RemoteDoor, kind: Kind, known: Groups | None) -> None:
    """Give the groups of a panel their titles back; no request where none is at risk."""
    if known is None or not any(map(is_numbered, known.titles)):
        return
    remote.set_panel(kind)
    now = [title for title, _ in remote.groups_of_current_panel()]
    for number, (title, found) in enumerate(zip(known.titles, now, strict=False), start=1):
        if found != title:
            remote.select_group(number, kind)
            remote.rename_selected(kind, title)
