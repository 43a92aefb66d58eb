"""Saving a shelf to a file, once or again and again."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Literal

from datalab_kernel.errors import StandaloneModeRequiredError, UnavailableHereError
from datalab_kernel.platform import here
from datalab_kernel.workspace import _paths

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from datalab_kernel.workspace._autosave import Autosave
    from datalab_kernel.workspace._shelf import Shelf

__all__ = ["autosave", "save"]


def save(shelf: Shelf, path: str | os.PathLike[str], *, nexus: bool = False) -> Path:
    """Save everything to an HDF5 file that DataLab opens, and return that file."""
    from datalab_kernel.storage import is_being_written, write_workspace
    from datalab_kernel.workspace._datalab_remarks import tell_of_long_opening
    from datalab_kernel.workspace._file_contents import contents_of, saving_over

    target = _paths.destination(path)
    if is_being_written(target):
        _warn_of_writer(target)  # before anything is written: it may be an error
    running = shelf.autosave
    if running is not None and running.path == _paths.real(target):
        contents = running.save_by(partial(running.file.save, nexus=nexus))
        tell_of_long_opening(contents)
        return _remembered(target)
    with shelf.lock:
        contents = contents_of(shelf.backend)
        shelf.is_saved = True
    try:
        with saving_over(contents, target):
            write_workspace(target, contents, nexus=nexus)
    except BaseException:
        shelf.is_saved = False
        raise
    tell_of_long_opening(contents)
    return _remembered(target)


def _remembered(target: Path) -> Path:
    from datalab_kernel.workspace._saved_by_notebook import remember

    remember(target)
    return target


def _warn_of_writer(target: Path) -> None:
    message = (
        f"{str(target)!r} is open for writing in another program, and save puts a new file in its "
        "place: what that program writes from now on is in no file. Close it there, or save "
        "under another name."
    )
    warnings.warn(message, RuntimeWarning, stacklevel=4)


def autosave(
    shelf: Shelf, path: str | os.PathLike[str] | Literal[False] | None, every_s: float
) -> Autosave | None:
    """Save by itself whenever something has changed, to one file; None or False ends it."""
    from datalab_kernel.workspace._autosave import Autosave, check_interval
    from datalab_kernel.workspace._journaled_file import JournaledFile

    running = shelf.autosave
    if path is None or path is False:
        shelf.autosave = None
        if running is not None:
            running.end()
        return None
    every_s = check_interval(every_s)
    if not here().has_threads:
        message = (
            "autosave saves beside the cells, in a thread, and a kernel in a web page has none. "
            "Save when you want to, by workspace.save(path)."
        )
        raise UnavailableHereError(message)
    if _needs_no_saving(shelf):
        message = (
            f"autosave isn't needed here: this workspace is in {shelf.backend.where}, which holds "
            "the objects, also when the kernel ends. workspace.save(path) makes a file once."
        )
        raise StandaloneModeRequiredError(message, mode=shelf.backend.label)
    target = _paths.real(_paths.destination(path))
    if running is not None and running.path == target:
        running.every_s = every_s
        return running
    started = Autosave(JournaledFile(shelf, target), every_s)
    started.claim()
    if running is not None:
        running.end()
    with shelf.lock:  # so that no change is missed
        started.begin(is_paused=partial(_needs_no_saving, shelf), is_dirty=shelf.count() > 0)
        shelf.autosave = started
    return started


def _needs_no_saving(shelf: Shelf) -> bool:
    return shelf.backend.outlives_kernel
