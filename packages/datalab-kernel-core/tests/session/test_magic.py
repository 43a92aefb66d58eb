"""``%datalab`` without a notebook, on a workspace that can be connected."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from datalab_kernel.errors import DataLabKernelError
from datalab_kernel.session._magic import COMMANDS, CommandError, UnknownCommandError, datalab_magic

TOKEN = "s3cret"


class Workspace:
    """What the magic uses of a workspace; keeps what it was asked."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.mode = "live"
        self.asked: list[Any] = []
        self._failure = failure

    def status(self) -> str:
        return "the status"

    def connect(self, *words: str) -> None:
        self.asked.append(words)
        if self._failure is not None:
            raise self._failure

    def detach(self, *, force: bool) -> None:
        self.asked.append(force)


def magic(workspace: Any) -> Any:
    return datalab_magic(SimpleNamespace(workspace=lambda: workspace))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("connect", ()),
        ("connect  http://here", ("http://here",)),
        (f"connect http://here {TOKEN}", ("http://here", TOKEN)),
        ("detach", False),
        ("detach --force", True),
    ],
)
def test_words_reach_the_workspace_and_the_status_comes_back(line: str, asked: Any) -> None:
    workspace = Workspace()
    assert magic(workspace)(line) == "the status"
    assert workspace.asked == [asked]


@pytest.mark.parametrize(("line", "asked"), [("functions", ()), ("functions *fit*", ("*fit*",))])
def test_functions_are_what_the_workspace_lists(line: str, asked: Any) -> None:
    workspace = SimpleNamespace(functions=lambda *pattern: ("listed", pattern))
    assert magic(workspace)(line) == ("listed", asked)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("autosave a.h5", ("a.h5",)),
        ("autosave a.h5 30", ("a.h5", 30.0)),
        ("autosave 'my file.h5' 0.5", ("my file.h5", 0.5)),
        (r"autosave C:\data\a.h5", (r"C:\data\a.h5",)),
        ("autosave off", (None,)),
    ],
)
def test_autosave_takes_a_path_and_seconds(line: str, asked: Any) -> None:
    workspace = SimpleNamespace(autosave=lambda *words: words)
    assert magic(workspace)(line) == asked


def test_autosave_alone_says_how_it_is_going() -> None:
    assert magic(Workspace())("autosave") == "the status"


@pytest.mark.parametrize("line", ["autosave my file.h5", "autosave a.h5 soon"])
def test_autosave_of_something_else_is_refused(line: str) -> None:
    with pytest.raises(CommandError, match="between quotation marks"):
        magic(Workspace())(line)


def test_a_quotation_mark_alone_is_refused_without_its_word() -> None:
    with pytest.raises(CommandError, match="isn't closed") as failed:
        magic(Workspace())(f"connect http://here '{TOKEN}")
    assert TOKEN not in str(failed.value)


def test_a_workspace_that_computes_nothing_says_so() -> None:
    with pytest.raises(CommandError, match="needs a workspace that computes"):
        magic(Workspace())("functions")


@pytest.mark.parametrize(
    "failure",
    [
        DataLabKernelError(f"No DataLab takes {TOKEN} at http://here."),
        ConnectionRefusedError(f"refused {TOKEN}"),
    ],
)
def test_a_failure_is_said_without_the_token(failure: Exception) -> None:
    with pytest.raises(CommandError) as failed:
        magic(Workspace(failure))(f"connect http://here {TOKEN}")
    assert "(the token)" in str(failed.value)
    assert TOKEN not in str(failed.value)
    shown = f"{type(failure).__name__}: {failed.value}"
    assert failed.value._render_traceback_() == [shown]
    assert failed.value.__suppress_context__


@pytest.mark.parametrize(("wrong", "meant"), [("stat", "status"), ("Mode", "mode"), ("xyz", None)])
def test_an_unknown_command_names_the_nearest(wrong: str, meant: str | None) -> None:
    with pytest.raises(UnknownCommandError, match=f"%datalab {wrong} is not known") as failed:
        magic(Workspace())(wrong)
    assert failed.value.suggestions == ([meant] if meant else [])
    assert f"It knows: {', '.join(COMMANDS)}." in str(failed.value)


@pytest.mark.parametrize("line", ["status now", "detach now", "detach --force now", "mode x"])
def test_a_word_too_many_or_unknown_is_refused(line: str) -> None:
    workspace = Workspace()
    with pytest.raises(CommandError, match="It takes: "):
        magic(workspace)(line)
    assert workspace.asked == []


def test_the_docstring_names_every_command() -> None:
    assert all(f"%datalab {name}" in magic(Workspace()).__doc__ for name in COMMANDS)
