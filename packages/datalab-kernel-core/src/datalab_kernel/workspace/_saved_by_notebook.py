"""Where a notebook's kernel has saved last, remembered for its next kernel.

A small file for each notebook, beside those of ``_autosave_marker``. Only where Jupyter says
which notebook a kernel is of: a script that saves leaves nothing behind.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

from datalab_kernel.workspace._autosave_marker import folder

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

__all__ = ["recall", "remember"]

NOTEBOOK_VARIABLE = "JPY_SESSION_NAME"
"""Names the notebook; Jupyter's server sets it, and the same one when a kernel is restarted."""

_logger = logging.getLogger(__name__)


def remember(path: Path) -> None:
    """Take note that this notebook's workspace was saved to a file."""
    notebook = os.environ.get(NOTEBOOK_VARIABLE)
    if not notebook:
        return
    facts = {"notebook": notebook, "path": str(path.absolute())}
    try:
        note = _note_of(notebook)
        if _read(note) == facts:
            return
        note.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = note.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(facts), encoding="utf-8")
        temporary.replace(note)
    except (OSError, RuntimeError):  # a home that is read-only, full or unknown: it is saved anyway
        _logger.debug("where it was saved can't be remembered", exc_info=True)


def recall() -> str | None:
    """Return the absolute path where this notebook's workspace was saved last, if known."""
    notebook = os.environ.get(NOTEBOOK_VARIABLE)
    if not notebook:
        return None
    try:
        facts = _read(_note_of(notebook))
    except RuntimeError:  # a user without a home
        _logger.debug("no folder of notes", exc_info=True)
        return None
    is_ours = facts is not None and facts.get("notebook") == notebook
    return str(facts["path"]) if is_ours and facts is not None else None


def _note_of(notebook: str) -> Path:
    from hashlib import sha256

    return folder().with_name("saved") / f"{sha256(notebook.encode()).hexdigest()[:20]}.json"


def _read(note: Path) -> dict[str, Any] | None:
    """Return what a note says; None if it isn't there, or isn't one."""
    try:
        facts = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_note = isinstance(facts, dict) and isinstance(facts.get("path"), str)
    return facts if is_note else None
