"""A place where a cell waits, so that a test knows what it is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Gate"]


class Gate:
    """Closed at first.

    Parameters
    ----------
    path
        A file, by which the kernel sees that it was opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.wait = (
            f"while not __import__('os').path.exists({str(path)!r}): __import__('time').sleep(0.02)"
        )
        """A statement that ends when the gate is open."""
        self.run = f"print('begun', flush=True)\n{self.wait}"
        """A cell that says `begun`, and then waits."""

    def open(self) -> None:
        """Let the cell go on."""
        self._path.touch()
