"""The second door: DataLab's XML-RPC server, for what the Web API can't do right.

It is on this computer only, serves one call at a time, and may stop answering for good after
an error in DataLab's window: so every call has a time limit, and :meth:`RemoteDoor.heal` exists.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from datalab_kernel.errors import (
    DataLabBusyError,
    DataLabKernelError,
    DataLabRefusedError,
    DataLabUnreachableError,
)
from datalab_kernel_live import _settings
from datalab_kernel_live._finishing import Finishing
from datalab_kernel_live._hanging import HungError, signal, watched
from datalab_kernel_live._wire import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
    WireError,
    is_loopback,
)
from datalab_kernel_live._xmlrpc import Caller, FaultError, LoopbackCaller

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from datalab_kernel_live._web import WebDoor

Kind: TypeAlias = Literal["signal", "image"]
Texts: TypeAlias = list[str]
Groups: TypeAlias = list[tuple[str, Texts]]

TIMEOUT_S = 5.0
FIND_TIMEOUT_S = 1.0
FILE_TIMEOUT_S = 60.0
"""For what reads or writes a whole workspace, or moves a whole object as text."""
TEXT_BYTES_PER_S = 1e6
"""How quick an object is as text, at the least; 6 times that was measured."""

_PROBE_TIMEOUT_S = 1.0


def find_port(web_url: str, config_home: str | os.PathLike[str] | None = None) -> int | None:
    """Return the port of the XML-RPC server of the DataLab whose Web API is at an address.

    A port in the settings may be an old one: it counts only if what listens there says that
    its Web API is this one.

    Parameters
    ----------
    web_url
        Address of the Web API, on this computer.
    config_home
        Folder of settings; by default the one that DataLab uses.

    Returns
    -------
    int or None
        None if the door is closed, hangs, or isn't on this computer; within 1 s.
    """
    if not is_loopback(web_url):
        return None
    end_s = time.monotonic() + FIND_TIMEOUT_S
    for port in _settings.ports(config_home):
        left_s = end_s - time.monotonic()
        if left_s > 0 and _serves(port, urlsplit(web_url).port, left_s):
            return port
    return None


class RemoteDoor:
    """DataLab's XML-RPC server on this computer.

    Parameters
    ----------
    port
        Where it listens; :func:`find_port` finds it.
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
        self.finishing = Finishing()
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

    def call(self, method: str, *arguments: Any, timeout_s: float = TIMEOUT_S) -> Any:
        """Call one of DataLab's remote methods, once, and return what it returns.

        Raises
        ------
        DataLabRefusedError
            If it raised; ``detail`` is DataLab's text, such as ``<class 'KeyError'>:...``.
        DataLabBusyError
            If there is no answer in time: it works, a dialog box is open, or it hangs.
        DataLabUnreachableError
            If the door is closed.
        """
        self.finishing.wait()
        end_s = time.monotonic() + timeout_s
        if not self._lock.acquire(timeout=timeout_s):
            raise self._busy(method, timeout_s, was_sent=False)
        try:
            left_s = max(end_s - time.monotonic(), 0.01)
            send = partial(self._caller.send, method, arguments, left_s)
            return send() if self._heals_by is None else watched(send, self._heals_by, left_s)
        except HungError as hung:
            raise self._hung(method, is_healed=hung.is_healed) from None
        except FaultError as fault:
            raise self._refused(method, str(fault)) from None
        except WireError as error:
            raise self._meaning(method, error, timeout_s) from None
        finally:
            self._lock.release()

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
        return self._done("call_method", name, params, timeout_s=timeout_s)

    # ------------------------------------------------------------ DataLab itself

    def version(self, *, timeout_s: float = TIMEOUT_S) -> str:
        """Return DataLab's version; answers at once, whatever its window does."""
        return str(self.call("get_version", timeout_s=timeout_s))

    def webapi_status(self, *, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
        """Return ``running``, ``url``, ``token`` and ``available`` of the Web API."""
        status = self._given(dict, "get_webapi_status", timeout_s=timeout_s)
        return dict(status)

    def set_auto_refresh(self, is_on: bool) -> None:
        """Let DataLab paint what changes, or not; DataLab remembers it in its settings."""
        self._done("toggle_auto_refresh", is_on, timeout_s=FILE_TIMEOUT_S)  # on: paints now

    def is_modified(self) -> bool:
        """Say whether DataLab would ask to save before it closes."""
        return bool(self.method("is_modified"))

    def set_modified(self, is_modified: bool) -> None:
        """Set that flag; DataLab keeps it unset while it has no objects."""
        self.method("set_modified", is_modified)

    # ------------------------------------------------------------ objects

    def uuids(self, kind: Kind) -> Texts:
        """Return the identities of a panel's objects, in the order of the window."""
        return self._texts("get_object_uuids", kind)

    def titles(self, kind: Kind) -> Texts:
        """Return the titles of a panel's objects, in the same order."""
        return self._texts("get_object_titles", kind)

    def object_json(self, uuid: str, kind: Kind, size_bytes: int) -> Texts:
        """Return an object, of about that size, as Sigima's remote control sends it.

        Raises
        ------
        DataLabRefusedError
            If there is none of that identity.
        """
        timeout_s = TIMEOUT_S + size_bytes / TEXT_BYTES_PER_S
        return self._texts("get_object", uuid, kind, timeout_s=timeout_s)

    def set_object_json(self, texts: Sequence[str]) -> None:
        """Replace the object that has the same identity; DataLab tells no errors."""
        self._done("set_object", [*texts], timeout_s=FILE_TIMEOUT_S)

    def add_object_json(self, texts: Sequence[str], *, set_current: bool = False) -> None:
        """Add an object; its identity must be new, else this door hangs."""
        self._done("add_object", [*texts], "", set_current, timeout_s=FILE_TIMEOUT_S)

    def rename_selected(self, kind: Kind, title: str) -> None:
        """Rename the selected object or group of a panel."""
        self.method("rename_selected_object_or_group", panel=kind, new_name=title)

    def remove_selected(self, kind: Kind, *, timeout_s: float = FILE_TIMEOUT_S) -> None:
        """Remove what is selected in a panel, without asking the person."""
        self.method("remove_object", True, panel=kind, timeout_s=timeout_s)  # noqa: FBT003

    def remove_all(self, kind: Kind, *, timeout_s: float = FILE_TIMEOUT_S) -> None:
        """Remove all objects and groups of a panel, without asking the person."""
        self.method("remove_all_objects", panel=kind, timeout_s=timeout_s)

    # ------------------------------------------------------------ the window

    def current_panel(self) -> str:
        """Return ``signal``, ``image`` or ``macro``."""
        return str(self._given(str, "get_current_panel"))

    def set_panel(self, kind: str) -> None:
        """Show a panel."""
        self._done("set_current_panel", kind)

    def selected(self) -> Texts:
        """Return the identities of what is selected in the current panel."""
        return self._texts("get_sel_object_uuids")

    def select(
        self, uuids: Iterable[str], kind: Kind, *, timeout_s: float = FILE_TIMEOUT_S
    ) -> None:
        """Select objects of a panel, which paints them if DataLab refreshes.

        Identities that DataLab doesn't know are left out without a word, and with none given
        the selection stays: read :meth:`selected` before acting on it.
        """
        self.method("select_objects", [*uuids], kind, timeout_s=timeout_s)

    def select_group(self, number: int, kind: Kind) -> None:
        """Select a group of a panel by its number, counted from 1."""
        self.method("select_groups", [number], kind, timeout_s=FILE_TIMEOUT_S)

    def groups_of_current_panel(self) -> Groups:
        """Return the title and the objects' identities of each group."""
        titles, uuids, *_ = self._given(list, "get_group_titles_with_object_info")
        return [(str(title), [*ones]) for title, ones in zip(titles, uuids, strict=True)]

    def objects_of_current_panel(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the title of each group, with the identity and title of each object."""
        groups, uuids, titles = self._given(list, "get_group_titles_with_object_info")
        return [
            (str(group), [*zip(ones, names, strict=True)])
            for group, ones, names in zip(groups, uuids, titles, strict=True)
        ]

    def add_group(self, title: str, kind: Kind, *, select: bool = False) -> None:
        """Add a group; if selected, what is added next goes into it."""
        self._done("add_group", title, kind, select)

    # ------------------------------------------------------------ faults

    def heal(self, web: WebDoor) -> bool:
        """Make a hung door answer again if that is possible, and say whether it does.

        DataLab's server waits for a signal that a failed call never gave. A computation asked
        for at the other door gives it: one that doesn't exist does it without any change. It
        can't help while a dialog box is open.
        """
        if not signal(web):
            return False
        try:
            self.call("get_current_panel", timeout_s=_PROBE_TIMEOUT_S)
        except DataLabKernelError:
            return False
        return True

    def _given(self, kind: type, method: str, *arguments: Any, timeout_s: float = TIMEOUT_S) -> Any:
        """Call what gives a value of a certain type, and changes nothing."""
        try:
            value = self.call(method, *arguments, timeout_s=timeout_s)
        except DataLabBusyError:
            if self._heals_by is None or not self.heal(self._heals_by):
                raise
            value = self.call(method, *arguments, timeout_s=timeout_s)
        if not isinstance(value, kind):
            error = MalformedError(f"{method} gives a {type(value).__name__}")
            raise self._meaning(method, error, timeout_s)
        return value

    def _texts(self, method: str, *arguments: Any, timeout_s: float = TIMEOUT_S) -> Texts:
        """Call what gives a list of texts."""
        return [str(one) for one in self._given(list, method, *arguments, timeout_s=timeout_s)]

    def _done(self, method: str, *arguments: Any, timeout_s: float = TIMEOUT_S) -> Any:
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

    def _meaning(self, method: str, error: WireError, timeout_s: float) -> DataLabKernelError:
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
        now = "It answers again: run this again" if is_healed else "A dialog box is open there"
        message = (
            f"DataLab didn't end what it was asked for ({detail} at {self.url}). {now}. If a dialog "
            "box is open in its window, close it there; what was asked may have been done."
        )
        return DataLabBusyError(message, url=self.url, detail=detail, method=method, was_sent=True)

    def _refused(self, method: str, detail: str) -> DataLabRefusedError:
        message = f"DataLab refused {method} (XML-RPC at {self.url}): {detail}"
        return DataLabRefusedError(
            message, url=self.url, detail=detail, method=method, status=None, was_sent=True
        )


def _serves(port: int, web_port: int | None, timeout_s: float) -> bool:
    """Say whether the DataLab at an XML-RPC port has its Web API at that other port."""
    end_s = time.monotonic() + timeout_s
    door = RemoteDoor(port)
    try:
        door.version(timeout_s=timeout_s)
        left_s = end_s - time.monotonic()
        if left_s <= 0:
            return False
        status = door.webapi_status(timeout_s=left_s)
    except (DataLabKernelError, ValueError, TypeError):
        return False
    url = status.get("url")
    return isinstance(url, str) and is_loopback(url) and urlsplit(url).port == web_port
