"""What was done to which file, in a file beside the results: a run that ended anyhow is gone on with.

One JSON object a line, each written in one piece. A line *claims* outputs before anything is written
to them, a line tells of each that is finished. Half a line, which a crash can leave, is passed over.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from datalab_kernel.errors import FileTakenError
from datalab_kernel.markers import MarkerFile, claimed
from datalab_kernel.workspace.processing._rows import Row, Stamp, as_stamp, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from datalab_kernel.workspace.processing._file_run import FileTask

_VERSION = 1
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


class _Entry(NamedTuple):
    key: str
    output: Stamp | None
    row: Row


class Journal:
    """What was done before, and where it is written what is done now.

    Parameters
    ----------
    path
        The file; None: nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._descriptor = -1
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._claims: set[str] = set()
        self._gathered: tuple[dict[str, None], Stamp | None] = ({}, None)  # names in order
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                self._take(line)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done or begun."""
        return not (self._entries or self._claims)

    def _take(self, line: str) -> None:
        try:
            values = json.loads(line)
            if "claims" in values:
                self._claim(values["claims"])
            elif "gathered" in values:
                self._gathered = (dict.fromkeys(values["gathered"]), as_stamp(values["stamp"]))
                self._claims.discard(values["file"])
            elif "row" in values:
                entry = _Entry(
                    values["key"],
                    as_stamp(values["output_stamp"]),
                    Row.from_json(values["row"]),
                )
                self._entries[values["path"], values["name"]] = entry
                self._claims.discard(Path(entry.row.output).name)
        except _UNREADABLE:  # what a crash left of a line: the file is processed again
            return

    def _claim(self, outputs: Sequence[str]) -> None:
        self._claims.update(outputs)
        claimed_now = set(outputs)
        self._entries = {
            place: entry
            for place, entry in self._entries.items()
            if Path(entry.row.output).name not in claimed_now
        }

    def kept(self, task: FileTask, key: str) -> Row | None:
        """Return what was done to a file before, if nothing has changed since and it went well."""
        entry = self._entries.get((task.path, task.name))
        if entry is None or entry.row.failure or entry.key != key:
            return None
        is_same = entry.row.stamp == stamp_of(task.path) and entry.row.output == task.output
        return entry.row if is_same and self._is_there(task.output) else None

    def _is_there(self, output: str) -> bool:
        return stamp_of(output) is not None or Path(output).name in self._gathered[0]

    def is_gathered(self, outputs: Sequence[str], file: Path) -> bool:
        """Say whether a file holds just these outputs, and is as a run left it."""
        names, stamp = self._gathered
        is_same = [*names] == [Path(output).name for output in outputs]
        return is_same and stamp is not None and stamp == stamp_of(str(file))

    def not_ours(self, outputs: Iterable[str]) -> str | None:
        """Return the first that is there and wasn't written by a run, or isn't as that left it."""
        left = {(entry.row.output, entry.output) for entry in self._entries.values()}
        for output in outputs:
            if not os.path.lexists(output) or Path(output).name in self._claims:
                continue
            stamp = stamp_of(output)
            is_gathered = stamp is not None and stamp == self._gathered[1]
            if not is_gathered and (output, stamp) not in left:
                return output
        return None

    # -- writing ------------------------------------------------------------------------

    @contextmanager
    def writing(self, tasks: Sequence[FileTask]) -> Iterator[None]:
        """Claim the outputs of tasks, and write lines in this block.

        Raises
        ------
        FileTakenError
            If another process does so.
        """
        if self._path is None:
            yield
            return
        with _alone(self._path.with_name(f".{self._path.name}.lock")):
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self._path, flags, 0o666)
            try:
                self.claim([task.output for task in tasks])
                yield
            finally:
                os.close(self._descriptor)

    def claim(self, outputs: Sequence[str]) -> None:
        """Tell that outputs are going to be written."""
        if outputs and self._path is not None:
            names = [Path(output).name for output in outputs]
            self._write({"version": _VERSION, "claims": names}, start="\n")
            self._claim(names)

    def note_gathered(self, outputs: Sequence[str], file: Path) -> None:
        """Tell that a file holds these outputs."""
        names = [Path(output).name for output in outputs]
        stamp = stamp_of(str(file))
        self._write({"gathered": names, "file": file.name, "stamp": stamp})
        self._gathered = (dict.fromkeys(names), stamp)

    def write(self, task: FileTask, key: str, row: Row) -> None:
        """Tell that a file is finished."""
        if self._path is None:
            return
        self._write(
            {
                "path": task.path,
                "name": task.name,
                "key": key,
                "output_stamp": stamp_of(task.output) if row.output else None,
                "row": row.to_json(),
            }
        )

    def _write(self, values: dict[str, Any], start: str = "") -> None:
        """Append a line in one piece; ``start`` ends half a line that a crash left."""
        line = f"{start}{json.dumps(values)}\n".encode()
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):  # a disk that is nearly full: the next try says so
                written += os.write(self._descriptor, line[written:])
        except OSError as error:
            message = (
                f"Can't save: {error.strerror}. What was done before is kept. Choose another place, "
                "or make room and try again"
            )
            raise OSError(error.errno, message, str(self._path)) from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a marker, so that no other process writes the same results."""
    try:
        marker = MarkerFile(path)
    except FileExistsError:
        with claimed(path) as stream:
            if stream is None:
                message = (
                    f"Can't process files to {str(path.parent)!r}: another process is doing so. "
                    f"Wait for it or choose another place; if there is none, remove {str(path)!r}."
                )
                raise FileTakenError(message, path=str(path.parent)) from None
            yield
        path.unlink(missing_ok=True)
        return
    try:
        yield
    finally:
        marker.remove()
