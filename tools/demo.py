"""Execute the example notebook on the installed DataLab kernel; run it by ``tools/run.py demo``.

Writes the executed notebook (also as HTML), its pictures and its ``.h5`` to
``demo-output/`` and says where they lie.
"""

from __future__ import annotations

import argparse
import base64
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "examples" / "first_steps.ipynb"
KERNEL = "datalab"


def main() -> int:
    """Run the demo and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebook", type=Path, default=NOTEBOOK)
    parser.add_argument("--output", type=Path, default=ROOT / "demo-output")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    print(f"Executing {options.notebook.name} on the kernel {KERNEL!r} …", flush=True)
    started = time.perf_counter()
    notebook = nbformat.read(options.notebook, as_version=4)
    failure = execute(notebook, options.output)
    written = write_results(notebook, options.output, options.notebook.stem)
    print(f"Done in {time.perf_counter() - started:.1f} s. What there is now:")
    for path in written:
        print(f"  {path}  ({path.stat().st_size / 1000:,.0f} kB)")
    if failure:
        print(f"The notebook failed:\n{failure}", file=sys.stderr)
    return 1 if failure else 0


def execute(notebook: Any, folder: Path) -> str:
    """Execute the cells in a folder, telling the progress; return the error's text or ``""``."""
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = 0

    def on_cell_executed(cell: Any, cell_index: int, execute_reply: Any) -> None:  # noqa: ARG001
        nonlocal done
        done += 1
        print(f"  cell {done}/{total}: {cell.source.splitlines()[0][:70]}", flush=True)

    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=240,
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=on_cell_executed,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return str(error)
    return ""


def write_results(notebook: Any, folder: Path, stem: str) -> list[Path]:
    """Write the notebook, its HTML and its pictures; return every result's path."""
    executed = folder / f"{stem}.ipynb"
    nbformat.write(notebook, executed)
    html, _ = HTMLExporter().from_notebook_node(notebook)
    page = folder / f"{stem}.html"
    page.write_text(html, encoding="utf-8")
    pictures = []
    for number, data in enumerate(pngs(notebook), start=1):
        picture = folder / f"picture-{number}.png"
        picture.write_bytes(data)
        pictures.append(picture)
    return [executed, page, *pictures, *sorted(folder.glob("*.h5"))]


def pngs(notebook: Any) -> list[bytes]:
    """Return the PNG pictures that a notebook shows, in their order."""
    bundles = [
        output.data
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type in ("display_data", "execute_result")
    ]
    return [base64.b64decode(data["image/png"]) for data in bundles if "image/png" in data]


if __name__ == "__main__":
    raise SystemExit(main())
