"""Tracebacks that end in the person's own code: what our code did behind it is folded away.

Only what is shown is short, and ``%tb`` and ``%xmode Verbose`` show all of it; the errors
themselves, ``sys.last_value`` and debuggers keep every frame. Which frames are whose is
``_frames``'s.
"""

from __future__ import annotations

import functools
import logging
import sys
import types
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from IPython.core.interactiveshell import InteractiveShell

    from datalab_kernel.session._frames import Frames, Split

__all__ = ["ShortTracebacks"]

_SAY_ALL = (DataLabKernelError, KeyboardInterrupt)
"""Errors whose message alone says what happened."""
_WHOLE, _WITHOUT_FRAMES = ("Verbose",), ("Minimal", "Doctest")
"""Modes of ``%xmode``."""

_logger = logging.getLogger(__name__)


class ShortTracebacks:
    """Fold a shell's tracebacks, from :meth:`begin` to :meth:`end`.

    Parameters
    ----------
    shell
        IPython's. One that shows tracebacks in another way than IPython 8 and 9 shows
        them whole.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._formatter: Any = getattr(shell, "InteractiveTB", None)
        self._user_ns = shell.user_ns

    def begin(self) -> None:
        """Put the folding into the shell."""
        whole = getattr(self._formatter, "structured_traceback", None)
        if whole is None:
            return

        @functools.wraps(whole)
        def structured_traceback(*args: Any, **keywords: Any) -> list[str]:
            return self._shown(whole, *args, **keywords)

        self._formatter.structured_traceback = structured_traceback

    @functools.cached_property
    def _frames(self) -> Frames:
        from datalab_kernel.session._frames import Frames  # with the first error

        return Frames(self._user_ns)

    def end(self) -> None:
        """Take it out again."""
        if self._formatter is not None:
            vars(self._formatter).pop("structured_traceback", None)

    def _shown(
        self,
        whole: Callable[..., list[str]],
        etype: Any = None,
        error: Any = None,
        tb: Any = None,
        *args: Any,
        **keywords: Any,
    ) -> list[str]:
        """Return the lines that show an error, as IPython's ``structured_traceback`` does."""
        mode = getattr(self._formatter, "mode", "")
        is_news = error is not None and error is sys.exc_info()[1]  # else %tb asks for it
        if not is_news or mode in _WHOLE or not isinstance(tb, types.TracebackType):
            return whole(etype, error, tb, *args, **keywords)
        try:
            split = self._frames.split(tb)
            steps = _steps(error, split, self._frames)
        except Exception:  # a long traceback is better than none
            _logger.debug("a traceback can't be folded", exc_info=True)
            return whole(etype, error, tb, *args, **keywords)
        with _relinked(steps):
            lines = whole(etype, error, split.shown, *args, **keywords)
        self._formatter.tb = tb  # what %pdb looks at
        is_told = mode in _WITHOUT_FRAMES or isinstance(error, _SAY_ALL)
        if split.is_end_folded and not is_told and isinstance(lines, list):
            lines.insert(-1, f"{_said(split)}\n")
        return lines


def _said(split: Split) -> str:
    number = split.folded
    frames = "1 frame" if number == 1 else f"{number} frames"
    return f"    [... {frames} inside {', '.join(split.packages)}: %tb shows all]"


def _steps(error: BaseException, split: Split, frames: Frames) -> list[tuple[BaseException, Split]]:
    """Return an error and those before it that are to be shown, each with its frames.

    One that came up and was caught behind the person's code says nothing of that code.
    """
    from datalab_kernel.session._frames import Owner

    steps = [(error, split)]
    is_behind = split.is_end_folded
    for earlier in _before(error):
        found = frames.split(earlier.__traceback__)
        if not is_behind or Owner.PERSON in found.owners:
            steps.append((earlier, found))
            is_behind = found.is_end_folded
    return steps


def _before(error: BaseException) -> Iterator[BaseException]:
    """Give the errors before one, in the order in which Python shows them: nearest first."""
    seen = {id(error)}
    earlier = _shown_before(error)
    while earlier is not None and id(earlier) not in seen:
        yield earlier
        seen.add(id(earlier))
        earlier = _shown_before(earlier)


def _shown_before(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None or error.__suppress_context__:
        return error.__cause__
    return error.__context__


@contextmanager
def _relinked(steps: list[tuple[BaseException, Split]]) -> Iterator[None]:
    """Let errors have only these before them, with only these frames, until the end."""
    errors = [error for error, _ in steps]
    before = [
        (e, e.__traceback__, e.__cause__, e.__context__, e.__suppress_context__) for e in errors
    ]
    try:
        for error, split in steps[1:]:
            error.__traceback__ = split.shown
        for error, wanted in zip(errors, [*errors[1:], None], strict=True):
            if _shown_before(error) is not wanted:
                error.__cause__, error.__context__ = None, wanted
                error.__suppress_context__ = wanted is None
        yield
    finally:
        for error, tb, cause, context, is_suppressed in before:
            error.__traceback__, error.__cause__, error.__context__ = tb, cause, context
            error.__suppress_context__ = is_suppressed
