"""Errors of ours as people see them: their own line and the message."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.kernel.driver import Kernel, Shown


FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"


@pytest.fixture(params=["datalab", *(["python3"] if FULL else [])])
def either(request: pytest.FixtureRequest, running: Callable[[str], Kernel]) -> Kernel:
    """Give our kernel, and ipykernel with the extension in a whole run."""
    kernel = running(request.param)
    if request.param == "python3":
        kernel.value("%load_ext datalab_kernel")
    kernel.value("workspace.clear(); workspace['a'] = np.arange(10.0)")
    return kernel


def trace(shown: Shown) -> str:
    assert shown.error is not None
    return re.sub(r"\x1b\[[\d;]*m", "", shown.error[2])


def frames(text: str) -> list[str]:
    """Return the places that a traceback shows."""
    return re.findall(r"^(?:Cell In\[\d+\]|File .*?):?(?=[, :])", text, re.MULTILINE)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("workspace['b']", "ObjectNotFoundError: 'b' not found in the workspace."),
        ("workspace.calc('fft', on='b')", "ObjectNotFoundError: 'b' not found"),
        ("workspace.calc('moving_average', on='a', n='x')", "n must be a whole number, not 'x'"),
        ("workspace.calc('fftt', on='a')", "UnknownFunctionError: There is no function 'fftt'"),
        ("workspace.load('nothing.h5')", "MissingFileError: Can't load 'nothing.h5'"),
        ("plotter.plot('b')", "ObjectNotFoundError: 'b' not found in the workspace."),
    ],
)
def test_an_error_of_ours_is_the_persons_line_and_the_message(
    either: Kernel, code: str, message: str
) -> None:
    _rule, _head, cell, line, *rest = lines(trace(either.run(code)))
    assert cell.startswith("Cell In[")
    assert line == f"----> 1 {code}"
    assert message in rest[0]
    assert not [line for line in rest if line.startswith("File ")]


def test_an_error_at_the_end_of_a_with_is_as_short(either: Kernel) -> None:
    text = trace(either.run("with workspace.edit('a') as s:\n    s.metadata = {1: 2}"))
    assert len(frames(text)) == 1
    assert "MetadataError: metadata" in text


def test_an_error_inside_sigima_says_how_to_see_all(either: Kernel) -> None:
    text = trace(either.run("sigima.proc.signal.moving_average(3, 4)"))
    assert len(frames(text)) == 1
    assert re.search(r"\[\.\.\. \d+ frames inside .*sigima: %tb shows all\]", text)
    assert lines(text)[-1] == "AttributeError: 'int' object has no attribute 'copy'"


def test_tb_shows_all_of_the_last_error(either: Kernel) -> None:
    assert len(frames(trace(either.run("workspace['b']")))) == 1
    whole = trace(either.run("%tb"))
    assert "_mapping.py" in whole
    assert len(frames(whole)) > 2
    assert len(frames(trace(either.run("workspace['b']")))) == 1


def test_the_verbose_mode_shows_all_and_the_plain_one_folds(either: Kernel) -> None:
    try:
        assert "_mapping.py" in trace(either.run("%xmode Verbose\nworkspace['b']"))
        plain = trace(either.run("%xmode Plain\nworkspace['b']"))
        assert "_mapping.py" not in plain
        assert "workspace['b']" in plain
        assert trace(either.run("%xmode Minimal\nworkspace['b']")).startswith("ObjectNotFoundError")
    finally:
        either.run("%xmode Context")


def test_an_error_that_the_person_made_of_ours_shows_both(either: Kernel) -> None:
    code = "try:\n    workspace['b']\nexcept KeyError as e:\n    raise ValueError('mine') from e"
    text = trace(either.run(code))
    assert len(frames(text)) == 2
    assert "ObjectNotFoundError: 'b' not found" in text
    assert "direct cause" in text
    assert "_mapping.py" not in text


def test_what_our_code_met_on_its_way_is_left_to_tb(either: Kernel) -> None:
    either.value("workspace['flat'] = np.ones((9, 9))")
    text = trace(either.run("workspace.calc('blob_dog', on='flat')"))
    assert len(frames(text)) == 1
    assert "ComputationError: blob_dog failed on 'flat': ValueError" in text
    assert "direct cause" in trace(either.run("%tb"))


def test_the_persons_functions_that_ours_call_are_shown(either: Kernel) -> None:
    either.value("class Odd:\n    def __fspath__(self):\n        return 1 / 0")
    text = trace(either.run("workspace.load(Odd())"))
    assert len(frames(text)) == 2
    assert "return 1 / 0" in text
    assert "_paths.py" not in text


def test_other_packages_tracebacks_are_as_ever(either: Kernel) -> None:
    text = trace(either.run("import json; json.loads('{')"))
    assert "decoder.py" in text
    assert "%tb" not in text
    assert "SyntaxError: " in trace(either.run("workspace['b'] = 1 +"))


def test_debuggers_and_programs_see_every_frame(either: Kernel) -> None:
    either.run("workspace['b']")
    either.value("import sys, traceback")
    seen = "[one.name for one in traceback.extract_tb(sys.last_value.__traceback__)][-1]"
    assert either.value(seen) == "'get'"
    asked = either.run("try:\n    workspace['b']\nexcept KeyError:\n    traceback.print_exc()")
    assert "_mapping.py" in asked.text


def test_a_stop_in_calc_is_as_short_and_changes_nothing(either: Kernel) -> None:
    either.value("for n in range(300): workspace[f'i{n}'] = np.ones((400, 400))")
    either.value("before = workspace.list()")
    begun = "print('begun', flush=True); workspace.calc('gaussian_filter', on='i*', sigma=20)"

    def stop_soon() -> None:
        time.sleep(0.5)
        either.interrupt()

    shown = either.run(begun, meanwhile=stop_soon)
    text = trace(shown)
    assert len(frames(text)) == 1, text
    assert lines(text)[-1].startswith("KeyboardInterrupt")
    assert either.value("workspace.list() == before") == "True"


def test_unloading_brings_back_whole_tracebacks(running: Callable[[str], Kernel]) -> None:
    kernel = running("python3")
    kernel.value("%load_ext datalab_kernel")
    kernel.value("mine = workspace")
    kernel.value("%unload_ext datalab_kernel")
    assert "_mapping.py" in trace(kernel.run("mine['b']"))
