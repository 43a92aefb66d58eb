"""Making something while something else is waited for."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Wait(Protocol[T_co]):
    """Waits for what is being made."""

    def __call__(self, timeout: float | None = None) -> T_co:
        """Return it, or raise what went wrong; `TimeoutError` if it isn't there in time."""


def ahead(make: Callable[[], T]) -> Wait[T]:
    """Begin to make something, and return what waits for it: called, it gives that or raises.

    Where no thread can be started it is made at once.

    Examples
    --------
    >>> wait = ahead(lambda: 6 * 7)
    >>> wait()
    42
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            future.set_exception(error)

    try:
        threading.Thread(target=run, name="datalab-kernel-ahead", daemon=True).start()
    except RuntimeError:  # in the browser
        run()
    return future.result
