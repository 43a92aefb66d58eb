"""``sys.stdout`` and ``sys.stderr`` of cells: what is printed at once is one message."""

from __future__ import annotations

import io
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._parents import CELL_PARENT, FOREIGN_PARENT, foreign_parent
from datalab_kernel_spec.messages._text import valid_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.messages._flow import Flow
    from datalab_kernel_spec.messages._tunnel import Tunnel

__all__ = ["install_streams"]

GATHER_S = 0.05
"""How soon what was written is shown."""
LARGE = 1 << 20
"""How many characters are shown at once."""


class CellStream(io.TextIOBase):
    """Gather what is written, and send it a little later or when something else comes.

    Parameters
    ----------
    name
        ``"stdout"`` or ``"stderr"``.
    native
        xpython's own stream, which knows the cell that runs.
    tunnel
        The way for threads and comm callbacks; None: there is none.
    flow
        Where what is sent waits for the relay.
    fd
        The descriptor that child processes write to; it reaches the same cell.
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, native: Any, tunnel: Tunnel | None, flow: Flow, fd: int) -> None:
        super().__init__()
        self.name = f"<{name}>"
        self._stream_name = name
        self._native = native
        self._tunnel = tunnel
        self._flow = flow
        self._fd = fd
        self._pieces: list[str] = []
        self._parent = b""
        self._size = 0
        self._since = 0.0
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

    def on_first(self, later: Callable[[], None]) -> None:
        """Say whom to ask for a flush a little later."""
        self._later = later

    def write(self, text: str) -> int:
        """Add text, which is shown a little later with what follows."""
        if not isinstance(text, str):
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        if not text:
            return 0
        if self.other is not None and self.other._pieces:  # noqa: SLF001 - its twin
            self.other.flush()
        parent = _parent_here()
        with self._lock:
            if self._pieces and parent != self._parent:
                self.flush()
            is_first = not self._pieces
            self._parent = parent
            self._pieces.append(text)
            self._size += len(text)
            if is_first:
                self._since = time.monotonic()
        if self._size > LARGE:
            self.flush()
        elif is_first:
            self._later()
        return len(text)

    def flush(self) -> None:
        """Show what was written."""
        with self._lock:
            if not self._pieces:
                return
            self._flow.before(self._size)  # a Stop meanwhile leaves everything as it is
            text = valid_text("".join(self._pieces))
            self._pieces.clear()
            self._size = 0
            is_natives = self._parent == _parent_here() and foreign_parent() is None
            is_main = threading.current_thread() is threading.main_thread()
            if self._tunnel is None or (is_natives and is_main):
                self._native.write(text)
                return
            content = {"name": self._stream_name, "text": text}
            self._tunnel.send("stream", content, parent=self._parent)

    def flush_if_old(self) -> bool:
        """Show what has waited long enough; say whether something still waits."""
        with self._lock:
            if self._pieces and time.monotonic() - self._since >= GATHER_S:
                self.flush()
            return bool(self._pieces)


def _parent_here() -> bytes:
    """Return the header of the request that the calling code belongs to."""
    foreign = foreign_parent()
    return CELL_PARENT.get() if foreign is None else foreign


class _Flusher:
    """Flush both streams a little after the first piece, from a thread of its own."""

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
            pause.wait(GATHER_S)
            if any([stream.flush_if_old() for stream in self._streams]):  # noqa: C419 - both
                self._wanted.set()


def install_streams(tunnel: Tunnel | None, flow: Flow) -> None:
    """Put our streams in the place of xpython's."""
    out = CellStream("stdout", sys.stdout, tunnel, flow, 1)
    err = CellStream("stderr", sys.stderr, tunnel, flow, 2)
    out.other, err.other = err, out
    flusher = _Flusher((out, err))
    out.on_first(flusher)
    err.on_first(flusher)
    sys.stdout, sys.stderr = out, err
