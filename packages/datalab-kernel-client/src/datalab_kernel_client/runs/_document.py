"""The notebook as a file: read, made ready for a run, saved so that a crash leaves a whole one."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from pathlib import Path

import nbformat

from datalab_kernel_client.runs._errors import NotebookError
from datalab_kernel_client.runs._record import OURS

__all__ = [
    "as_draft",
    "default_output",
    "prepare",
    "read_notebook",
    "replace_file",
    "save_notebook",
]


def default_output(path: Path) -> Path:
    """Return where the result of a notebook goes when nobody says.

    Examples
    --------
    >>> default_output(Path("scan/a.ipynb")).name
    'a.out.ipynb'
    """
    return path.with_name(f"{path.stem}.out.ipynb")


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook of any version as one of the newest, each cell with an id.

    Raises
    ------
    NotebookError
        There is no such file, or it isn't a notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error)
        raise NotebookError(
            f"{path} was to be run, but {reason}. Give the path of a notebook (.ipynb).",
            path=str(path),
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without ids get some here
            notebook: nbformat.NotebookNode = nbformat.reads(text, as_version=4)
            if notebook.nbformat_minor < 5:  # noqa: PLR2004 - since 4.5 cells have ids
                notebook = nbformat.v4.upgrade(notebook)
            notebook = nbformat.from_dict(nbformat.validator.normalize(notebook)[1])
            nbformat.validate(notebook)
    except (ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise NotebookError(
            f"{path} was to be run, but isn't a valid notebook: {reason}."
            " Open and save it in JupyterLab, or give another file.",
            path=str(path),
        ) from error
    return notebook


def prepare(notebook: nbformat.NotebookNode) -> None:
    """Remove what earlier runs left: outputs, counts and our metadata."""
    notebook.metadata.pop(OURS, None)
    for cell in notebook.cells:
        cell.metadata.pop(OURS, None)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None


def save_notebook(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Save a notebook as Jupyter does; whatever happens, the file is the earlier or the new one, whole."""
    replace_file(nbformat.v4.writes(notebook) + "\n", path)


def as_draft(notebook: nbformat.NotebookNode) -> str:
    """Return a notebook that isn't finished as text: the same, unformatted, in a twentieth of the time."""
    return json.dumps(notebook, ensure_ascii=False, separators=(",", ":")) + "\n"


def replace_file(text: str, path: Path) -> None:
    """Write a file; whatever happens, it is the earlier or the new one, whole."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """Return the permissions that a file has, or would get as a new one."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
