"""What a forked child of a cell does in the place of the kernel: workers of pools, ``os.fork``.

The sockets are the kernel's, and no child can use them. What a child prints goes to its
descriptors, whose pipes reach the running cell; what can't be text is refused with a word.
"""

from __future__ import annotations

import _signal
import builtins
import getpass
import os
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from datalab_kernel_spec.messages._flushing import flush

if TYPE_CHECKING:
    from datalab_kernel_spec.children._order import Order
    from datalab_kernel_spec.messages._tunnel import Tunnel

__all__ = ["ChildStream", "mind_forks", "own_process"]

ATOMIC_BYTES = 4096
"""What a pipe takes in one piece: lines up to here aren't mixed with those of others."""
NO_INPUT = (
    "A child process can't ask: only the kernel's own process reaches the front end. "
    "Ask in the cell, and hand the answer on to the child."
)
NO_WIDGETS = (
    "A widget of a child process can't be shown: only the kernel's own process reaches the "
    "front end. Make it in the cell, or print in the child (from tqdm import tqdm: a bar of text).\n"
)
AWAITED = (
    "The forked child of this cell has ended where it awaits: the event loop is the kernel's. "
    "Use asyncio.run in a multiprocessing.Process, or end the child with os._exit.\n"
)

_kernel_pid = os.getpid()


def mind_forks(shell: Any, tunnel: Tunnel | None, order: Order) -> None:
    """Let each child that Python forks from now on show its output by its descriptors."""
    if hasattr(os, "register_at_fork"):
        global _kernel_pid  # noqa: PLW0603 - the module may have been imported by the launcher
        _kernel_pid = os.getpid()
        streams = (sys.stdout, sys.stderr)
        os.register_at_fork(
            before=order.begin_child,  # so that a child can't show what was printed once more
            after_in_child=partial(_become_child, shell, tunnel, order, streams),
        )


class own_process:  # noqa: N801 - read as the block that it opens
    """Run a cell's code; a child that it forks by hand ends here: the rest is the kernel's.

    Parameters
    ----------
    at_an_await
        Whether code that returns hasn't ended, but awaits.
    """

    __slots__ = ("_at_an_await",)

    def __init__(self, *, at_an_await: bool = False) -> None:
        self._at_an_await = at_an_await

    def __enter__(self) -> None:
        pass

    def __exit__(self, raised: type[BaseException] | None, *_rest: object) -> None:
        if os.getpid() != _kernel_pid:
            awaits = self._at_an_await and raised is None
            if awaits:
                sys.stderr.write(AWAITED)
            _end_child(1 if awaits else _Ending.code)


def _end_child(code: int) -> NoReturn:
    flush((sys.stdout, sys.stderr))
    os._exit(code)


class ChildStream:
    """Write whole lines to a descriptor, each in one piece, whoever else writes there."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pieces: list[str] = []
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        """Add text; whole lines are written at once, the rest when it is flushed."""
        if not isinstance(text, str):
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        with self._lock:
            lines, end, rest = text.rpartition("\n")
            if end:
                self._write(lines + end)
            if rest:
                self._pieces.append(rest)
        return len(text)

    def flush(self) -> None:
        """Write the line that has no end yet."""
        with self._lock:
            self._write("")

    def _write(self, text: str) -> None:
        written = "".join([*self._pieces, text]).encode(errors="replace")
        self._pieces.clear()
        while written:
            end = len(written)
            if end > ATOMIC_BYTES:
                end = written.rfind(b"\n", 0, ATOMIC_BYTES) + 1 or written.find(b"\n") + 1 or end
            done = os.write(self._fd, written[:end])
            written = written[done:]


class _Ending:
    """How this child has ended its cell."""

    code = 0


def _become_child(
    shell: Any, tunnel: Tunnel | None, order: Order, streams: tuple[Any, ...]
) -> None:
    """Put what works in a child in the place of what needs the kernel's sockets."""
    order.close()
    _signals_as_python_has_them()
    for fd, stream in enumerate(streams, 1):
        own = ChildStream(fd)
        stream.write, stream.flush = own.write, own.flush
    shell.display_pub.publish_display_data = _show_text
    shell.display_pub.clear_output = _clear
    shell.displayhook.publish_execution_result = _show_result
    shell._showtraceback = _show_traceback  # noqa: SLF001 - the hook that IPython offers
    builtins.input = getpass.getpass = _refuse
    if tunnel is not None:
        tunnel.publish = _Refusal().publish  # type: ignore[method-assign]


def _signals_as_python_has_them() -> None:
    number = int(signal.SIGINT)
    module = getattr(_signal.getsignal(number), "__module__", None) or ""
    if module.startswith("datalab_kernel_spec."):
        _signal.signal(number, signal.default_int_handler)
    signal.set_wakeup_fd(-1)  # the kernel's event loop has the other end
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (number,))


def _show_text(data: Any, *_metadata: object) -> None:
    """Print what a display shows where there is only text."""
    sys.stdout.write(str(data.get("text/plain", "")) + "\n")


def _show_result(_count: int, data: Any, *_metadata: object) -> None:
    _show_text(data)


def _clear(*_wait: object, **_keywords: object) -> None:
    """Leave all as it is: what other processes have shown isn't a child's to remove."""


def _show_traceback(etype: type, evalue: BaseException, stb: list[str]) -> None:
    """Show what ends a cell in its child, as Python itself does."""
    if issubclass(etype, SystemExit):
        code = evalue.args[0] if evalue.args else None
        if code is not None and not isinstance(code, int):
            sys.stderr.write(f"{code}\n")
            code = 1
        _end_child(code or 0)
    _Ending.code = 1
    sys.stderr.write("\n".join(stb) + "\n")


def _refuse(*_prompt: object, **_keywords: object) -> NoReturn:
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError(NO_INPUT)


class _Refusal:
    """Show what goes through the tunnel as text, or say once that it can't be shown."""

    def __init__(self) -> None:
        self._is_said = False

    def publish(self, msg_type: str, content: dict[str, Any], **_rest: object) -> None:
        """Take the place of :meth:`Tunnel.publish`."""
        if msg_type == "stream":
            getattr(sys, content["name"]).write(content["text"])
        elif msg_type in {"display_data", "update_display_data"}:
            _show_text(content["data"])
        elif msg_type == "error":
            sys.stderr.write("\n".join(content["traceback"]) + "\n")
        elif msg_type.startswith("comm_") and not self._is_said:
            self._is_said = True
            sys.stderr.write(NO_WIDGETS)
