"""Our parameters beside papermill's own: same cells, same values, same names; and pages by nbconvert."""

from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from datalab_kernel_client.runs._document import read_notebook
from datalab_kernel_client.runs._html import check_html, write_html
from datalab_kernel_client.runs._parameters import inject, known_parameters

VALUES = {
    "n": -3,
    "gain": 2.5,
    "name": 'it\'s "so"\\\n',
    "flag": True,
    "nothing": None,
    "limits": [1, [2.5, "x"], {"a": None}],
    "table": {"b": {"c": [True]}},
    "far": float("inf"),
}
SHAPES = {
    "tagged": [("title", None), ("n = 1\ngain = 1.0", "parameters"), ("n", None)],
    "not tagged": [("title", None), ("n", None)],
    "run before": [("n = 1", "parameters"), ("n = 7", "injected-parameters"), ("n", None)],
    "run before, moved": [("n = 7", "injected-parameters"), ("n = 1", "parameters")],
}
DEFAULTS = """n = 2  # how many
gain: float = 1.5
name = 'x'  # type: str who it is
limits = [1, 2]
"""


def written(path: Path, cells: list[tuple[str, str | None]]) -> Path:
    made = [
        new_markdown_cell(source)
        if source == "title"
        else new_code_cell(source, metadata={"tags": [tag] if tag else []})
        for source, tag in cells
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=made, metadata={"kernelspec": spec}), path)
    return path


def meaning(cell: nbformat.NotebookNode) -> tuple[str, list[str], object]:
    """Return what a cell is, its tags, and what the one that is injected sets."""
    tags = list(cell.metadata.get("tags", []))
    if "injected-parameters" not in tags:
        return cell.cell_type, tags, cell.source
    values: dict[str, object] = {}
    exec(cell.source, {}, values)
    return cell.cell_type, tags, values


@pytest.mark.parametrize("shape", SHAPES)
def test_parameters_land_where_papermill_puts_them(tmp_path: Path, shape: str) -> None:
    path = written(tmp_path / "a.ipynb", SHAPES[shape])
    theirs = papermill.execute_notebook(
        path, None, parameters=VALUES, prepare_only=True, progress_bar=False
    )
    ours = read_notebook(path)
    inject(ours, VALUES)
    assert [meaning(cell) for cell in ours.cells] == [meaning(cell) for cell in theirs.cells]


def test_a_notebook_has_the_parameters_that_papermill_finds(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", [(DEFAULTS, "parameters")])
    theirs = papermill.inspect_notebook(path)
    ours = {one.name: one for one in known_parameters(read_notebook(path))}
    assert [*ours] == [*theirs]
    for name, known in ours.items():
        found = theirs[name]
        assert (known.default, known.help) == (found["default"], found["help"])
        assert known.kind == (
            "" if found["inferred_type_name"] == "None" else found["inferred_type_name"]
        )


def test_a_run_can_be_read_as_a_web_page(tmp_path: Path) -> None:
    cell = new_code_cell("1 + 1", outputs=[new_output("stream", text="two at most")])
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    check_html(tmp_path / "a.html")
    write_html(tmp_path / "a.ipynb", tmp_path / "a.html")
    assert "two at most" in (tmp_path / "a.html").read_text(encoding="utf-8")
