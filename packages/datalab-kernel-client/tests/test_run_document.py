"""A run's files: the notebook, saved whole or not at all, and the log beside it."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from datalab_kernel_client.runs import _document
from datalab_kernel_client.runs._document import (
    as_draft,
    prepare,
    read_notebook,
    replace_file,
    save_notebook,
)
from datalab_kernel_client.runs._errors import CannotResumeError, NotebookError, RunLockedError
from datalab_kernel_client.runs._log import RunLog, log_path
from datalab_kernel_client.runs._markers import mark_failure, remove_markers
from datalab_kernel_client.runs._record import RunRecord, RunState

OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {},
    "worksheets": [
        {
            "cells": [
                {
                    "cell_type": "code",
                    "language": "python",
                    "input": "1 + 1",
                    "outputs": [],
                    "metadata": {},
                }
            ]
        }
    ],
}


def save_draft(notebook: nbformat.NotebookNode, path: Path) -> None:
    replace_file(as_draft(notebook), path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"nbformat": 4}', "\xff"])
def test_what_isnt_a_notebook_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(NotebookError, match=r"a\.ipynb was to be run") as failure:
        read_notebook(path)
    assert failure.value.path == str(path)


def test_a_missing_notebook_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="there is no such file"):
        read_notebook(tmp_path / "a.ipynb")


def test_an_old_notebook_gets_cells_with_ids(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(OLD))
    (cell,) = read_notebook(path).cells
    assert (cell.source, bool(cell.id)) == ("1 + 1", True)


def test_what_an_earlier_run_left_is_removed() -> None:
    cell = new_code_cell("1", execution_count=3, outputs=[new_output("stream", text="x")])
    cell.metadata = {"datalab_kernel": {"status": "ok"}, "tags": ["kept"]}
    notebook = new_notebook(cells=[cell], metadata={"datalab_kernel": {"run": {}}})
    prepare(notebook)
    assert (cell.outputs, cell.execution_count, cell.metadata) == ([], None, {"tags": ["kept"]})
    assert notebook.metadata == {}


@pytest.mark.parametrize("save", [save_notebook, save_draft])
def test_a_saved_notebook_is_valid_and_has_the_permissions_of_a_new_file(
    tmp_path: Path, save: Callable[..., None]
) -> None:
    path, other = tmp_path / "a.ipynb", tmp_path / "other"
    outputs = [
        new_output("stream", text="é\n\nx"),
        new_output("display_data", {"application/json": {"a": [1, {}]}}),
    ]
    notebook = new_notebook(cells=[new_code_cell("1\n2", outputs=outputs)])
    save(notebook, path)
    other.touch()
    saved = nbformat.read(path, 4)
    nbformat.validate(saved)
    assert saved == notebook
    assert path.stat().st_mode == other.stat().st_mode
    assert sorted(tmp_path.iterdir()) == [path, other]


@pytest.mark.parametrize("save", [save_notebook, save_draft])
def test_saving_that_fails_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[..., None]
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text("earlier")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_document.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(new_notebook(), path)
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_is_marked_and_the_marks_are_removed() -> None:
    cells = [new_markdown_cell("# A"), new_code_cell("1/0")]
    notebook = new_notebook(cells=list(cells))
    mark_failure(notebook, 1, what="raised <an exception>")
    assert [cell.cell_type for cell in notebook.cells] == ["markdown"] * 3 + ["code"]
    assert "&lt;an exception&gt;" in notebook.cells[0].source
    remove_markers(notebook)
    assert notebook.cells == cells


def test_the_log_gives_back_what_was_written(tmp_path: Path) -> None:
    output = tmp_path / "a.out.ipynb"
    with RunLog(output) as log:
        log.write({"what": "sent", "cell": "é\n"})
    with RunLog(output) as log:
        log.write({"what": "end"})
        assert list(log.entries()) == [{"what": "sent", "cell": "é\n"}, {"what": "end"}]


def test_a_line_that_was_cut_off_is_forgotten(tmp_path: Path) -> None:
    output = tmp_path / "a.out.ipynb"
    log_path(output).write_bytes(b'{"what":"sent"}\n{"what":"en')
    with RunLog(output) as log:
        log.write({"what": "lost"})
        assert list(log.entries()) == [{"what": "sent"}, {"what": "lost"}]


def test_a_log_that_nothing_was_written_into_goes(tmp_path: Path) -> None:
    with RunLog(tmp_path / "a") as log:
        log.remove_if_empty()
    with RunLog(tmp_path / "b") as log:
        log.write({"what": "sent"})
        log.remove_if_empty()
    assert [path.name for path in tmp_path.iterdir()] == ["b.run"]


def test_who_comes_second_is_told_who_has_the_log(tmp_path: Path) -> None:
    output = tmp_path / "a.out.ipynb"
    with RunLog(output):
        with pytest.raises(RunLockedError, match=f"process {os.getpid()} on") as failure:
            RunLog(output)
        assert failure.value.pid == os.getpid()
    RunLog(output).close()


def test_a_record_comes_back_from_the_notebook() -> None:
    record = RunRecord(
        id="r", state=RunState.LINK_LOST, kernel_name="python3", started="s", msg_ids={"c": "m"}
    )
    notebook = new_notebook()
    record.store(notebook)
    stored = nbformat.reads(nbformat.writes(notebook), as_version=4)
    assert RunRecord.of(stored, Path("a.out.ipynb")) == record


def test_a_file_that_no_run_wrote_cant_be_resumed() -> None:
    with pytest.raises(CannotResumeError, match="no run has written it"):
        RunRecord.of(new_notebook(), Path("a.out.ipynb"))
