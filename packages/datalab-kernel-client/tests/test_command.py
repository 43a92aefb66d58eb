"""The command `datalab-kernel` without a server or a kernel: help, wrong usage, what is printed."""

import json
import subprocess
import sys
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from datalab_kernel_client.command._main import main
from datalab_kernel_client.command._report import JsonLines, Lines, duration
from datalab_kernel_client.runs._errors import NotebookError
from datalab_kernel_client.runs._events import (
    CellEnded,
    CellFailure,
    CellStarted,
    RunEnded,
    RunStarted,
    RunWarning,
)
from datalab_kernel_client.runs._html import check_html
from datalab_kernel_client.runs._record import CellStatus, RunState

NB = "a.ipynb"
EVENTS = (
    RunStarted(notebook=NB, output="a.out.ipynb", kernel="python3", where="local", cells=2),
    RunWarning(notebook=NB, text="parameter 'm' isn't one"),
    CellStarted(notebook=NB, cell=1, cells=2, source="# Title\n\nx = 1"),
    CellEnded(
        notebook=NB,
        cell=1,
        cells=2,
        source="# Title\n\nx = 1",
        status=CellStatus.FAILED,
        seconds=0.25,
        failure=CellFailure(ename="E", evalue="v", traceback=("\x1b[31mE\x1b[0m: v",)),
    ),
    RunEnded(
        notebook=NB, output="a.out.ipynb", state=RunState.FAILED, seconds=75.0, ran=1, cells=2
    ),
)


def shown(**options: bool) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    lines = Lines(out, err, **options)
    for event in EVENTS:
        lines(event)
    return out.getvalue(), err.getvalue()


def test_without_words_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["nosuch"],
        ["run"],
        ["run", "a.ipynb", "--jobs", "0"],
        ["run", "a.ipynb", "--timeout", "-1"],
        ["attach"],
        ["attach", "a.ipynb", "--follow", "-c", "1"],
    ],
)
def test_wrong_usage_ends_with_2_and_says_how(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: datalab-kernel" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "missing.ipynb"], "there is no such file"),
        (["run", "good.ipynb", "-p", "n"], "NAME=VALUE"),
        (["run", "good.ipynb", "-o", "nowhere/out.ipynb"], "doesn't exist"),
        (["run", "good.ipynb", "good.ipynb"], "the same output"),
        (["run", "good.ipynb", "other.ipynb", "-o", "out.ipynb"], "isn't a folder"),
        (["run", "good.ipynb", "--resume"], "there is no such file"),
        (["run", "good.ipynb", "--server", "http://x/", "--token-file", "none"], "from none"),
        (["stop"], "name one path"),
        (["stop", "a.ipynb", "--all"], "name one path"),
    ],
)
def test_what_cant_be_done_ends_with_2_and_writes_nothing(
    words: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("good.ipynb", "other.ipynb"):
        nbformat.write(new_notebook(cells=[new_code_cell("1")]), name)
    before = sorted(tmp_path.iterdir())
    assert main(words) == 2
    assert says in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_a_person_reads_a_line_a_cell_and_the_traceback_at_the_end() -> None:
    out, err = shown()
    assert out.splitlines() == [
        "a.ipynb -> a.out.ipynb (python3, local)",
        "[1/2]       0.2 s  failed  x = 1",
    ]
    assert err.splitlines() == [
        "warning: parameter 'm' isn't one",
        *("", "cell 1:", "# Title", "", "x = 1", ""),
        *("E: v", ""),
        "a cell failed: 1 of 2 cells in 1 min 15 s; saved a.out.ipynb",
    ]


def test_quiet_prints_what_went_wrong_only() -> None:
    out, err = shown(is_quiet=True)
    assert (out, err) == ("", shown()[1])


def test_of_several_notebooks_each_line_names_its_own() -> None:
    out, _ = shown(names_notebooks=True)
    assert out.splitlines()[1].startswith("a.ipynb: [1/2]")


def test_a_program_reads_a_line_of_json_an_event() -> None:
    out = StringIO()
    report = JsonLines(out)
    for event in EVENTS:
        report(event)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    names = [line["event"] for line in lines]
    assert names == ["run_started", "warning", "cell_started", "cell_ended", "run_ended"]
    assert lines[3]["failure"]["ename"] == "E"
    assert (lines[4]["state"], lines[4]["exit_status"]) == ("failed", 1)


@pytest.mark.parametrize("state", RunState)
def test_every_state_has_a_word_for_a_person_and_a_status_for_a_program(state: RunState) -> None:
    out, err = StringIO(), StringIO()
    ended = RunEnded(notebook=NB, output="o", state=state, seconds=1, ran=1, cells=1)
    Lines(out, err)(ended)
    assert "1 of 1 cells" in out.getvalue() + err.getvalue()
    assert (state.exit_status == 0) == (state is RunState.OK)
    assert ("--resume" in err.getvalue()) == state.can_resume


def test_times_are_said_as_a_person_says_them() -> None:
    said = [duration(seconds) for seconds in (0.04, 59.94, 60, 119.9, 3599, 3600, 90061)]
    assert said == [
        *("0.0 s", "59.9 s", "1 min 00 s", "1 min 59 s", "59 min 59 s", "1 h 00 min"),
        "25 h 01 min",
    ]


@pytest.mark.skipif(find_spec("nbconvert") is not None, reason="nbconvert is here")
def test_a_page_without_nbconvert_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="pip install nbconvert"):
        check_html(tmp_path / "a.html")


def test_listing_what_runs_loads_no_notebook_format() -> None:
    code = "import sys, datalab_kernel_client.command._ps as _; print('nbformat' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
