"""``%datalab`` as a person types it in the real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.kernel.driver import Kernel

TOKEN = "s3cret-t0ken"
NOWHERE = "http://127.0.0.1:9"


def test_help_names_every_command(kernel: Kernel) -> None:
    shown = kernel.run("%datalab help").text
    for command in ("status", "mode", "connect [url] [token]", "detach [--force]", "help"):
        assert f"%datalab {command}" in shown
    assert kernel.run("%datalab").text == shown


def test_the_magics_own_docstring_is_its_help(kernel: Kernel) -> None:
    assert "move to a running DataLab" in kernel.inspect("%datalab")


def test_mode_and_status_answer_as_the_workspace_does(kernel: Kernel) -> None:
    assert kernel.value("%datalab mode") == "'standalone'"
    assert kernel.value("%datalab status") == kernel.value("workspace.status()")


def test_an_unknown_command_is_one_line_with_the_nearest(kernel: Kernel) -> None:
    shown = kernel.run("%datalab conect")
    assert shown.status == "error"
    assert shown.error is not None
    assert shown.error[0] == "UnknownCommandError"
    assert "Did you mean %datalab connect?" in shown.error[1]
    assert "status, mode, connect, detach, functions, autosave, help" in shown.error[1]
    assert shown.error[2] == f"UnknownCommandError: {shown.error[1]}"


@pytest.mark.parametrize("line", ["detach", "detach --force"])
def test_detaching_from_nothing_says_so_without_a_traceback(kernel: Kernel, line: str) -> None:
    shown = kernel.run(f"%datalab {line}")
    assert shown.error is not None
    assert "there is no DataLab to detach from" in shown.error[1]
    assert "Traceback" not in shown.error[2]


def test_connecting_in_vain_says_why_and_keeps_the_token_to_itself(kernel: Kernel) -> None:
    shown = kernel.run(f"%datalab connect {NOWHERE} {TOKEN}")
    assert shown.status == "error"
    assert shown.error is not None
    assert shown.error[2].endswith(f"Error: {shown.error[1]}")
    assert "Traceback" not in shown.error[2]
    assert TOKEN not in "".join([*shown.error, shown.text])
    again = kernel.run("%tb")
    assert TOKEN not in f"{again.text}{again.error}"
    assert kernel.value("%datalab mode") == "'standalone'"


def test_too_many_words_are_refused_with_the_usage(kernel: Kernel) -> None:
    shown = kernel.run(f"%datalab connect {NOWHERE} {TOKEN} more")
    assert shown.error is not None
    assert "It takes: %datalab connect [url] [token]" in shown.error[1]
    assert TOKEN not in "".join(shown.error)


def test_an_error_stops_the_cell_that_asked(kernel: Kernel) -> None:
    kernel.value("reached = False")
    assert kernel.run("%datalab conect\nreached = True").status == "error"
    assert kernel.value("reached") == "False"
