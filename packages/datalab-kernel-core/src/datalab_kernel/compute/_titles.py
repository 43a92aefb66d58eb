"""The title of a result: Sigima's own wording, with the objects' names in it.

Sigima asks one formatter, which is the process's, for the title of each result. While a
computation of ours runs, that formatter writes names for it and leaves all others alone.
"""

from __future__ import annotations

import re
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

from sigima.proc.title_formatting import (
    PlaceholderTitleFormatter,
    get_default_title_formatter,
    set_default_title_formatter,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES: ContextVar[naming | None] = ContextVar("names", default=None)
_PLACEHOLDERS = PlaceholderTitleFormatter()
_OTHER = "\N{HORIZONTAL ELLIPSIS}"


class _NamingFormatter:
    """Write names where they were given, and ask the formatter before us elsewhere."""

    def __init__(self, others: Any) -> None:
        self._others = others

    def format_1_to_1_title(self, name: str, suffix: str | None = None) -> str:
        titles = _NAMES.get()
        if titles is None:
            return str(self._others.format_1_to_1_title(name, suffix))
        return titles.write(_PLACEHOLDERS.format_1_to_1_title(name), suffix, 1)

    def format_n_to_1_title(self, name: str, n_inputs: int, suffix: str | None = None) -> str:
        titles = _NAMES.get()
        if titles is None:
            return str(self._others.format_n_to_1_title(name, n_inputs, suffix))
        template = _PLACEHOLDERS.format_n_to_1_title(name, n_inputs)
        return titles.write(template, suffix, n_inputs)

    def format_2_to_1_title(self, name: str, suffix: str | None = None) -> str:
        titles = _NAMES.get()
        if titles is None:
            return str(self._others.format_2_to_1_title(name, suffix))
        return titles.write(_PLACEHOLDERS.format_2_to_1_title(name), suffix, 2)


class _Installation:
    """Puts our formatter in while at least one computation runs, in any thread.

    Who runs many holds it meanwhile. A class, as what ``contextlib`` makes takes five times as long.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._before: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._running == 0:
                self._before = get_default_title_formatter()
                set_default_title_formatter(_NamingFormatter(self._before))
            self._running += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0:
                set_default_title_formatter(self._before)


INSTALLATION = _Installation()


class naming:  # noqa: N801 - used like a function
    """Give the results that are computed in this block titles with these names.

    Examples
    --------
    >>> import numpy as np
    >>> from sigima import create_signal
    >>> from sigima.proc.signal import absolute
    >>> signal = create_signal("", np.array([0.0, 1.0]), np.array([-1.0, 1.0]))
    >>> with naming(["sine"]) as titles:
    ...     titles.finished(absolute(signal).title)
    'absolute(sine)'
    >>> absolute(signal).title
    'Absolute Result'
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._written: set[str] = set()

    def __enter__(self) -> Self:
        INSTALLATION.__enter__()
        self._token = _NAMES.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _NAMES.reset(self._token)
        INSTALLATION.__exit__()

    def write(self, template: str, suffix: str | None, count: int) -> str:
        """Write names into a template of Sigima's, which has ``{0}``, ``{1}``, … for them."""
        # A function that adds something of its own (noise) does so with more than was given
        names = (*self._names, *[_OTHER] * (count - len(self._names)))
        title = template.format(*names)
        title = f"{title}|{suffix}" if suffix else title
        self._written.add(title)
        return title

    def finished(self, title: str) -> str:
        """Write names also into a title that a function made without asking for one."""
        if title in self._written:
            return title
        return re.sub(r"\{(\d)\}", self._named, title)

    def _named(self, found: re.Match[str]) -> str:
        number = int(found[1])
        return self._names[number] if number < len(self._names) else found[0]
