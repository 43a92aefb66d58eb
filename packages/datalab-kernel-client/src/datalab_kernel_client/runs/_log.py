"""The log beside a run's output: what was sent and what came, written before anything else is done.

A runner that is killed has lost nothing that reached it. The file is locked while a run is
written, so that two never write one output; the lock goes with the process.
"""

from __future__ import annotations

import json
import os
import socket
from typing import IO, TYPE_CHECKING, Any, Self

from datalab_kernel_client.runs._errors import RunLockedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["RunLog", "log_path"]


def log_path(output: Path) -> Path:
    """Return where the log of an output lies: `a.out.ipynb.run` beside `a.out.ipynb`."""
    return output.with_name(f"{output.name}.run")


class RunLog:
    """The log of one run, open and locked; a context manager that lets go of it.

    Raises
    ------
    RunLockedError
        Another process has it.
    """

    def __init__(self, output: Path) -> None:
        self.path = log_path(output)
        self._file = _open_locked(self.path)
        self._file.seek(0)
        whole_lines = self._file.read().rfind(b"\n") + 1
        self._file.truncate(whole_lines)  # a last line that was cut off
        self._write_owner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield what earlier runs wrote."""
        self._file.seek(0)
        for line in self._file:
            entry = json.loads(line)
            if "pid" not in entry:
                yield entry

    def begin(self) -> None:
        """Forget what earlier runs wrote."""
        self._file.truncate(0)
        self._write_owner()

    def write(self, entry: Mapping[str, Any]) -> None:
        """Append one entry; when this returns it outlives this process."""
        self._file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def remove(self) -> None:
        """Remove the file: the output holds everything."""
        self.path.unlink(missing_ok=True)

    def remove_if_empty(self) -> None:
        """Remove the file if no run has written into it."""
        if not any(self.entries()):
            self.remove()

    def close(self) -> None:
        """Let go of the file and its lock."""
        self._file.close()

    def _write_owner(self) -> None:
        self.write({"pid": os.getpid(), "host": socket.gethostname()})


def _open_locked(path: Path) -> IO[bytes]:
    while True:
        file = path.open("a+b")
        try:
            _lock(file)
        except OSError as error:
            file.close()
            pid, host = _owner_of(path)
            raise RunLockedError(
                f"{path.name.removesuffix('.run')} was to be written, but process {pid} on {host}"
                " writes it at the moment. Wait for it, or name another output with -o.",
                path=str(path),
                pid=pid,
                host=host,
            ) from error
        if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
        file.close()  # a run that ended meanwhile has removed it


def _owner_of(path: Path) -> tuple[int, str]:
    """Return the process and the computer that wrote the last whole line about itself."""
    lines = [line for line in path.read_bytes().splitlines() if line.startswith(b'{"pid":')]
    owners = [json.loads(line) for line in lines if line.endswith(b"}")]
    return (owners[-1]["pid"], owners[-1]["host"]) if owners else (0, "an unknown computer")


if os.name == "posix":
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

else:
    import msvcrt

    _FAR = 1 << 40  # a lock there keeps nobody from reading the file, as one on the text would

    def _lock(file: IO[bytes]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
