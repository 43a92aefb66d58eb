"""A line that says how far a long run is: in a notebook, and only once it has taken a while.

Nothing is shown outside of IPython, nor for a run that is short or of one thing.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")
_QUIET_S = 0.5
_STEP_S = 0.2
_is_untracked: ContextVar[bool] = ContextVar("is_untracked", default=False)


@contextmanager
def untracked() -> Iterator[None]:
    """Show nothing in this block, in this thread: it is a part of what somebody else tracks."""
    token = _is_untracked.set(True)
    try:
        yield
    finally:
        _is_untracked.reset(token)


class tracking(Generic[T]):  # noqa: N801 - used like a function
    """Give items one by one, and show how many were done once that takes a while.

    The line is taken away when the block ends, also by an error or an interrupt.

    Parameters
    ----------
    items
        What is worked through.
    doing
        What is done, such as ``"Loading"``.

    Examples
    --------
    >>> with tracking([1, 2, 3], "Doubling") as numbers:
    ...     [2 * number for number in numbers]
    [2, 4, 6]
    """

    def __init__(self, items: Sequence[T], doing: str) -> None:
        self._items = items
        self._line = ProgressLine(doing, len(items))

    def __enter__(self) -> Iterator[T]:
        return iter(self._items) if len(self._items) == 1 else self._tracked()

    def __exit__(self, *_: object) -> None:
        self._line.end()

    def _tracked(self) -> Iterator[T]:
        for done, item in enumerate(self._items):
            self._line.show(done)
            yield item


class ProgressLine:
    """The line's display; made when it is first due, taken away at the end.

    Parameters
    ----------
    doing
        What is done, such as ``"Loading"``.
    number
        Of how many.
    """

    def __init__(self, doing: str, number: int) -> None:
        self._doing = doing
        self._number = 0 if _is_untracked.get() else number
        self._due_s = time.monotonic() + _QUIET_S
        self._key = ""
        self._is_shown = False

    def show(self, done: int, more: str = "", link: str = "") -> None:
        """Show how many are done, if it is time to.

        Parameters
        ----------
        done
            How many are.
        more
            What else there is to say, such as the time that is left.
        link
            Where one can look at it.
        """
        now = time.monotonic()
        if self._number > 1 and now >= self._due_s:
            self._due_s = now + _STEP_S
            text = f"{self._doing} {done:,} of {self._number:,} …"
            self._publish(f"{text} {more}" if more else text, done, link)

    def end(self) -> None:
        """Take the line away."""
        if self._is_shown:
            self._publish("", self._number)

    def _publish(self, text: str, done: int, link: str = "") -> None:
        publisher = _publisher()
        if publisher is None:
            return
        bar = f'<progress value="{done}" max="{self._number}"></progress> {escape(text)}'
        if link:
            bar += f' <a href="{escape(link)}" target="_blank">{escape(link)}</a>'
            text += f" {link}"
        data = {"text/plain": text, "text/html": bar if text else ""}
        self._key = self._key or uuid4().hex
        transient = {"display_id": self._key}
        publisher.publish(data=data, transient=transient, update=self._is_shown)
        self._is_shown = True


def _publisher() -> Any:
    """Return the notebook's way to show things, if this is one; nothing is imported for it."""
    module: Any = sys.modules.get("IPython")
    shell: Any = module.get_ipython() if module is not None else None
    has_kernel = shell is not None and type(shell.display_pub).__name__ != "DisplayPublisher"
    return shell.display_pub if has_kernel else None
