"""What the DataLab kernel changes in xeus-python's Python half (``xeus_python_shell``).

That half is private API, so its shape is checked first: another one ends the start with
a clear message instead of a kernel that hangs. Three shapes are known: 0.8 (the wheel of
xeus-python 0.19) and 0.7 (conda-forge) run cells on an event loop; 0.5 (Debian 12) runs
them one after another.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.cells._runner import CellRunner
from datalab_kernel_spec.messages._text import publish_valid_text
from datalab_kernel_spec.shell._history_saving import save_history_in_batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from datalab_kernel_spec.protocol._lines import Lines

__all__ = ["ShapeError", "apply_patches"]

_SHAPE = {
    "XPythonShellApp.initialize": ["self"],
    "XPythonShell._showtraceback": ["self", "etype", "evalue", "stb"],
}
_ASYNC_SHAPE = {"XPythonShell.run_cell_async": ["self", "raw_cell", "done_callback"]}


class ShapeError(RuntimeError):
    """xeus-python's Python half isn't what these patches were written for."""


def apply_patches(lines: Lines | None = None) -> None:
    """Change ``xeus_python_shell.shell`` before xpython makes its shell from it.

    Parameters
    ----------
    lines
        The lines to the relay; None if there is none.

    Raises
    ------
    ShapeError
        If the module lacks what is to be changed, or has it in another form.
    """
    try:
        module: Any = importlib.import_module("xeus_python_shell.shell")
    except ImportError as error:
        message = f"xeus-python-shell can't be imported: {error}"
        raise ShapeError(message) from error
    is_async = "run_cell_async" in vars(getattr(module, "XPythonShell", object))
    _check_shape(module, {**_SHAPE, **(_ASYNC_SHAPE if is_async else {})})
    from datalab_kernel_spec.shell._shell import (
        make_instead,
        with_cells_on_the_loop,
        with_cells_one_by_one,
    )

    runner = CellRunner()
    if is_async:
        shell_class = with_cells_on_the_loop(module.XPythonShell, runner)
        runner.ring_after_each_cell(_noted_doorbells(lines))
    else:
        shell_class = with_cells_one_by_one(module.XPythonShell, runner)
    make_instead(module.XPythonShell, shell_class)
    _name_errors_plainly(module)
    _set_up_each_shell(module, shell_class, runner, lines, is_async=is_async)


def _check_shape(module: ModuleType, shape: dict[str, list[str]]) -> None:
    for name, wanted in shape.items():
        owner_name, function_name = name.split(".")
        owner = getattr(module, owner_name, None)
        function = getattr(owner, function_name, None)
        if not inspect.isfunction(function):
            raise ShapeError(_unexpected(f"{name} is missing"))
        found = list(inspect.signature(function).parameters)[: len(wanted)]
        if found != wanted:
            raise ShapeError(_unexpected(f"{name} takes {found}, not {wanted}"))


def _unexpected(what: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("xeus-python-shell")
    except PackageNotFoundError:
        found = "of unknown version"
    return (
        f"xeus-python-shell {found} has another shape than this version of DataLab-Kernel knows "
        f"({what}). Install another version of xeus-python, or update DataLab-Kernel."
    )


def _noted_doorbells(lines: Lines | None) -> list[Callable[[], None]]:
    """Return a list that fills with what xpython wants called when a socket has a message."""
    doorbells: list[Callable[[], None]] = []
    add_reader = asyncio.SelectorEventLoop.add_reader

    def note_reader(loop: Any, fd: Any, callback: Callable[..., Any], *args: Any) -> Any:
        if not inspect.isfunction(callback) and not inspect.ismethod(callback) and not args:
            if lines is not None and not doorbells:
                add_reader(loop, lines.life, _end)
            doorbells.append(callback)  # xpython's are C++
        return add_reader(loop, fd, callback, *args)

    asyncio.SelectorEventLoop.add_reader = note_reader  # type: ignore[method-assign,assignment]
    return doorbells


def _end() -> None:
    """End a kernel that nobody can reach any more, so that Jupyter notices."""
    os.kill(os.getpid(), signal.SIGTERM)


def _name_errors_plainly(module: Any) -> None:
    """Make an error's name ``ZeroDivisionError`` and not ``<class 'ZeroDivisionError'>``."""

    def keep_error(self: Any, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.last_error = [etype.__name__, str(evalue), stb]
        if self.kernel is None:  # it still starts, and no cell will show it
            sys.stderr.write("\n".join([*stb, ""]))

    def keep_usage_error(self: Any, exc: BaseException) -> None:
        """Let an unknown magic fail its cell, as in ipykernel; xpython says that all was well."""
        self.last_error = [type(exc).__name__, str(exc), [f"{type(exc).__name__}: {exc}"]]

    module.XPythonShell._showtraceback = keep_error  # noqa: SLF001 - the hook that IPython offers
    module.XPythonShell.show_usage_error = keep_usage_error


def _set_up_each_shell(
    module: Any, shell_class: Any, runner: CellRunner, lines: Lines | None, *, is_async: bool
) -> None:
    initialize = module.XPythonShellApp.initialize

    def initialize_ours(self: Any, *args: Any, **keywords: Any) -> None:
        shell_class.parent_app = self
        initialize(self, *args, **keywords)
        runner.attach(self.shell)
        runner.on_first_cell(partial(publish_valid_text, self.shell))
        save_history_in_batches(self.shell.history_manager)
        if lines is not None:
            from datalab_kernel_spec.startup import _relay_joining

            if is_async:
                _relay_joining.join_relay(self.shell, runner, lines)
            else:
                _relay_joining.join_relay_without_comms(self.shell, runner, lines)
        importlib.import_module("datalab_kernel").load_ipython_extension(self.shell)

    module.XPythonShellApp.initialize = initialize_ours
