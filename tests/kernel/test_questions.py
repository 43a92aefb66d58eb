"""``input()`` and ``getpass()`` in cells that wait behind each other, as Run All sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

SLOW = "import asyncio; await asyncio.sleep(0.5)"
ASKS = ["input('name? ')", "__import__('getpass').getpass('name? ')"]


def answer(watch: Watch, text: str) -> None:
    """Answer the next question."""
    asked = len(watch.asked)
    watch.until(lambda: len(watch.asked) > asked, within_s=watch.soon_s)
    watch.kernel.client.input(text)


@fails_on_bare_xpython("the second cell finds Python's own input(), which reads no front end")
def test_a_cell_that_was_queued_behind_another_can_ask(watch: Watch) -> None:
    slow, asking = watch.start(SLOW), watch.start("input('name? ')", allow_stdin=True)
    answer(watch, "Ada")
    cell = watch.finish(slow, asking)[1]
    assert cell.of("execute_result")[0]["data"]["text/plain"] == "'Ada'"


@only_ours("bare xpython gives the cell that runs the functions of the request that arrives")
@pytest.mark.parametrize("ask", ASKS)
def test_a_request_that_may_not_ask_leaves_the_cell_that_runs_alone(watch: Watch, ask: str) -> None:
    asking = watch.start(f"{SLOW}\n{ask}", allow_stdin=True)
    mute = watch.start("input()", allow_stdin=False)
    answer(watch, "Ada")
    asked, refused = watch.finish(asking, mute)
    assert asked.of("execute_result")[0]["data"]["text/plain"] == "'Ada'"
    assert "does not support input requests" in refused.of("error")[0]["evalue"]


@only_ours("bare xpython runs the cells behind an error, and then fails the next assertion too")
@pytest.mark.parametrize("between", ["1/0", "await asyncio.sleep(0.1)"])
def test_input_stays_one_function_whatever_ran(watch: Watch, between: str) -> None:
    look = "print(id(input.__self__), id(__import__('getpass').getpass.__self__))"
    first = watch.run(look).text()
    watch.finish(*(watch.start(between, silent=bool(n % 2)) for n in range(4)))
    assert watch.run(look, allow_stdin=False).text() == first
    assert watch.run(look, silent=True).text() == first


@only_ours("xpython's own input() takes nothing but text, and its getpass() no stream")
@pytest.mark.parametrize(
    ("ask", "prompt"),
    [
        ("input(42)", "42"),
        ("__import__('getpass').getpass()", "Password: "),
        ("__import__('getpass').getpass('pw ', stream=None)", "pw "),
    ],
)
def test_questions_take_what_pythons_own_take(watch: Watch, ask: str, prompt: str) -> None:
    asking = watch.start(ask, allow_stdin=True)
    answer(watch, "x")
    watch.finish(asking)
    assert watch.asked[-1]["content"]["prompt"] == prompt
