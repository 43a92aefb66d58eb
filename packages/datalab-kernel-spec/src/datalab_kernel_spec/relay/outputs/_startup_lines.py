"""What xpython says on the terminal at each start, and nobody needs to read there.

All else, errors above all, stays.
"""

from __future__ import annotations

__all__ = ["StartupLines"]

BEGINNINGS = (
    b"registering handler for SIG",
    b"WARNING: this instance of xeus-python has been installed from a PyPI wheel.",
    b"We recommend using a general-purpose package manager instead, such as Conda",
    b"Starting xeus-python kernel...",
    b"If you want to connect to this kernel from an other client, you can use",
    b"Run with XEUS ",
    b"[XPythonShellApp] WARNING | Unrecognized alias: 'f'",  # 0.14, of its own command line
)


class StartupLines:
    """Leave out those lines, however a pipe cuts them."""

    def __init__(self) -> None:
        self._begun = b""
        self._is_inside = False  # what is shown last had no end yet
        self._was_left_out = False

    def without(self, piece: bytes) -> bytes:
        """Return what of a piece is to be read; the beginning of such a line waits for its end."""
        *lines, last = (self._begun + piece).split(b"\n")
        kept = b"".join(line + b"\n" for line in lines if not self._is_left_out(line))
        is_awaited = any(last.startswith(one[: len(last)]) for one in BEGINNINGS)
        self._begun = b""
        if is_awaited and not self._is_inside:
            self._begun = last
            return kept
        self._is_inside = self._is_inside or bool(last)
        return kept + last

    def rest(self) -> bytes:
        """Return what still waits, as nothing more will come."""
        rest, self._begun = self._begun, b""
        return rest

    def _is_left_out(self, line: bytes) -> bool:
        """Say whether a line is one of them, or an empty one behind one of them."""
        if self._is_inside:
            self._is_inside = self._was_left_out = False
            return False
        is_blank = not line.strip()
        self._was_left_out = line.startswith(BEGINNINGS) or (is_blank and self._was_left_out)
        return self._was_left_out
