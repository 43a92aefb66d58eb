"""What the DataLab kernel changes in xeus-python's Python half (``xeus_python_shell``).

That half is private API, so its shape is checked first: another one ends the start with
a clear message instead of a kernel that hangs.
"""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec._interrupt import CellRunner

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["ShapeError", "apply_patches"]

_SHAPE = {
    "XPythonShellApp.initialize": ["self", "use_jedi", "argv"],
    "XPythonShell._showtraceback": ["self", "etype", "evalue", "stb"],
    "XPythonLoopRunner.__call__": ["self", "coro", "post_execute", "callback"],
    "XPythonShell.run_cell_async": ["self", "raw_cell", "done_callback"],
}


class ShapeError(RuntimeError):
    """xeus-python's Python half isn't what these patches were written for."""


def apply_patches() -> None:
    """Change ``xeus_python_shell.shell`` before xpython makes its shell from it.

    Raises
    ------
    ShapeError
        If the module lacks what is to be changed, or has it in another form.
    """
    try:
        module = importlib.import_module("xeus_python_shell.shell")
    except ImportError as error:
        message = f"xeus-python-shell can't be imported: {error}"
        raise ShapeError(message) from error
    _check_shape(module)
    runner = CellRunner()
    _run_cells_with(module, runner)
    _name_errors_plainly(module)
    _set_up_each_shell(module, runner)


def _check_shape(module: ModuleType) -> None:
    for name, wanted in _SHAPE.items():
        owner_name, function_name = name.split(".")
        owner = getattr(module, owner_name, None)
        function = getattr(owner, function_name, None)
        if not inspect.isfunction(function):
            raise ShapeError(_unexpected(f"{name} is missing"))
        found = list(inspect.signature(function).parameters)[: len(wanted)]
        if found != wanted:
            raise ShapeError(_unexpected(f"{name} takes {found}, not {wanted}"))
    if not hasattr(module, "xeus_loop_runner"):
        raise ShapeError(_unexpected("xeus_loop_runner is missing"))


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


def _run_cells_with(module: Any, runner: CellRunner) -> None:
    module.xeus_loop_runner = runner
    module.XPythonShell.loop_runner = runner
    module.XPythonShell.loop_runner_map = {"asyncio": (runner, True)}


def _name_errors_plainly(module: Any) -> None:
    """Make an error's name ``ZeroDivisionError`` and not ``<class 'ZeroDivisionError'>``."""

    def keep_error(self: Any, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.last_error = [etype.__name__, str(evalue), stb]

    module.XPythonShell._showtraceback = keep_error  # noqa: SLF001 - the hook that IPython offers


def _set_up_each_shell(module: Any, runner: CellRunner) -> None:
    initialize = module.XPythonShellApp.initialize

    def initialize_ours(self: Any, use_jedi: bool = False, argv: Any = None) -> None:
        initialize(self, use_jedi, argv)
        runner.attach(self.shell)
        importlib.import_module("datalab_kernel").load_ipython_extension(self.shell)

    module.XPythonShellApp.initialize = initialize_ours
