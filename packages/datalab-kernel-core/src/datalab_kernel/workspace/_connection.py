"""Where the objects of a shelf are: in memory or in DataLab, and from one into the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.backends import Backend, Watched, WorkspaceMode, _resolve
from datalab_kernel.backends._moving import move_all
from datalab_kernel.errors import LiveModeRequiredError
from datalab_kernel.objects import _names
from datalab_kernel.platform import here
from datalab_kernel.workspace._datalab_remarks import tell_of_long_addition

if TYPE_CHECKING:
    from datalab_kernel.workspace._shelf import Shelf
    from datalab_kernel.workspace._watching import Watcher

GONE = (ConnectionError, PermissionError, TimeoutError)
"""A DataLab that isn't there, wants another token, or doesn't answer: ours derive from these."""


class Connection:
    """Connect a shelf, detach it, and look for what others change there.

    Parameters
    ----------
    shelf
        What is moved.
    wanted
        The name of the backend that is opened by the first look.
    options
        What that takes.
    """

    def __init__(self, shelf: Shelf, wanted: str, options: dict[str, Any]) -> None:
        self.wanted = wanted
        self._shelf = shelf
        self._options = options
        self._watcher: Watcher | None = None

    @property
    def mode(self) -> WorkspaceMode | str:
        """Where the objects are; what was given is known without connecting."""
        if self._shelf.opened is None and _resolve.is_given(self.wanted):
            return _resolve.mode_of(self.wanted)
        return _resolve.mode_of(self._shelf.backend.label)

    @property
    def _is_connected(self) -> bool:
        """Whether the objects are in another program; where it is known, without connecting."""
        known = None if self._shelf.opened else _resolve.needs_connection(self.wanted)
        return self._shelf.backend.needs_connection if known is None else known

    def quiet_backend(self) -> Backend | None:
        """Return the backend, if that needs no look for a DataLab and may hold something."""
        if self._shelf.opened is None and (
            _resolve.opens_empty(self.wanted) or not _resolve.opens_quietly(self.wanted)
        ):
            return None
        return self._shelf.backend

    # -- moving -------------------------------------------------------------------------

    def connect(self, url: str | None, token: str | None) -> None:
        """Move to a running DataLab, with all objects."""
        given = {key: value for key, value in (("url", url), ("token", token)) if value is not None}
        self._move_to(_resolve.open_datalab(**given), overwrite=False)

    def detach(self, *, force: bool) -> None:
        """Copy everything back from DataLab and go on standalone."""
        if not self._is_connected:
            message = f"This workspace is {self.mode}: there is no DataLab to detach from."
            raise LiveModeRequiredError(message, mode=str(self.mode))
        target = _resolve.open_memory()
        with self._shelf.lock:
            try:
                move_all(self._shelf.backend, target, overwrite=False)
                self._shelf.use(target)
            except GONE as error:
                if not force:
                    raise _with_hint(error) from error
                self._shelf.note_selected()
                self._shelf.use(target)
        self._keep_watching()

    def resync(self, *, overwrite: bool) -> bool:
        """Look again for a DataLab, and move the objects into it if there is one now."""
        if self._shelf.backend.needs_connection:
            return False
        for cls in _resolve.candidates():
            if cls.needs_connection and cls.is_available(**self._options):
                target = cls.open(**self._options)
                self._move_to(target, overwrite=overwrite)
                return True
        return False

    def _move_to(self, target: Backend, *, overwrite: bool) -> None:
        """Go on in a DataLab, with the objects that are here."""
        with self._shelf.lock:
            source = self._shelf.opened  # before the first use there is nothing to move
            try:
                if source is not None and not source.needs_connection:
                    infos = source.describe().values()
                    tell_of_long_addition(target, (info.kind for info in infos))
                    move_all(source, target, overwrite=overwrite)
            except BaseException:
                target.close()
                raise
            self._shelf.use(target)
        self._keep_watching()

    # -- seeing what others change ------------------------------------------------------

    def watch(self) -> None:
        """Look for what others change, where a backend is one that others change too."""
        if not here().has_threads:
            return
        if self._watcher is None:
            from datalab_kernel.workspace._watching import Watcher

            feed = self._shelf.feed
            self._watcher = Watcher(feed, self._pulse, self._shelf.described, self._shelf.lock)
            feed.on_ours = self._watcher.note_ours
        self._watcher.begin()

    def _keep_watching(self) -> None:
        if self._watcher is not None:
            self._watcher.begin()  # without our lock: it takes its own first

    def _pulse(self) -> object | None:
        with self._shelf.lock:
            backend = self._shelf.backend
            return backend.pulse() if isinstance(backend, Watched) else None

    def wait_for(self, name: str, timeout_s: float) -> None:
        """Wait until an object of that name is there, whoever puts it there."""
        _names.check_name(name)
        feed = self._shelf.feed
        with feed.waiting():
            self.watch()
            is_there = feed.wait_until(lambda: self._shelf.exists(name), timeout_s)
        if not is_there:
            message = f"{name!r} didn't appear in the workspace within {timeout_s:g} s."
            raise TimeoutError(message)


def _with_hint(error: Exception) -> Exception:
    """Say also how to go on without what is in DataLab."""
    if not hasattr(error, "facts"):
        return error
    message = f"{error} Or go on without its objects: workspace.detach(force=True)."
    return type(error)(message, **error.facts)
