"""What a Stop does, decided by what is on the stack of the main thread when it comes.

``KeyboardInterrupt`` is raised only where a person's code is on the stack, above any code
of ours, of IPython or of xpython that couldn't bear it there. Elsewhere the Stop is noted:
the cell that it was meant for gets it at its next statement, or where it awaits; one whose
cell is over is forgotten.
"""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from datalab_kernel_spec.stops._signal_module import handle_sigint
from datalab_kernel_spec.stops._signals import (
    SignalReceiver,
    hold_back,
    hurry_pending,
    let_through,
)

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable
    from types import CodeType, FrameType

__all__ = ["Stops"]

_Function = TypeVar("_Function", bound="Callable[..., Any]")

_default_int_handler: Any = signal.default_int_handler
STOPPED = compile("raise KeyboardInterrupt", "<stopped before this statement>", "exec")
OF_THE_KERNEL = ("IPython.core.", "xeus_python_shell.", "datalab_kernel.", "datalab_kernel_spec.")
"""Whose callbacks of events are none of a person's."""


class _Place(Enum):
    """What is on the stack, as far as a Stop is concerned."""

    CELL = auto()
    """A cell's own code."""
    CALLBACK = auto()
    """Code of a person's that isn't a cell: callbacks of comms."""
    EVENT = auto()
    """Callbacks of IPython's events, which are a person's or the kernel's own."""
    ERROR_DISPLAY = auto()
    """A traceback is made, which is worth waiting for."""
    MACHINERY = auto()
    """Code that must not be interrupted."""


class Stops:
    """Take SIGINT for a shell, and hand it to what a person wants to stop."""

    def __init__(self) -> None:
        self._places: dict[CodeType, _Place] = {_inside.__code__: _Place.CALLBACK}
        self.never_inside(Stops.guarded)
        self._asks: set[CodeType] = set()
        self._run_code: CodeType | None = None
        self._namespace: dict[str, Any] | None = None
        self._cell_runs = False
        self._is_noted = False
        self._is_open = False  # whether a person's code may be on the stack
        self._is_impatient = self._is_cut = self._is_shown = False
        self._handled = self._seen = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._parked: asyncio.Task[Any] | None = None
        self._cancels = 0
        self._handler = _without_a_frame(self._raises)
        self._receiver = SignalReceiver(self._waits, _without_a_frame(self._raises_when_nudged))

    def attach(self, shell: Any) -> None:
        """Take over SIGINT for a shell; one that came during the start is forgotten."""
        self._namespace = shell.user_global_ns
        self._run_code = shell.run_code.__func__.__code__
        self._places[type(shell.events).trigger.__code__] = _Place.EVENT
        shell.run_code = self._watched(shell.run_code)
        shell.showtraceback = self._patient(shell, shell.showtraceback)
        self._receiver.start(partial(handle_sigint, self._handler))

    # -- what is on the stack -------------------------------------------------------------

    def never_inside(self, function: _Function) -> _Function:
        """Raise nothing inside a function of the kernel's own, but in what it guards."""
        self._places[function.__code__] = _Place.MACHINERY
        return function

    def always_inside(self, function: _Function) -> _Function:
        """End a function that waits for the person's answer, even where a traceback is shown."""
        self._asks.add(function.__code__)
        return function

    def shown(self) -> None:
        """Say that a traceback is published: a Stop cuts none of it short any more."""
        self._is_shown = True

    def guarded(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Call a person's code that isn't a cell's; the caller catches ``KeyboardInterrupt``."""
        with self.opened():
            return _inside(call, *arguments)

    def opened(self) -> _Opened:
        """Let SIGINT reach this thread while a person's code may be on its stack."""
        return _Opened(self)

    def closed(self) -> _Closed:
        """Keep SIGINT from this thread while the event loop turns inside a person's code."""
        return _Closed(self)

    def open(self, *, is_open: bool) -> bool:
        """Say whether a person's code may be on the stack; return what it was until now."""
        was_open, self._is_open = self._is_open, is_open
        return was_open

    def _nearest(self, frame: FrameType | None) -> tuple[_Place, bool]:
        """Return what is nearest on the stack, and whether a question is above it."""
        is_asking, inner = False, None
        while frame is not None:
            code = frame.f_code
            place = self._places.get(code)
            if place is not None:
                # In the function itself, before or after its call, nothing may be raised.
                is_own = inner is None or (place is _Place.EVENT and _is_of_the_kernel(inner))
                return (_Place.MACHINERY if is_own else place), is_asking
            if code is self._run_code and inner is not None and inner.f_globals is self._namespace:
                return _Place.CELL, is_asking
            is_asking = is_asking or code in self._asks
            inner, frame = frame, frame.f_back
        # A person's code runs, and not on this stack: it has made one of its own (greenlets).
        return (_Place.CELL if self._is_open else _Place.MACHINERY), is_asking

    # -- the signal -----------------------------------------------------------------------

    def _raises(self, _number: int, frame: FrameType | None) -> bool:
        """Take a Stop; say whether ``KeyboardInterrupt`` is raised now."""
        self._handled += 1
        place, is_asking = self._nearest(frame)
        is_noted, self._is_noted = self._is_noted, self._cell_runs
        self._wake_cell_soon()
        match place:
            case _Place.CELL:
                self._is_noted = False
                return True
            case _Place.CALLBACK | _Place.EVENT:
                return True
            case _Place.ERROR_DISPLAY if is_asking or self._is_impatient:
                self._is_noted = is_noted
                self._is_cut = not is_asking
                return True
            case _Place.ERROR_DISPLAY:
                self._is_impatient = True
        return False

    def _raises_when_nudged(self, _number: int, frame: FrameType | None) -> bool:
        """Look again whether a noted Stop may be raised now."""
        self._handled += 1  # Python calls the handlers of all signals that have come
        if self._is_noted and self._nearest(frame)[0] is _Place.CELL:
            self._is_noted = False
            return True
        return False

    def _waits(self) -> bool:
        """Say whether a Stop waits for Python's handler or for the cell (from another thread)."""
        is_unseen = self._handled == self._seen
        self._seen = self._handled
        return self._is_open and (self._is_noted or is_unseen)

    # -- the cell -------------------------------------------------------------------------

    def begin_cell(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Hand Stops to a cell from now on; what came before was meant for another."""
        hurry_pending(self._handler)
        self._is_noted = False
        self._cell_runs = True
        self._loop = loop
        self._receiver.wake(self._wake_loop)

    def end_cell(self) -> None:
        """Forget what came too late."""
        self._cell_runs = self._is_noted = False

    def take(self) -> bool:
        """Say whether a Stop waits for the cell; it doesn't any more then."""
        is_noted, self._is_noted = self._is_noted, False
        return is_noted

    def park(self, task: asyncio.Task[Any] | None) -> asyncio.Task[Any] | None:
        """Let Stops cancel what is awaited in a task; return the one that it was until now."""
        outer, self._parked = self._parked, task
        return outer

    def unpark(self, outer: asyncio.Task[Any] | None) -> bool:
        """Say whether a Stop came while a task awaited, however the waiting ended."""
        task, self._parked = self._parked, outer
        while task is not None and self._cancels:
            self._cancels -= 1
            task.uncancel()
        return self.take()

    def _wake_loop(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_nothing)

    def _wake_cell_soon(self) -> None:
        if self._is_noted and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_cell)

    def _wake_cell(self) -> None:
        if self._is_noted and self._parked is not None:
            self._cancels += 1
            self._parked.cancel()

    # -- the shell ------------------------------------------------------------------------

    def _watched(self, run_code: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Let a noted Stop end the cell at its next statement, as an error of that statement."""

        async def run_code_unless_stopped(
            code_obj: CodeType, result: Any = None, *, async_: bool = False
        ) -> Any:
            if self.take():
                code_obj, async_ = STOPPED, False
            return await run_code(code_obj, result, async_=async_)

        return run_code_unless_stopped

    def _patient(self, shell: Any, showtraceback: Callable[..., None]) -> Callable[..., None]:
        """Let a traceback be shown whole; who presses Stop twice meanwhile gets its last line."""

        def show(*arguments: Any, **keywords: Any) -> None:
            showtraceback(*arguments, **keywords)

        def show_unless_stopped(*arguments: Any, **keywords: Any) -> None:
            error = sys.exc_info()[1]
            was_impatient, self._is_impatient = self._is_impatient, False
            was_cut, self._is_cut = self._is_cut, False
            was_shown, self._is_shown = self._is_shown, False
            try:
                with suppress(KeyboardInterrupt):  # IPython itself prints a word of it
                    show(*arguments, **keywords)
                if self._is_cut and not self._is_shown:
                    name = type(error).__name__
                    shell._showtraceback(type(error), error, [f"{name}: {error}"])  # noqa: SLF001
            finally:
                self._is_impatient, self._is_cut = was_impatient, was_cut
                self._is_shown = was_shown

        self.never_inside(show_unless_stopped)
        self._places[show.__code__] = _Place.ERROR_DISPLAY
        return show_unless_stopped


class _Opened:
    """The time in which SIGINT reaches the thread; a class, as each cell passes by here."""

    __slots__ = ("_stops", "_was_blocked", "_was_open")

    def __init__(self, stops: Stops) -> None:
        self._stops = stops

    def __enter__(self) -> None:
        self._was_open = self._stops.open(is_open=True)
        self._was_blocked = let_through()

    def __exit__(self, *_raised: object) -> None:
        if self._was_blocked:
            hold_back()
        self._stops.open(is_open=self._was_open)


class _Closed:
    """The time in which SIGINT doesn't reach the thread."""

    __slots__ = ("_stops", "_was_let_through", "_was_open")

    def __init__(self, stops: Stops) -> None:
        self._stops = stops

    def __enter__(self) -> None:
        self._was_open = self._stops.open(is_open=False)
        self._was_let_through = hold_back()

    def __exit__(self, *_raised: object) -> None:
        if self._was_let_through:
            let_through()
        self._stops.open(is_open=self._was_open)


def _without_a_frame(raises: Callable[[int, FrameType | None], bool]) -> Callable[..., Any]:
    """Make a signal handler whose ``KeyboardInterrupt`` shows no frame of ours in its traceback.

    Python calls a class's ``__init__`` if ``__new__`` has returned one of its objects, and a
    function in C leaves no frame.
    """

    class Handler:
        def __new__(cls, number: int, frame: FrameType | None) -> Any:
            return object.__new__(cls) if raises(number, frame) else None

        __init__ = _default_int_handler

    handler: Callable[..., Any] = Handler
    return handler


def _is_of_the_kernel(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith(OF_THE_KERNEL)


def _inside(call: Callable[..., Any], *arguments: Any) -> Any:
    return call(*arguments)


def _nothing() -> None:
    """Do nothing."""
