"""Every Python block of README runs, as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def block(containing: str) -> str:
    found = [text for text in BLOCKS if containing in text]
    assert len(found) == 1, f"{len(found)} blocks contain {containing!r}"
    return found[0]


def test_all_blocks_are_known() -> None:
    assert len(BLOCKS) == 5


def test_the_first_cell_runs_on_the_kernel(tmp_path: Path) -> None:
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(cells=[new_code_cell(block('the "DataLab" kernel'))])
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, kernel_name="datalab", timeout=120, resources=resources).execute()
    kinds = [sorted(output.get("data", {})) for output in notebook.cells[0].outputs]
    assert kinds == [["image/png", "text/plain"], ["text/html", "text/plain"]]
    assert (tmp_path / "analysis.h5").exists()


def test_the_extension_line_works_in_ipython() -> None:
    code = f"get_ipython().run_cell({block('%load_ext')!r}).raise_error(); workspace; create_signal"
    command = [sys.executable, "-m", "IPython", "--no-banner", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_minute_with_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATALAB_KERNEL_MODE", raising=False)
    exec(compile(block("all or none"), "README", "exec"), {})
    assert (tmp_path / "measurement.h5").exists()


def test_a_strangers_backend_keeps_the_contract(tmp_path: Path) -> None:
    module = block("class SqliteBackend") + "\n" + block("class TestSqlite")
    (tmp_path / "test_sqlite.py").write_text(module, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=240
    )
    assert done.returncode == 0, done.stdout[-4000:]
    lacking = [line.split("has no ")[1] for line in done.stdout.splitlines() if "has no " in line]
    assert {*lacking} == {"'groups'", "'extras'"}, "raw, reopening and looking from afar ran"
