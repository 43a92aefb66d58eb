"""Programs that execute notebooks without a person: nbclient, ``jupyter execute`` and papermill."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from frontends.notebook import output_text

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_S = 120


def written(path: Path, *sources: str, tag: str = "") -> Path:
    """Write a notebook on our kernel whose first cell has a tag."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {  # as JupyterLab writes it
        "name": "datalab",
        "display_name": "DataLab",
        "language": "python",
    }
    if tag:
        notebook.cells[0].metadata["tags"] = [tag]
    nbformat.write(notebook, path)
    return path


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    return [output_text(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def run(*command: str | Path, expected: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == expected, done.stderr
    return done.stderr


def client(notebook: nbformat.NotebookNode, folder: Path, **options: bool) -> NotebookClient:
    place = {"metadata": {"path": str(folder)}}
    return NotebookClient(
        notebook, kernel_name="datalab", timeout=TIMEOUT_S, resources=place, **options
    )


def test_jupyter_execute_fills_a_notebook_in_place(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", "workspace['a'] = np.arange(3.0)", "workspace.list()")
    run("jupyter", "execute", "--inplace", path)
    assert texts(nbformat.read(path, as_version=4)) == ["", "['a']"]


@pytest.mark.usefixtures("whole_run")
def test_jupyter_execute_ends_at_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", "1/0", "print('second')")
    assert "ZeroDivisionError" in run("jupyter", "execute", path, expected=1)


def test_papermill_hands_parameters_over(tmp_path: Path) -> None:
    source = written(
        tmp_path / "a.ipynb",
        "count = 1",
        "workspace['ramp'] = np.arange(float(count)); workspace['ramp'].y.size",
        tag="parameters",
    )
    result = tmp_path / "b.ipynb"
    run("papermill", source, result, "-k", "datalab", "-p", "count", "7", "--no-progress-bar")
    executed = nbformat.read(result, as_version=4)
    assert texts(executed)[-1] == "7"
    assert executed.cells[1].metadata["tags"] == ["injected-parameters"]


@pytest.mark.usefixtures("whole_run")
def test_papermill_ends_at_an_error_and_keeps_what_ran(tmp_path: Path) -> None:
    source = written(tmp_path / "a.ipynb", "print('first')", "{}['a']", "print('third')")
    result = tmp_path / "b.ipynb"
    told = run("papermill", source, result, "-k", "datalab", "--no-progress-bar", expected=1)
    assert "KeyError" in told
    shown = "".join(texts(nbformat.read(result, as_version=4)))
    assert "first\n" in shown
    assert "third" not in shown


def test_nbclient_goes_on_after_errors_if_it_is_told_to(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.ipynb", "1/0", "await __import__('asyncio').sleep(0.2); 2", "[][0]", "4"
    )
    notebook = nbformat.read(path, as_version=4)
    client(notebook, tmp_path, allow_errors=True).execute()
    assert texts(notebook) == [
        "ZeroDivisionError: division by zero",
        "2",
        "IndexError: list index out of range",
        "4",
    ]


def test_nbclient_raises_a_cell_s_error(tmp_path: Path) -> None:
    notebook = nbformat.read(written(tmp_path / "a.ipynb", "1/0"), as_version=4)
    with pytest.raises(CellExecutionError, match="division by zero"):
        client(notebook, tmp_path).execute()


def test_nbclient_keeps_the_state_of_widgets(tmp_path: Path) -> None:
    code = "import ipywidgets; ipywidgets.IntSlider(41)"
    notebook = nbformat.read(written(tmp_path / "a.ipynb", code), as_version=4)
    client(notebook, tmp_path).execute()
    saved = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert 41 in [model["state"].get("value") for model in saved.values()]
