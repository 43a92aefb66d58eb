"""The facade that people use: named objects, files, connections and displays.

It holds no objects and does no I/O of its own: objects are the backend's, files are
``_files``'s and ``_exchange``'s, looks are ``_display``'s.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

from datalab_kernel.backends import Backend, WorkspaceMode, _resolve
from datalab_kernel.backends._moving import move_all
from datalab_kernel.errors import DataLabKernelError, LiveModeRequiredError
from datalab_kernel.objects import _names
from datalab_kernel.workspace._exchange import Exchange
from datalab_kernel.workspace._files import Files
from datalab_kernel.workspace._runner import Computing

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable

    from datalab_kernel.objects import DataObject, ObjectInfo
    from datalab_kernel.workspace._changes import Change, Subscription
    from datalab_kernel.workspace._first_steps import FirstSteps
    from datalab_kernel.workspace._status import WorkspaceStatus
    from datalab_kernel.workspace._watching import Watcher

_GONE = (ConnectionError, PermissionError, TimeoutError)
"""A DataLab that isn't there, wants another token, or doesn't answer: ours derive from these."""


class Workspace(Computing, Files, Exchange):
    """Named signals and images, the same in memory and in a running DataLab.

    Parameters
    ----------
    backend
        ``"auto"``, ``"standalone"``, ``"live"``, another installed backend's name, or
        a :class:`~datalab_kernel.backends.Backend`. None: the environment variable
        ``DATALAB_KERNEL_MODE``, else ``"auto"``: DataLab if one answers, else memory.
    **options
        What the backend takes (for live: ``url``, ``token``).

    Notes
    -----
    Nothing is looked for before the first use.

    Examples
    --------
    >>> import numpy as np
    >>> workspace = Workspace("standalone")
    >>> workspace["ramp"] = np.arange(3.0)
    >>> workspace["ramp"].y
    array([0., 1., 2.])
    >>> workspace
    Workspace(standalone, 1 object)
    """

    def __init__(self, backend: str | Backend | None = None, **options: Any) -> None:
        super().__init__()
        self._options = options
        self._opened: Backend | None = None
        self._watcher: Watcher | None = None
        if isinstance(backend, Backend):
            if options:
                message = f"Options ({', '.join(options)}) go to the backend's own constructor."
                raise TypeError(message)
            self._opened, backend = backend, None
        elif backend is not None and not isinstance(backend, str):
            message = f"backend must be a name or a Backend, not {type(backend).__name__}."
            raise TypeError(message)
        self._wanted = _resolve.wanted_name(backend)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, and say what to send instead."""
        message = (
            "A Workspace can't be pickled, since it holds a lock and the place where its objects "
            "are: send an object (workspace['name']), a result of calc, or the path of a file "
            "that workspace.save has written."
        )
        raise TypeError(message)

    @property
    def _backend(self) -> Backend:
        with self._lock:
            if self._opened is None:
                self._opened = _resolve.open_backend(self._wanted, self._options)
            return self._opened

    def _begin_turn(self) -> None:
        if self._opened is not None:
            self._opened.begin_turn()

    def _quiet_backend(self) -> Backend | None:
        """Return the backend, if that needs no look for a DataLab and may hold something."""
        if self._opened is None and (
            _resolve.opens_empty(self._wanted) or not _resolve.opens_quietly(self._wanted)
        ):
            return None
        return self._backend

    # -- where the objects are ----------------------------------------------------------

    @property
    def mode(self) -> WorkspaceMode:
        """Standalone or live; a mode that was given is known without connecting."""
        known = None if self._opened else _resolve.known_mode(self._wanted)
        return known or self._backend.mode

    @property
    def proxy(self) -> Any:
        """Sigima's remote proxy connected to the same DataLab (live mode only).

        Raises
        ------
        LiveModeRequiredError
            In standalone mode; it says how to start DataLab.
        """
        return self._backend.proxy

    def connect(self, url: str | None = None, token: str | None = None) -> None:
        """Move to a running DataLab, with all objects.

        What is in a DataLab already stays in that one: connecting again changes nothing.

        Raises
        ------
        NoBackendError
            If ``datalab-kernel-live`` isn't installed.
        NameTakenError
            If objects here and there share names; nothing changes.
        DataLabUnreachableError, DataLabAuthError, DataLabBusyError
            If there is none, it wants another token, or it doesn't answer in time.
        """
        given = {key: value for key, value in (("url", url), ("token", token)) if value is not None}
        self._move_to(_resolve.open_backend("live", given), overwrite=False)

    def detach(self, force: bool = False) -> None:
        """Copy everything back from DataLab and go on standalone.

        Parameters
        ----------
        force
            Go on, empty, also when DataLab is gone or doesn't answer.

        Raises
        ------
        LiveModeRequiredError
            In standalone mode.
        DataLabUnreachableError, DataLabAuthError, DataLabBusyError
            If DataLab doesn't give its objects and ``force`` is false; nothing changes.
        """
        if self.mode is not WorkspaceMode.LIVE:
            message = "This workspace is standalone: there is no DataLab to detach from."
            raise LiveModeRequiredError(message, mode=self.mode.value)
        target = _resolve.open_backend("standalone", {})
        with self._lock:
            try:
                self._copy_to(target)
            except _GONE as error:
                if not force:
                    raise _with_hint(error) from error
                self._selected = {}
                self._use(target)
        self._keep_watching()

    def resync(self, overwrite: bool = False) -> bool:
        """Look again for a DataLab, and move the objects into it if there is one now.

        Parameters
        ----------
        overwrite
            Whether objects of the same names there are replaced.

        Returns
        -------
        bool
            True if the mode became live; False if there is nothing to switch to, or
            it was live already.

        Raises
        ------
        NameTakenError
            If objects here and there share names and ``overwrite`` is false; nothing
            changes.
        """
        if self._backend.mode is WorkspaceMode.LIVE:
            return False
        for cls in _resolve.candidates():
            if cls.needs_connection and cls.is_available(**self._options):
                target = cls.open(**self._options)
                self._move_to(target, overwrite=overwrite)
                return target.mode is WorkspaceMode.LIVE
        return False

    def _move_to(self, target: Backend, *, overwrite: bool) -> None:
        """Go on in a DataLab, with the objects that are here."""
        with self._lock:
            source = self._opened  # before the first use there is nothing to move
            try:
                if source is not None and source.mode is not WorkspaceMode.LIVE:
                    move_all(source, target, overwrite=overwrite)
            except BaseException:
                target.close()
                raise
            self._use(target)
        self._keep_watching()

    def _copy_to(self, target: Backend) -> None:
        """Go on in memory, with copies of DataLab's objects."""
        move_all(self._backend, target, overwrite=False)
        self._use(target)

    def _use(self, target: Backend) -> None:
        source, self._opened = self._opened, target
        if source is not None:
            source.close()

    def _keep_watching(self) -> None:
        if self._watcher is not None:
            self._watcher.begin()  # without our lock: it takes its own first

    # -- seeing changes -----------------------------------------------------------------

    def on_change(self, callback: Callable[[Change], object]) -> Subscription:
        """Call a function with a :class:`Change` after each change, by anybody.

        Returns
        -------
        Subscription
            Its ``cancel()`` ends it. An exception in the function is logged.
        """
        subscription = self._feed.subscribe(callback)
        self._watch_others()
        return subscription

    def _watch_others(self) -> None:
        """Look for what others change, where a backend is one that others change too."""
        if sys.platform == "emscripten":
            return  # no threads there
        if self._watcher is None:
            from datalab_kernel.workspace._watching import Watcher

            self._watcher = Watcher(self._feed, self._pulse, self._described)
            self._feed.on_ours = self._watcher.note_ours
        self._watcher.begin()

    def _pulse(self) -> object | None:
        with self._lock:
            return self._backend.pulse()

    def _described(self) -> dict[str, ObjectInfo]:
        with self._lock:
            return dict(self._backend.describe())

    def wait_for(self, name: str, timeout_s: float) -> None:
        """Wait until an object of that name is there.

        Raises
        ------
        TimeoutError
            If it isn't after ``timeout_s`` seconds.
        """
        _names.check_name(name)
        with self._feed.waiting():
            self._watch_others()
            is_there = self._feed.wait_until(lambda: self.exists(name), timeout_s)
        if not is_there:
            message = f"{name!r} didn't appear in the workspace within {timeout_s:g} s."
            raise TimeoutError(message)

    def status(self) -> WorkspaceStatus:
        """Say where the objects are, how many, how large, and whether they are saved."""
        from datalab_kernel.workspace._status import WorkspaceStatus

        with self._lock:
            backend = self._backend
            infos = [*backend.describe().values()]
            connection = backend.connection()
            return WorkspaceStatus(
                mode=backend.mode.value,
                where=backend.where,
                signals=sum(info.kind == "signal" for info in infos),
                images=sum(info.kind == "image" for info in infos),
                size_bytes=sum(info.size_bytes for info in infos),
                has_unsaved_changes=not self._is_saved,
                autosave=self._autosave.summary if self._autosave else "off",
                version=connection.version if connection else None,
                latency_s=round(connection.latency_s, 4) if connection else None,
                notes="; ".join(connection.notes) if connection else "",
            )

    # -- display ------------------------------------------------------------------------

    def __repr__(self) -> str:
        """Say in one line where the objects are and how many."""
        with self._lock:
            backend = self._quiet_backend()
            if backend is None and _resolve.opens_empty(self._wanted):
                return _resolve.unopened(self._wanted)
            if backend is None:
                return f"Workspace({self._wanted}, not connected yet)"
            try:
                number = len(backend.describe())
            except _GONE:
                return f"Workspace({backend.mode.value}, DataLab doesn't answer)"
            text = _names.count_objects(number) if number else "empty"
            saving = f", autosave {self._autosave.summary}" if self._autosave else ""
            return f"Workspace({backend.mode.value}, {text}{saving})"

    def _repr_html_(self) -> str | None:
        from datalab_kernel.display._objects_table import workspace_html

        with self._lock:
            backend = self._quiet_backend()
            try:
                infos = [*backend.describe().values()] if backend else []
            except _GONE:
                return None  # its text says it
            if not infos:
                return self._first_steps().html
            heading = repr(self)
        return workspace_html(infos, self._preview, heading)

    def _first_steps(self) -> FirstSteps:
        """Return what to show while nothing is known to be in it."""
        from datalab_kernel.workspace._first_steps import FirstSteps
        from datalab_kernel.workspace._last_saved import last_saved

        heading = repr(self) if self._opened else _resolve.unopened(self._wanted)
        return FirstSteps(heading=heading, saved=None if self._autosave else last_saved())

    def _seems_empty(self) -> bool:
        """Say whether nothing is in it, or nobody has looked yet."""
        backend = self._quiet_backend()
        try:
            return backend is None or not backend.describe()
        except _GONE:
            return False

    def _preview(self, name: str) -> DataObject | None:
        with self._lock:
            try:
                return self._backend.preview(name)
            except KeyError:  # removed meanwhile
                return None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002 - IPython's
        """Say what to type first, and name, once, the files that crashed kernels left.

        Else leave it to the other displays.
        """
        from datalab_kernel.workspace._autosave_marker import take_notice

        notice = take_notice()
        with self._lock:
            steps = self._first_steps() if self._seems_empty() else None
        if steps is not None:
            return steps.bundle(notice)
        if notice is None:
            return {}
        from html import escape

        table = self._repr_html_() or f"<b>{escape(repr(self))}</b>"
        lines = "<br>".join(map(escape, notice.splitlines()))
        return {"text/plain": f"{self!r}\n{notice}", "text/html": f"{table}<p>{lines}</p>"}

    def _ipython_key_completions_(self) -> builtins.list[str]:
        with self._lock:
            backend = self._quiet_backend()
            try:
                return [*backend.describe()] if backend else []
            except _GONE:
                return []


def _with_hint(error: Exception) -> Exception:
    """Say also how to go on without what is in DataLab."""
    if not isinstance(error, DataLabKernelError):
        return error
    message = f"{error.message} Or go on without its objects: workspace.detach(force=True)."
    return type(error)(message, **error.facts)
