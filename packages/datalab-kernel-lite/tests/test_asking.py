"""What the kernel asks its page, and what becomes of the question; pages themselves: tests/lite."""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from datalab_kernel_lite import _address
from datalab_kernel_lite._address import ask_page


class Channel:
    """The kernel's end of a browser's BroadcastChannel."""

    opened: ClassVar[list["Channel"]] = []

    def __init__(self, name: str) -> None:
        self.name = name
        self.onmessage: Callable[[Any], object] = lambda _: None
        self.is_closed = False
        self.opened.append(self)

    @classmethod
    def new(cls, name: str) -> "Channel":
        return cls(name)

    def close(self) -> None:
        self.is_closed = True


class Place:
    """Where something is shown, and what is there in the end."""

    def __init__(self) -> None:
        self.shown: Any = None

    def update(self, shown: Any, *, raw: bool) -> None:
        assert raw
        self.shown = shown


class Listener:
    """A Python function as JavaScript has it, until it is let go of."""

    def __init__(self, function: Callable[[Any], object]) -> None:
        self.function = function
        self.is_destroyed = False

    def __call__(self, event: Any) -> None:
        self.function(event)

    def destroy(self) -> None:
        self.is_destroyed = True


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch, place: Place) -> Callable[[str | None], None]:
    """Give the kernel a page, which answers with a text, or not."""

    def give(answer: str | None) -> None:
        def display(script: str, *, display_id: bool) -> Place:
            assert display_id
            (channel,) = Channel.opened
            asked = re.search(r'\("([0-9a-f]{32})"\);$', script)
            assert asked is not None
            assert asked[1] == channel.name
            if answer is not None:
                channel.onmessage(SimpleNamespace(data=answer))
            place.shown = script
            return place

        modules = {
            "js": {"BroadcastChannel": Channel},
            "pyodide.ffi": {"create_proxy": Listener},
            "IPython.display": {"Javascript": str, "display": display},
        }
        for name, members in modules.items():
            module = ModuleType(name)
            vars(module).update(members)
            monkeypatch.setitem(sys.modules, name, module)
            if "." in name:
                monkeypatch.setitem(sys.modules, name.partition(".")[0], ModuleType(name))

    monkeypatch.setattr(Channel, "opened", [])
    return give


async def ended() -> dict[str, str]:
    found = await ask_page()
    await asyncio.sleep(0)  # what is to be done soon is done
    return found


def check_nothing_stays(place: Place) -> None:
    (channel,) = Channel.opened
    assert channel.is_closed
    assert channel.onmessage.is_destroyed  # type: ignore[attr-defined]
    assert place.shown == {"text/plain": ""}  # nothing to run again in a notebook that is opened


def test_a_page_answers_and_nothing_of_the_question_stays(
    page: Callable[[str | None], None], place: Place
) -> None:
    said = {"datalab_url": "http://127.0.0.1:18080", "datalab_token": "secret"}
    page(json.dumps(said))
    assert asyncio.run(ended()) == said
    check_nothing_stays(place)


def test_a_notebook_that_nobody_shows_is_asked_for_a_while_only(
    page: Callable[[str | None], None], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_address, "ANSWER_S", 0.05)
    page(None)
    assert asyncio.run(ended()) == {}
    check_nothing_stays(place)
