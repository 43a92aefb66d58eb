"""What a shell's formatter is given to show, and that errors are as before afterwards."""

from __future__ import annotations

import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from datalab_kernel.errors import ComputationError
from datalab_kernel.session._tracebacks import ShortTracebacks


class Formatter:
    """Shows as Python does; keeps how the error's links were meanwhile."""

    mode = "Context"

    def structured_traceback(self, etype: Any, error: Any, tb: Any, *_more: Any) -> list[str]:
        self.links = links_of(error)
        return traceback.format_exception(etype, error, tb, chain=False)


def links_of(error: BaseException) -> tuple[Any, ...]:
    return error.__cause__, error.__context__, error.__suppress_context__, error.__traceback__


def space_of(code: str, name: str, **names: Any) -> dict[str, Any]:
    space = {"__name__": name, **names}
    exec(compile(code, f"<{name}>", "exec"), space)
    return space


@pytest.fixture
def formatter() -> Formatter:
    return Formatter()


def shown(formatter: Any, cell: dict[str, Any]) -> str:
    """Run a cell's function ``f`` and show its error as a shell does."""
    folding = ShortTracebacks(SimpleNamespace(InteractiveTB=formatter, user_ns=cell))  # type: ignore[arg-type]
    folding.begin()
    try:
        cell["f"]()
    except Exception as error:  # noqa: BLE001 - as a shell
        chain = [error, *filter(None, [error.__context__])]
        before = [links_of(one) for one in chain]
        lines = formatter.structured_traceback(type(error), error, error.__traceback__)
        after = [links_of(one) for one in chain]
    finally:
        folding.end()
    assert after == before
    return "".join(lines)


INSIDE = """
def g():
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise kind("no") from error
"""


@pytest.mark.parametrize(("kind", "hints"), [(ComputationError, 0), (ValueError, 1)])
def test_what_ours_met_is_not_shown_and_how_to_see_it_is_said_of_others_errors(
    formatter: Formatter, kind: type, hints: int
) -> None:
    inside = space_of(INSIDE, "sigima.tools", kind=kind)
    text = shown(formatter, space_of("def f(): g()", "__main__", g=inside["g"]))
    assert formatter.links[:3] == (None, None, True)
    assert "<sigima.tools>" not in text
    assert text.count("[... 1 frame inside sigima: %tb shows all]") == hints
    assert text.splitlines()[-1].endswith("no")


def test_an_error_that_the_person_was_handling_is_shown_without_our_frames(
    formatter: Formatter,
) -> None:
    inside = space_of(INSIDE, "sigima.tools", kind=ComputationError)
    code = "def f():\n    try:\n        g()\n    except Exception as e:\n        raise KeyError(1) from e"
    shown(formatter, space_of(code, "__main__", g=inside["g"]))
    cause = formatter.links[0]
    assert isinstance(cause, ComputationError)
    assert cause.__cause__ is not None  # as it was, by now


def test_verbose_shows_all(formatter: Formatter) -> None:
    formatter.mode = "Verbose"
    inside = space_of(INSIDE, "sigima.tools", kind=ValueError)
    text = shown(formatter, space_of("def f(): g()", "__main__", g=inside["g"]))
    assert "<sigima.tools>" in text
    assert isinstance(formatter.links[0], ZeroDivisionError)


def test_frames_that_cant_be_read_are_shown_whole(
    formatter: Formatter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datalab_kernel.session._frames.Frames.split", None)
    inside = space_of(INSIDE, "sigima.tools", kind=ValueError)
    text = shown(formatter, space_of("def f(): g()", "__main__", g=inside["g"]))
    assert "<sigima.tools>" in text


def test_a_shell_of_another_kind_is_left_alone() -> None:
    folding = ShortTracebacks(SimpleNamespace(user_ns={}))  # type: ignore[arg-type]
    folding.begin()
    folding.end()


def test_at_the_end_the_formatter_is_as_it_was(formatter: Formatter) -> None:
    shown(formatter, space_of("def f(): 1 / 0", "__main__"))
    assert "structured_traceback" not in vars(formatter)
