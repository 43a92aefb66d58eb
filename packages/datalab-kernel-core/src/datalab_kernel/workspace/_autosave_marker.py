"""Small files that say where a kernel saves to while it runs, and so outlive its crash.

How they outlive it is :mod:`datalab_kernel.markers`'s, and saving is ``_autosave``'s.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import sys
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from datalab_kernel.errors import FileTakenError
from datalab_kernel.markers import MarkerFile, claimed
from datalab_kernel.workspace._paths import journal_beside

__all__ = ["Marker", "check_free", "folder", "keep_what_was_there", "take_notice"]

_PROCESS = secrets.token_hex(8)
"""Begins the names of this process's own markers."""
_TIME = "%Y-%m-%d %H:%M"

_logger = logging.getLogger(__name__)


def folder() -> Path:
    """Return where markers lie: in Jupyter's data directory of the user.

    The same folder as jupyter_core's, which the core doesn't need otherwise.
    """
    if given := os.environ.get("JUPYTER_DATA_DIR"):
        jupyter = Path(given)
    elif sys.platform == "win32":
        jupyter = Path(os.environ.get("APPDATA") or Path.home()) / "jupyter"
    elif sys.platform == "darwin":
        jupyter = Path.home() / "Library" / "Jupyter"
    else:
        jupyter = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "jupyter"
    return jupyter / "datalab-kernel" / "autosave"


class Marker:
    """Say, from its making until :meth:`remove`, that this process saves to a file.

    Parameters
    ----------
    path
        The file, absolute.

    Raises
    ------
    OSError
        If the folder of markers can't be written.
    RuntimeError
        If nobody knows where the user's home is.
    """

    def __init__(self, path: Path) -> None:
        place = folder()
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts = {
            "path": str(path),
            "pid": os.getpid(),
            "time": time.time(),
            "session": os.environ.get("JPY_SESSION_NAME", ""),
        }
        file = place / f"{_PROCESS}-{secrets.token_hex(4)}.json"
        self._marker = MarkerFile(file, json.dumps(facts))

    def remove(self) -> None:
        """Say that nothing was left unsaved; calling it again does nothing."""
        self._marker.remove()


def check_free(path: Path) -> None:
    """Refuse a file that is saved to already.

    Raises
    ------
    FileTakenError
        If another kernel saves to that file, or another workspace of this one.
    """
    for other in _others():
        if other.path == path and not other.is_left_behind:
            message = (
                f"Can't autosave to {str(path)!r}: {other.owner} does, and each would replace "
                "what the other has saved. Choose another name."
            )
            raise FileTakenError(message, path=str(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Other:
    """A marker as it was found; ``is_left_behind`` if nobody holds its lock."""

    file: Path
    facts: dict[str, Any]
    is_left_behind: bool

    @property
    def path(self) -> Path:
        return Path(self.facts["path"])

    @property
    def owner(self) -> str:
        if self.file.name.startswith(_PROCESS):
            return "another workspace of this kernel"
        session = self.facts.get("session")
        return f"the kernel of {session!r}" if session else f"process {self.facts.get('pid')}"


def _others() -> list[_Other]:
    """Return the markers of other workspaces, running ones and crashed ones, oldest first."""
    try:
        place = folder()
    except RuntimeError:  # a user without a home
        _logger.debug("no folder of markers", exc_info=True)
        return []
    if not place.is_dir():
        return []
    found = [other for file in place.glob("*.json") if (other := _marker_in(file)) is not None]
    return sorted(found, key=lambda other: float(other.facts.get("time", 0)))


def _marker_in(file: Path) -> _Other | None:
    is_own = file.name.startswith(_PROCESS)
    try:
        with nullcontext() if is_own else claimed(file) as stream:
            facts = json.loads(file.read_text("utf-8") if stream is None else stream.read())
            is_left_behind = stream is not None
    except (OSError, ValueError):  # just removed, just being made, or somebody else's file
        _logger.debug("%s can't be read", file, exc_info=True)
        return None
    is_marker = isinstance(facts, dict) and isinstance(facts.get("path"), str)
    return _Other(file=file, facts=facts, is_left_behind=is_left_behind) if is_marker else None


def take_notice() -> str | None:
    """Say which files crashed kernels left, a line each; None if there are none.

    Each is named once, by whichever kernel asks first.
    """
    lines = [line for other in _others() if other.is_left_behind and (line := _notice_of(other))]
    return "\n".join(lines) or None


def _notice_of(other: _Other) -> str | None:
    if not other.path.is_file():  # it crashed before it saved anything, or somebody cleaned up
        other.file.unlink(missing_ok=True)
        return None
    with claimed(other.file) as stream:
        if stream is None or other.facts.get("is_told"):
            return None
        _write(stream, {**other.facts, "is_told": True})
    session = other.facts.get("session")
    whose = f"the kernel of {session!r}" if session else "a kernel"
    saved_at = other.path.stat().st_mtime
    journal = journal_beside(other.path)
    is_there = "is there"
    if journal.is_file():
        saved_at = max(saved_at, journal.stat().st_mtime)
        is_there = f"is in that file and in the journal {str(journal)!r}, which load takes in"
    saved = time.strftime(_TIME, time.localtime(saved_at))
    return (
        f"Before this session, {whose} ended without notice. What it had saved until {saved} "
        f"{is_there}: workspace.load({str(other.path)!r})"
    )


def keep_what_was_there(path: Path) -> Path | None:
    """Keep an earlier session's file under a second name, before autosave replaces it.

    Of a session that ended as it should, the last one is kept; of those that crashed, each.

    Returns
    -------
    Path or None
        The second name; None if there is no file.
    """
    crashed = [other for other in _others() if other.is_left_behind and other.path == path]
    for other in crashed:
        for rest in path.parent.glob(f".{path.name}.{other.facts.get('pid')}-*.tmp"):
            rest.unlink(missing_ok=True)  # what it was writing when it ended
    if not path.is_file():
        return None
    if not crashed:
        kept = path.with_name(f"{path.stem}.previous{path.suffix}")
        _keep(path, kept)
        return kept
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(path.stat().st_mtime))
    kept = path.with_name(f"{path.stem}.crashed-{stamp}{path.suffix}")
    _keep(path, kept)
    for other in crashed:
        with claimed(other.file) as stream:
            if stream is not None:
                _write(stream, {**other.facts, "path": str(kept), "is_told": False})
    return kept


def _keep(path: Path, kept: Path) -> None:
    """Give a file, and the journal that belongs to it, a second name."""
    from datalab_kernel.storage import is_journal_of

    _link(path, kept)
    journal, kept_journal = journal_beside(path), journal_beside(kept)
    if is_journal_of(journal, path):
        _link(journal, kept_journal)
    else:
        kept_journal.unlink(missing_ok=True)


def _link(path: Path, kept: Path) -> None:
    """Give a file a second name; a copy where links aren't known."""
    temporary = kept.with_name(f".{kept.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        try:
            os.link(path, temporary)
        except OSError:
            _logger.debug("%s takes no links: copied", path.parent, exc_info=True)
            shutil.copy2(path, temporary)
        temporary.replace(kept)
    finally:
        temporary.unlink(missing_ok=True)


def _write(stream: IO[str], facts: dict[str, Any]) -> None:
    stream.seek(0)
    stream.truncate()
    json.dump(facts, stream)
    stream.flush()
    with suppress(OSError):  # not every network folder knows it; a crash of ours loses nothing
        os.fsync(stream.fileno())
