"""What others change is told, and what we change isn't told twice, however slow the machine is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel import Workspace
from datalab_kernel.backends import Backend, ObjectInfo
from datalab_kernel.workspace._changes import Change, ChangeFeed
from datalab_kernel.workspace._watching import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_S = 60.0


def info(name: str) -> Any:
    return ObjectInfo(
        name=name, kind="signal", shape=(2, 3), dtype="float64", units=("", ""), size_bytes=48,
        group="", is_from_notebook=True,
    )  # fmt: skip


@pytest.fixture
def seen() -> list[Change]:
    return []


@pytest.fixture
def objects() -> dict[str, ObjectInfo]:
    return {}


def test_a_change_that_is_made_while_it_looks_is_told_once(
    seen: list[Change], objects: dict[str, ObjectInfo]
) -> None:
    feed, turn, begun = ChangeFeed(), threading.RLock(), threading.Event()

    def pulse() -> int:
        begun.set()
        return len(objects)

    watcher = Watcher(feed, pulse, lambda: objects, turn)
    watcher._last, watcher._known = 0, {}
    feed.subscribe(seen.append)
    looking = threading.Thread(target=watcher._look)
    with turn:
        objects["a"] = info("a")
        looking.start()
        assert not begun.wait(0.2)  # it waits for its turn
        watcher.note_ours(Change(kind="added", names=("a",)))
    looking.join(LONG_S)
    objects["b"] = info("b")
    watcher._look()
    assert seen == [Change(kind="added", names=("b",))]


class Shared(Backend):
    """What others change too."""

    where = "a place of everybody's"

    def __init__(self, objects: dict[str, ObjectInfo], put: Callable[[], None]) -> None:
        self.objects = objects
        self._put = put

    def close(self) -> None:
        """Let go of nothing."""

    def describe(self) -> dict[str, ObjectInfo]:
        return self.objects

    def get(self, name: str) -> Any:
        raise NotImplementedError(name)

    def put(self, items: Any) -> None:
        self.objects |= {item.name: info(item.name) for item in items}
        self._put()

    def remove(self, names: Any) -> None:
        raise NotImplementedError(names)

    def rename(self, old: str, new: str) -> None:
        raise NotImplementedError(old, new)


def test_a_change_of_ours_is_noted_before_anybody_else_has_a_turn(
    seen: list[Change], objects: dict[str, ObjectInfo]
) -> None:
    noted: list[Change] = []
    workspace = Workspace(Shared(objects, noted.clear))
    workspace.on_change(lambda change: seen.append((change, [*noted])))  # type: ignore[arg-type]
    workspace._shelf.feed.on_ours = noted.append
    with workspace._shelf.changing():
        workspace["a"] = ([0.0, 1.0], [0.0, 1.0])
        assert [change.names for change in noted if change.names] == [("a",)]
        assert not seen
    ((change, known),) = seen  # type: ignore[misc]
    assert change in known
