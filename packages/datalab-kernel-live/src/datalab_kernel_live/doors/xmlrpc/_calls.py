"""How calls of DataLab's XML-RPC server are made, one at a time, and what their failures mean.

It may stop answering for good after an error in DataLab's window: so every call has a time
limit, and is looked after while it takes long.
"""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from datalab_kernel.errors import (
    DataLabBusyError,
    DataLabKernelError,
    DataLabRefusedError,
    DataLabUnreachableError,
)
from datalab_kernel_live.doors._wire_errors import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
    WireError,
)
from datalab_kernel_live.doors.xmlrpc._caller import Caller, FaultError, LoopbackCaller
from datalab_kernel_live.doors.xmlrpc._deferred import DeferredAction
from datalab_kernel_live.doors.xmlrpc._futures import submit
from datalab_kernel_live.doors.xmlrpc._watchdog import HungError, watched_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from datalab_kernel.backends import Kind
    from datalab_kernel_live.doors.web._door import WebDoor

Texts: TypeAlias = list[str]

TIMEOUT_S = 5.0


class Calls:
    """Calls of the XML-RPC server at a port of this computer.

    Parameters
    ----------
    port
        Where it listens.
    caller
        What makes the calls; by default a connection for each.
    heals_by
        The other door: with it, what only asks is asked again where this one hung.

    Notes
    -----
    Every method may raise `DataLabUnreachableError`, `DataLabBusyError` and
    `DataLabRefusedError`; their fact ``was_sent`` is False where DataLab can't have
    acted on the call. A call that waits for DataLab's window takes about 50 ms.
    """

    def __init__(
        self, port: int, caller: Caller | None = None, *, heals_by: WebDoor | None = None
    ) -> None:
        self._port = port
        self._heals_by = heals_by
        self.is_lost = False
        """Whether DataLab was gone: look for it again."""
        self._caller: Caller = caller or LoopbackCaller(port)
        self._lock = threading.Lock()
        self.deferred = DeferredAction()
        """What still goes on behind a call; every other call here waits for it."""

    def __repr__(self) -> str:
        return f"RemoteDoor({self._port})"

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """The same as an address."""
        return f"http://127.0.0.1:{self._port}"

    def call(
        self,
        method: str,
        *arguments: Any,
        timeout_s: float = TIMEOUT_S,
        is_question: bool = False,
    ) -> Any:
        """Call one of DataLab's remote methods, once, and return what it returns.

        Parameters
        ----------
        method, *arguments
            What is called, and with what.
        timeout_s
            How long it may take.
        is_question
            Whether it changes nothing: then it is answered where the server hung, too.

        Raises
        ------
        DataLabRefusedError
            If it raised; ``detail`` is DataLab's text, such as ``<class 'KeyError'>:...``.
        DataLabBusyError
            If there is no answer in time: it works, a dialog box is open, or it hangs.
        DataLabUnreachableError
            If the door is closed.
        """
        with self._turn(method, timeout_s) as left_s:

            def send() -> Any:
                return self._caller.begin(method, arguments, left_s)()

            return self._watched(send, left_s, is_question=is_question)()

    def in_turn(self, method: str, send: Callable[[], Any]) -> Any:
        """Return what answers somebody else's call of this server, however long it takes."""
        self.deferred.wait()
        with self._translated_failures(method, math.inf):
            return self._watched(send, math.inf, is_question=method.startswith("get_"))

    def _watched(self, send: Callable[[], Any], timeout_s: float, *, is_question: bool) -> Any:
        """Return what a call gives, looking after it if there is a door to heal this one by."""
        if self._heals_by is None:
            return send()
        return watched_call(send, self._heals_by, timeout_s, is_question=is_question)

    @contextmanager
    def _turn(self, method: str, timeout_s: float) -> Iterator[float]:
        """Wait for other calls to end, give what is left of the time, and say what goes wrong."""
        self.deferred.wait()
        end_s = time.monotonic() + timeout_s
        if not self._lock.acquire(timeout=timeout_s):
            raise self._busy(method, timeout_s, was_sent=False)
        try:
            with self._translated_failures(method, timeout_s):
                yield max(end_s - time.monotonic(), 0.01)
        finally:
            self._lock.release()

    @contextmanager
    def _translated_failures(self, method: str, timeout_s: float) -> Iterator[None]:
        """Raise what a failure of a call means."""
        try:
            yield
        except HungError as hung:
            raise self._hung(method, is_healed=hung.is_healed) from None
        except FaultError as fault:
            raise self._refused(method, str(fault)) from None
        except WireError as error:
            raise self._error_of(method, error, timeout_s) from None

    def method(
        self,
        name: str,
        *arguments: Any,
        panel: Kind | None = None,
        timeout_s: float = TIMEOUT_S,
        **named: Any,
    ) -> Any:
        """Call a public method of DataLab's window or of a panel.

        Unlike the remote methods of the same name it raises when DataLab's method does.

        Returns
        -------
        Any
            What it returns; None if that can't be sent, in which case it was done all the same.
        """
        params = {"args": [*arguments], "panel": panel, "kwargs": named}
        return self.done("call_method", name, params, timeout_s=timeout_s)

    def ask(self, kind: type, method: str) -> Future[Any]:
        """Send a question, and return what waits for its answer, of a certain type.

        DataLab looks when the question is there, and sleeps for 50 ms before it answers: what
        is asked for meanwhile at the other door doesn't change the answer.
        """
        with self._turn(method, TIMEOUT_S) as left_s:
            wait = self._caller.begin(method, (), left_s)

        def answer() -> Any:
            with self._translated_failures(method, TIMEOUT_S):
                return _of_kind(kind, method, self._watched(wait, left_s, is_question=True)())

        return submit(answer)

    def given(self, kind: type, method: str, *arguments: Any, timeout_s: float = TIMEOUT_S) -> Any:
        """Call what gives a value of a certain type, and changes nothing."""
        value = self.call(method, *arguments, timeout_s=timeout_s, is_question=True)
        with self._translated_failures(method, timeout_s):
            return _of_kind(kind, method, value)

    def texts(self, method: str, *arguments: Any, timeout_s: float = TIMEOUT_S) -> Texts:
        """Call what gives a list of texts."""
        return [str(one) for one in self.given(list, method, *arguments, timeout_s=timeout_s)]

    def done(self, method: str, *arguments: Any, timeout_s: float = TIMEOUT_S) -> Any:
        """Call what may leave a value that can't be sent: it was done, the value is lost.

        DataLab answers each later call without a value of its own in the same way, until one
        with a value that can be sent.
        """
        try:
            return self.call(method, *arguments, timeout_s=timeout_s)
        except DataLabRefusedError as error:
            if "cannot marshal" not in error.detail:
                raise
        params: dict[str, Any] = {"args": [], "panel": None, "kwargs": {}}
        self.call("call_method", "get_current_panel", params)
        return None

    def _error_of(self, method: str, error: WireError, timeout_s: float) -> DataLabKernelError:
        """Return what a failure on the way means to a person."""
        match error:
            case TimedOutError():
                return self._busy(method, timeout_s, was_sent=True)
            case MalformedError():
                detail = str(error)
                message = (
                    f"What answers at {self.url} isn't what a DataLab's XML-RPC server answers: "
                    f"{detail}. Close DataLab and start it again."
                )
                return DataLabRefusedError(
                    message, url=self.url, detail=detail, method=method, was_sent=True
                )
        return self._unreachable(method, error)

    def _unreachable(self, method: str, error: WireError) -> DataLabUnreachableError:
        self.is_lost = True
        was_sent = not isinstance(error, NotReachedError)
        what = "was lost" if isinstance(error, DroppedError) else "isn't there"
        message = (
            f"The connection to DataLab's XML-RPC server at {self.url} {what} ({error}). Start "
            "DataLab, or there switch on its remote control (File > Settings); the next call "
            "works once it is back."
        )
        return DataLabUnreachableError(
            message, url=self.url, detail=str(error), method=method, was_sent=was_sent
        )

    def _busy(self, method: str, timeout_s: float, *, was_sent: bool) -> DataLabBusyError:
        detail = f"no answer to {method} within {timeout_s:g} s"
        message = (
            f"DataLab is busy ({detail} at {self.url}). If a dialog box is open in its window, "
            "close it there and run this again; what was asked may have been done meanwhile."
        )
        return DataLabBusyError(
            message, url=self.url, detail=detail, method=method, was_sent=was_sent
        )

    def _hung(self, method: str, *, is_healed: bool) -> DataLabBusyError:
        detail = f"its XML-RPC server hung in {method}"
        closing = "If a dialog box is open in its window, close it there and"
        now = f"{'It answers again:' if is_healed else closing} run this again"
        message = (
            f"DataLab didn't end what it was asked for ({detail} at {self.url}). {now}; what was "
            "asked may have been done, or have failed in its window."
        )
        return DataLabBusyError(message, url=self.url, detail=detail, method=method, was_sent=True)

    def _refused(self, method: str, detail: str) -> DataLabRefusedError:
        message = f"DataLab refused {method} (XML-RPC at {self.url}): {detail}"
        return DataLabRefusedError(
            message, url=self.url, detail=detail, method=method, status=None, was_sent=True
        )


def _of_kind(kind: type, method: str, value: Any) -> Any:
    """Return a value if it is of a certain type; else the answer is malformed."""
    if not isinstance(value, kind):
        raise MalformedError(f"{method} gives a {type(value).__name__}")
    return value
