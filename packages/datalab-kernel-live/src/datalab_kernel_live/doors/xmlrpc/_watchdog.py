"""Finding out that DataLab's XML-RPC server hangs, instead of waiting for it to the end.

It waits for a signal of DataLab's window, which never comes if what was asked for failed there,
and now and then is lost where the window ends the call before just when the next one comes. The
window answers the Web API all the same: then it isn't at work on the call.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError
from datalab_kernel_live.doors.xmlrpc._futures import submit

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from datalab_kernel_live.doors.web._door import WebDoor

HANG_S = 2.0
"""A call that takes longer is looked after; a tenth of its time limit if that is less."""
_PROBE_S = 1.0
_GRACE_S = 1.0
"""How long the answer may take once the window is at rest: 20 times what it usually takes."""
_HEALED_S = 0.2
"""So soon after the signal a server answers that has waited for it; it looks every 50 ms."""
_PROBES, _QUICK_S = 10, 0.05
_QUIET_ROUNDS = 3
_NO_FUNCTION = "no_such_function_of_datalab_kernel"
NO_NAME = "no object of datalab-kernel"
"""What is asked for where only the answer counts: listing all would make DataLab copy them."""


class HungError(Exception):
    """The call hung; ``is_healed`` if the server answers again."""

    def __init__(self, *, is_healed: bool) -> None:
        super().__init__()
        self.is_healed = is_healed


def watched_call(
    send: Callable[[], Any], web: WebDoor, timeout_s: float, *, is_question: bool = False
) -> Any:
    """Return what answers a call, looking after it while it takes long.

    ``send`` returns as soon as the answer begins to come: while one reads it, the window is at rest.

    A question has its value before the signal, which only lets it go: it is given if the server
    hung, too. Without a time limit it waits as long as a dialog box is open.

    A window that works may answer the Web API now and then, as it does while a box shows the
    progress of painting, but not quickly each time.

    Raises
    ------
    HungError
        If DataLab's window was at rest meanwhile: the server hung. What was asked for may
        have been done, or have failed. It can't be healed while a dialog box is open.
    """
    answer = submit(send)
    end_s = time.monotonic() + timeout_s
    wait_s, quiet = min(HANG_S, timeout_s / 10), 0
    while time.monotonic() < end_s:
        try:
            return answer.result(wait_s)
        except TimeoutError:
            pass
        if not is_at_rest(web):
            wait_s, quiet = _PROBE_S, 0
            continue
        try:
            return answer.result(_GRACE_S)
        except TimeoutError:
            pass
        wait_s = 0.0
        if not _answers_quickly(web):
            quiet = 0
            continue
        if _is_woken(answer, web):
            if is_question:
                return answer.result()
            raise HungError(is_healed=True)
        quiet += 1
        if quiet == _QUIET_ROUNDS:
            if timeout_s == math.inf:
                break
            raise HungError(is_healed=False)
    return answer.result()  # if it has a time limit, it is about to say so


def _is_woken(answer: Future[Any], web: WebDoor) -> bool:
    """Say whether the signal ends the call: then nothing else would have."""
    _give_signal(web)
    try:
        answer.result(_HEALED_S)
    except TimeoutError:
        return False
    except Exception:  # noqa: BLE001 - whatever became of it: it hung
        return True
    return True


def _answers_quickly(web: WebDoor) -> bool:
    """Say whether DataLab's window has nothing to do, again and again."""
    for _ in range(_PROBES):
        started = time.monotonic()
        if not is_at_rest(web) or time.monotonic() - started > _QUICK_S:
            return False
    return True


def is_at_rest(web: WebDoor) -> bool:
    """Say whether DataLab's window answers at once: it isn't at work."""
    try:
        web.info(NO_NAME, timeout_s=_PROBE_S)
    except DataLabKernelError:
        return False
    return True


def _give_signal(web: WebDoor) -> None:
    """Let DataLab's window give the signal, by a computation that doesn't exist: nothing changes."""
    with suppress(DataLabKernelError):  # as it should be: there is no such function
        web.calc(_NO_FUNCTION, timeout_s=5.0)
