"""Every page and notebook with code runs twice in one kernel, and ends as it did the first time."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.blocking import BlockingKernelClient

ROOT = Path(__file__).resolve().parents[2]
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n((?::[^\n]*\n)*)(.*?)^```$", re.DOTALL | re.MULTILINE)
TIMEOUT_S = 60
CONTENTS = """\
import hashlib
{name: hashlib.sha256(bytes(getattr(obj, "xydata", getattr(obj, "data", None)))).hexdigest()
 for name, obj in workspace.items()}"""


@dataclass(frozen=True, slots=True)
class Cell:
    code: str
    may_fail: bool


def cells_of(path: Path) -> list[Cell]:
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        return [Cell(c.source, "raises-exception" in c.metadata.get("tags", [])) for c in cells]
    found = CELL.findall(path.read_text(encoding="utf-8"))
    return [Cell(code, "raises-exception" in options) for options, code in found]


PAGES = {
    path.relative_to(ROOT).as_posix(): cells
    for path in sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.ipynb")])
    if "_build" not in path.parts and (cells := cells_of(path))
}


@pytest.fixture(scope="module")
def client() -> Iterator[BlockingKernelClient]:
    environment = {**os.environ, "DATALAB_KERNEL_MODE": "standalone"}
    manager, client = start_new_kernel(kernel_name="datalab", env=environment)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, code: str, *, may_fail: bool = False) -> str:
    """Run a cell, and return its last value as text."""
    shown: list[dict[str, Any]] = []
    reply = client.execute_interactive(
        code, timeout=TIMEOUT_S, output_hook=shown.append, allow_stdin=False
    )
    content = reply["content"]
    assert may_fail or content["status"] == "ok", f"{code}\n\n{content['evalue']}"
    values = [m["content"]["data"] for m in shown if m["msg_type"] == "execute_result"]
    return str(values[-1]["text/plain"]) if values else ""


def test_there_are_pages_with_code() -> None:
    assert {"docs/guide/computing.md", "examples/first_steps.ipynb"} <= PAGES.keys()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_run_again_ends_with_the_same_objects(
    page: str, client: BlockingKernelClient, tmp_path: Path
) -> None:
    run(client, f"import os; os.chdir({str(tmp_path)!r}); workspace.clear(everything=True)")
    ends = []
    for _ in range(2):
        for cell in PAGES[page]:
            run(client, cell.code, may_fail=cell.may_fail)
        ends.append(eval(run(client, CONTENTS)))
    first, second = ends
    assert second.keys() == first.keys()
    assert second == first
