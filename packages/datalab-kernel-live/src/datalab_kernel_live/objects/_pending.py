"""Objects of which it isn't known yet how large they are: DataLab is asked when somebody looks.

DataLab copies an object to describe it, so that describing 400 images of 33 MB takes it seconds;
their names and groups cost nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import Kind, ObjectInfo
from datalab_kernel_live.doors.web._door import is_routable
from datalab_kernel_live.objects._descriptions import described

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel_live.doors.web._door import WebDoor
    from datalab_kernel_live.objects._descriptions import Descriptions

SINGLES = 8
"""So many are asked for one by one; then the list of all is, unless they are large."""
LARGE_BYTES = 1_000_000
"""DataLab takes longer to copy such an object than to answer a request."""

Ordered = tuple[Kind, str | None, str]
_LATER = ("shape", "dtype", "units", "size_bytes")


class Pending(ObjectInfo):
    """What is known of an object; the rest is asked for once."""

    __slots__ = ("_ask",)

    def __init__(
        self,
        *,
        name: str,
        kind: Kind,
        group: str,
        is_from_notebook: bool,
        ask: Callable[[], ObjectInfo],
    ) -> None:
        known = {"name": name, "kind": kind, "group": group, "is_from_notebook": is_from_notebook}
        for attribute, value in {**known, "_ask": ask}.items():
            object.__setattr__(self, attribute, value)  # it is frozen otherwise

    def __getattr__(self, attribute: str) -> Any:
        """Ask for what isn't there yet."""
        if attribute not in _LATER:
            raise AttributeError(attribute)
        found = self._ask()
        for one in _LATER:
            object.__setattr__(self, one, getattr(found, one))
        return getattr(found, attribute)

    def __eq__(self, other: object) -> bool:
        """Compare with any description, and ask for what that needs."""
        if self is other:
            return True
        if not isinstance(other, ObjectInfo):
            return NotImplemented
        return _values(self) == _values(other)

    __hash__ = ObjectInfo.__hash__

    def __reduce__(self) -> Any:
        """Give what it stands for: the way to DataLab stays here."""
        return _made, tuple(getattr(self, one) for one in ObjectInfo.__slots__)


def _made(*values: Any) -> ObjectInfo:
    """Return a description that asks nobody: as what a `Pending` is pickled."""
    return ObjectInfo(**dict(zip(ObjectInfo.__slots__, values, strict=True)))


def _values(info: ObjectInfo) -> tuple[Any, ...]:
    return tuple(getattr(info, one) for one in ObjectInfo.__slots__)


class Describer:
    """Asks DataLab what objects are, as few times as may be.

    Parameters
    ----------
    web
        Whom to ask.
    ordered
        All objects, in the window's order: kind, identity, title.
    descriptions
        Where what was said is remembered.
    """

    def __init__(
        self, web: WebDoor, ordered: Sequence[Ordered], descriptions: Descriptions
    ) -> None:
        self._web = web
        self._ordered = ordered
        self._descriptions = descriptions
        self._number = Counter(title for _, _, title in ordered)
        self._asked = 0
        self._bytes = 0
        self._all: list[ObjectInfo] | None = None

    def ask(self, one: Ordered) -> ObjectInfo:
        """Return what DataLab says about an object; nothing has no size, if it is gone."""
        _, uuid, title = one
        known = self._descriptions.remembered(uuid or title)
        if known is not None:
            return known
        is_single = is_routable(title) and self._number[title] == 1
        if is_single and (self._asked < SINGLES or self._bytes > self._asked * LARGE_BYTES):
            info = self._web.info(title)
            found = _gone(one) if info is None else _listed(info, title)
            self._asked += 1
            self._bytes += found.size_bytes
        else:
            if self._all is None:
                self._all = joined(self._web.list(), self._ordered)
            found = self._all[self._ordered.index(one)]
        self._descriptions.remember(uuid or title, found)
        return found


def joined(infos: Sequence[dict[str, Any]], ordered: Sequence[Ordered]) -> list[ObjectInfo]:
    """Tell which description is whose; objects of one title are told apart by their order."""
    waiting: dict[tuple[str, str], deque[dict[str, Any]]] = defaultdict(deque)
    for info in infos:
        waiting[info["type"], info["name"]].append(info)
    found = []
    for one in ordered:
        kind, _, title = one
        queue = waiting[kind, title]
        found.append(_listed(queue.popleft(), title) if queue else _gone(one))
    return found


def _listed(info: dict[str, Any], title: str) -> ObjectInfo:
    return described(info, title, group="", is_from_notebook=False)


def _gone(one: Ordered) -> ObjectInfo:
    """Describe an object that isn't there any more: it has no size."""
    kind, _, title = one
    return ObjectInfo(
        name=title,
        kind=kind,
        group="",
        shape=(),
        dtype="",
        units=(),
        size_bytes=0,
        is_from_notebook=False,
    )
