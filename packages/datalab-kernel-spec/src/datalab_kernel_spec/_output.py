"""``sys.stdout`` and ``sys.stderr`` of cells: one ``print`` is one message, in the right cell."""

from __future__ import annotations

import io
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec._parents import FOREIGN_PARENT, Parents

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec._tunnel import Tunnel

__all__ = ["install_streams"]

PARTIAL_S = 0.05
"""How soon a line without its end is shown (progress bars, prompts)."""
LARGE = 1 << 20
BURST = 500
"""How many lines in a row are sent one by one; xpython drops what exceeds a thousand."""
LINES_PER_S = 1000.0


class CellStream(io.TextIOBase):
    """Gather what ``print`` writes piece by piece, and send it when its line is whole.

    Parameters
    ----------
    name
        ``"stdout"`` or ``"stderr"``.
    native
        xpython's own stream, which knows the cell that runs.
    tunnel
        The way for threads and comm callbacks; None: there is none.
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(
        self, name: str, native: Any, tunnel: Tunnel | None, parents: Parents, fd: int
    ) -> None:
        super().__init__()
        self.name = f"<{name}>"
        self._stream_name = name
        self._native = native
        self._tunnel = tunnel
        self._parents = parents
        self._fd = fd
        self._pieces: list[str] = []
        self._parent: bytes | None = None
        self._size = 0
        self._since = 0.0
        self._credit = float(BURST)
        self._credit_at = time.monotonic()
        self._lock = threading.RLock()
        self._later: Callable[[], None] = lambda: None
        self.other: CellStream | None = None

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Say that no terminal is here."""
        return False

    def fileno(self) -> int:
        """Return the descriptor that child processes write to; it reaches the same cell."""
        return self._fd

    def on_partial(self, later: Callable[[], None]) -> None:
        """Say whom to ask for a flush a little later."""
        self._later = later

    def write(self, text: str) -> int:
        """Add text; a whole line is shown at once, the rest a little later."""
        if not isinstance(text, str):
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        if self.other is not None and self.other._pieces:  # noqa: SLF001 - its twin
            self.other.flush()
        foreign = FOREIGN_PARENT.get()
        with self._lock:
            if foreign is not self._parent and self._pieces:
                self.flush()
            self._parent = foreign
            self._pieces.append(text)
            self._size += len(text)
            is_whole = self._size > LARGE or (text.endswith("\n") and self._may_send())
            is_first = len(self._pieces) == 1
            if is_first:
                self._since = time.monotonic()
        if is_whole:
            self.flush()
        elif is_first:
            self._later()
        return len(text)

    def _may_send(self) -> bool:
        """Say whether a line may go at once; in a flood of lines most are gathered."""
        now = time.monotonic()
        self._credit = min(BURST, self._credit + (now - self._credit_at) * LINES_PER_S)
        self._credit_at = now
        if self._credit < 1:
            return False
        self._credit -= 1
        return True

    def flush(self) -> None:
        """Show what was written."""
        with self._lock:
            if not self._pieces:
                return
            text = "".join(self._pieces)
            parent, self._parent = self._parent, None
            self._pieces.clear()
            self._size = 0
            is_main = threading.current_thread() is threading.main_thread()
            if self._tunnel is None or (parent is None and is_main):
                self._native.write(text)
                return
            content = {"name": self._stream_name, "text": text}
            self._tunnel.publish("stream", content, parent=parent or self._parents.cell)

    def flush_if_old(self) -> bool:
        """Show a partial line once it has waited; say whether one still waits."""
        with self._lock:
            if self._pieces and time.monotonic() - self._since >= PARTIAL_S:
                self.flush()
            return bool(self._pieces)


class _Flusher:
    """Flush both streams a little after a partial line, from a thread of its own."""

    def __init__(self, streams: tuple[CellStream, ...]) -> None:
        self._streams = streams
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        """Ask for a flush."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="output", daemon=True)
            self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        FOREIGN_PARENT.set(None)
        pause = threading.Event()
        while True:
            self._wanted.wait()
            self._wanted.clear()
            pause.wait(PARTIAL_S)
            if any([stream.flush_if_old() for stream in self._streams]):  # noqa: C419 - both
                self._wanted.set()


def install_streams(tunnel: Tunnel | None, parents: Parents) -> None:
    """Put our streams in the place of xpython's."""
    out = CellStream("stdout", sys.stdout, tunnel, parents, 1)
    err = CellStream("stderr", sys.stderr, tunnel, parents, 2)
    out.other, err.other = err, out
    flusher = _Flusher((out, err))
    out.on_partial(flusher)
    err.on_partial(flusher)
    sys.stdout, sys.stderr = out, err
