"""What is made in a thread of its own while something else is waited for."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def submit(make: Callable[[], T]) -> Future[T]:
    """Begin to make something, which the returned future then gives.

    Unlike an executor's thread, this one doesn't keep the process from ending. Where no thread
    can be started it is made at once.

    Examples
    --------
    >>> submit(lambda: 6 * 7).result()
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
    return future
