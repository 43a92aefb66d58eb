"""Makes README's picture again: run it when what a notebook shows has changed.

Executes README's first block on the installed DataLab kernel and takes a picture of the
result with headless Chromium (``apt-get install chromium``), in an environment such as
the demo's: ``.run/envs/demo/bin/python tools/readme_picture.py``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

from demo import KERNEL, execute

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "notebook.png"
SIZE = (860, 800)
CHROMIUM = "chromium"
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--hide-scrollbars",
    "--force-device-scale-factor=1.5",
)


def main() -> int:
    """Make the picture and return the exit code."""
    if shutil.which(CHROMIUM) is None:
        print("Chromium is needed: apt-get install chromium", file=sys.stderr)
        return 1
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0]
    notebook = new_notebook(cells=[new_code_cell(code.rstrip())])
    notebook.metadata["kernelspec"] = {"name": KERNEL, "display_name": "DataLab"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if failure := execute(notebook, folder):
            print(failure, file=sys.stderr)
            return 1
        html, _ = HTMLExporter().from_notebook_node(notebook)
        page = folder / "notebook.html"
        page.write_text(html, encoding="utf-8")
        photograph(page, PICTURE)
    print(f"{PICTURE}  ({PICTURE.stat().st_size / 1000:,.0f} kB)")
    return 0


def photograph(page: Path, picture: Path) -> None:
    """Let Chromium draw a page into a PNG."""
    width, height = SIZE
    with tempfile.TemporaryDirectory() as profile:
        command = [
            CHROMIUM,
            *SWITCHES,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            f"--screenshot={picture}",
            page.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    raise SystemExit(main())
