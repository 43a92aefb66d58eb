"""Errors: where and when they are shown, and which of them is the cell's.

xpython keeps the last traceback that was shown as the error of the cell, and publishes it
behind everything else. As in ipykernel, each is shown at once, and a cell's error is what
ended its code, or kept its result from being shown.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._parents import foreign_parent
from datalab_kernel_spec.messages._text import valid_text
from datalab_kernel_spec.protocol._words import marked

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_spec.messages._parents import Parents
    from datalab_kernel_spec.messages._tunnel import Tunnel

__all__ = ["ErrorsAtEnd", "ErrorsAtOnce", "show_raised"]


class ErrorsAtEnd:
    """Leave it to xpython to publish the last error that was shown; where there is no relay."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._error: list[Any] | None = None

    def begin_cell(self) -> None:
        """Forget the error of an earlier cell."""
        self._shell.last_error = None

    def end_code(self, result: Any, raised: BaseException | None) -> bool:
        """Take how a cell's code has ended; say whether it failed."""
        ended = raised or _error_of(result)
        # Kept: a cell that is queued meanwhile clears it.
        self._error = self._shell.last_error or (_plainly(ended) if ended else None)
        return self._error is not None

    def told(self) -> list[Any] | None:
        """Return what xpython is told of the cell's error."""
        return self._error or self._shell.last_error


class ErrorsAtOnce:
    """Publish errors through the tunnel as they are shown."""

    def __init__(
        self, shell: Any, tunnel: Tunnel, parents: Parents, on_shown: Callable[[], None]
    ) -> None:
        self._shell = shell
        self._tunnel = tunnel
        self._parents = parents
        self._on_shown = on_shown
        self._error: list[Any] | None = None
        self._result_error: list[Any] | None = None
        self._last: tuple[BaseException | None, list[str]] = (None, [])
        self._is_in_result = False
        from IPython.core.interactiveshell import InteractiveShell

        self._watch_results(shell.displayhook)
        shell._showtraceback = self.show  # noqa: SLF001 - the hook that IPython offers
        shell.show_usage_error = InteractiveShell.show_usage_error.__get__(shell)

    def _watch_results(self, hook: Any) -> None:
        """Notice what is shown while a cell's result is formatted."""
        start, finish = hook.start_displayhook, hook.finish_displayhook

        def start_watched() -> None:
            self._is_in_result = True
            start()

        def finish_watched() -> None:
            self._is_in_result = False
            finish()

        hook.start_displayhook, hook.finish_displayhook = start_watched, finish_watched

    def begin_cell(self) -> None:
        """Forget the error of an earlier cell."""
        self._shell.last_error = self._error = self._result_error = None
        self._last = (None, [])
        self._is_in_result = False

    def show(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        """Publish a traceback under the code that shows it."""
        stb = [*map(valid_text, stb)]
        error = [etype.__name__, _text(evalue), stb]
        is_main = threading.current_thread() is threading.main_thread()
        if is_main:
            self._last = (evalue, stb)
            if self._is_in_result:
                self._result_error = error
        elif foreign_parent() is None:
            self._shell.last_error = error  # the debugger's, which xpython publishes
            return
        self._publish(error)
        if is_main:
            self._on_shown()

    def _publish(self, error: list[Any]) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # what was printed before
        content = dict(zip(("ename", "evalue", "traceback"), error, strict=True))
        self._tunnel.publish("error", content, parent=self._parents.now())

    def end_code(self, result: Any, raised: BaseException | None) -> bool:
        """Take how a cell's code has ended; say whether it failed."""
        ended = raised or _error_of(result)
        if ended is None:
            self._error = self._result_error
            return self._error is not None
        shown, traceback = self._last
        is_shown = shown is ended
        self._error = [type(ended).__name__, _text(ended), traceback if is_shown else []]
        if not is_shown and isinstance(ended, KeyboardInterrupt):
            self._error = _plainly(ended)  # a second Stop has cut its traceback short
            self._publish(self._error)
        return True

    def told(self) -> list[Any] | None:
        """Return what xpython is told of the cell's error."""
        if self._error is None:
            return None
        name, value, traceback = self._error
        return [name, value, marked(traceback, self._shell.payload_manager.read_payload())]


def _error_of(result: Any) -> BaseException | None:
    """Return what ended a cell's code; None if it came to its end."""
    found: BaseException | None = getattr(result, "error_before_exec", None)
    return found or getattr(result, "error_in_exec", None)


def _plainly(error: BaseException) -> list[Any]:
    """Return what is told of an error without a traceback."""
    name = type(error).__name__
    return [name, _text(error), [f"{name}: {_text(error)}"]]


def show_raised(shell: Any) -> None:
    """Show the error that is handled now, at least by its name."""
    try:
        shell.showtraceback()
    except BaseException as error:  # noqa: BLE001 - what shows errors is broken, or stopped
        shell._showtraceback(type(error), error, _plainly(error)[2])  # noqa: SLF001


def _text(error: BaseException) -> str:
    """Return an error's text, also if it has none that can be made."""
    try:
        return valid_text(str(error))
    except Exception:  # noqa: BLE001 - the __str__ of anybody's class
        return f"<{type(error).__name__} whose text can't be made>"
