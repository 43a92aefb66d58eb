"""A static site: JupyterLite, our wheels and what they need, and the first steps.

The pages' Python comes from Pyodide's own server unless a distribution is taken along; everything
else is on the site.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lite._pages import notebook_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
WHEELS = ROOT / ".run" / "wheels"
NOT_IN_A_PAGE = ("datalab_kernel_spec",)
"""It starts processes."""
PURE = (
    *("pint==0.25.3", "flexcache==0.3", "flexparser==0.4", "platformdirs==4.5.0"),
    *("sigima==1.3.0", "guidata==3.16.0", "qtpy==2.4.3", "makefun==1.16.0"),
    *("ipywidgets==8.1.9", "jupyterlab-widgets==3.0.17", "anywidget==0.11.0", "psygnal==0.15.1"),
    *("plotly==7.1.0", "narwhals==2.29.0", "pybaselines==1.2.1"),
    *("lmfit==1.3.4", "asteval==1.0.10", "uncertainties==3.2.3", "dill==0.4.1"),
)
"""Pure wheels that the packages need, and no distribution of Pyodide has."""
NOTEBOOKS = (
    "examples/first_steps.ipynb",
    *(
        f"docs/guide/{name}.md"
        for name in (
            "examples",
            "workspace",
            "computing",
            "units",
            "plotting",
            "files",
            "measurements",
            "fluorescence",
            "raman",
            "microscopy",
            "gallery",
        )
    ),
)
"""The tutorials; their links name them by these files' names."""
WANTED = {"fluorescence": " lmfit", "raman": " lmfit pybaselines"}
"""What a tutorial's first cell installs besides, by the tutorial's name."""
FIRST_CELL = """\
%pip install -q datalab-kernel
import datalab_kernel_lite

print(await datalab_kernel_lite.install())
%load_ext datalab_kernel"""
SETTINGS: dict[str, Any] = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {"appName": "DataLab-Kernel", "exposeAppInBrowser": True},
}


def build_site(output: Path, *, pyodide: Path | None, wheels: Sequence[Path] = ()) -> Path:
    """Build the site in a folder, which is emptied before.

    Parameters
    ----------
    output
        The site's folder.
    pyodide
        A whole distribution of Pyodide to take along, so that the pages ask no other server.
    wheels
        What else is to be installed by name.
    """
    with tempfile.TemporaryDirectory(prefix="lite-") as name:
        folder = Path(name)
        _gather_wheels(folder / "pypi", wheels)
        _write_notebooks(folder / "files")
        settings = json.loads(json.dumps(SETTINGS))
        if pyodide is not None:
            (folder / "static").mkdir()
            shutil.copytree(pyodide, folder / "static" / "pyodide")
            plugin = "@jupyterlite/pyodide-kernel-extension:kernel"
            settings["jupyter-config-data"]["litePluginSettings"] = {
                plugin: {"disablePyPIFallback": True}
            }
        (folder / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")
        build = {"LiteBuildConfig": {"no_sourcemaps": True, "apps": ["notebooks", "lab"]}}
        (folder / "jupyter_lite_config.json").write_text(json.dumps(build), encoding="utf-8")
        output = output.resolve()  # the builder runs elsewhere
        shutil.rmtree(output, ignore_errors=True)
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", str(output)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"jupyter lite build failed:\n{done.stdout}\n{done.stderr}"
            raise RuntimeError(message)
    return output


def _gather_wheels(folder: Path, more: Sequence[Path]) -> None:
    """Put our wheels, pure ones from PyPI and others into the folder that the site indexes."""
    folder.mkdir()
    ours = [path for path in WHEELS.glob("*.whl") if not path.name.startswith(NOT_IN_A_PAGE)]
    if not ours:
        message = f"No wheels in {WHEELS}; python3 tools/run.py wheels builds them."
        raise RuntimeError(message)
    for path in (*ours, *more):
        shutil.copy(path, folder)
    fetch_wheels(PURE, folder)


def fetch_wheels(requirements: Sequence[str], folder: Path) -> None:
    """Download pure wheels from PyPI, and nothing that they need."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder),
    ]
    platform = (
        "--only-binary=:all:",
        "--python-version",
        "3.13",
        "--platform",
        "any",
        "--abi",
        "none",
    )
    subprocess.run([*command, *platform, "--implementation", "py", *requirements], check=True)


def _write_notebooks(folder: Path) -> None:
    """Write the tutorials, for the page's own kernel and with a first cell that installs."""
    folder.mkdir()
    for path in NOTEBOOKS:
        notebook = read_notebook(ROOT / path)
        notebook["metadata"]["kernelspec"] = {
            "name": "python", "display_name": "Python (Pyodide)", "language": "python",
        }  # fmt: skip
        first = {"cell_type": "code", "id": "install", "metadata": {}, "outputs": []}
        source = FIRST_CELL.replace("\n", WANTED.get(Path(path).stem, "") + "\n", 1)
        notebook["cells"].insert(0, {**first, "execution_count": None, "source": source})
        target = folder / Path(path).with_suffix(".ipynb").name
        target.write_text(json.dumps(notebook), encoding="utf-8")


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a tutorial, be it a notebook or a page of the documentation."""
    text = path.read_text(encoding="utf-8")
    found: dict[str, Any] = notebook_of(text) if path.suffix == ".md" else json.loads(text)
    return found
