"""The shell as programs know it from notebooks: its name, its environment, what it asks of front ends."""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any

from IPython.core.autocall import ZMQExitAutocall
from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.interactiveshell import InteractiveShell

from datalab_kernel_spec.messages._text import valid, valid_text

__all__ = ["FrontEndShell", "be_known_as_notebook"]

NAME, MODULE = "ZMQInteractiveShell", "ipykernel.zmqshell"
"""By these rich, tqdm and others tell a notebook from a terminal."""
ENVIRONMENT = {
    "TERM": "xterm-color",
    "CLICOLOR": "1",
    "CLICOLOR_FORCE": "1",
    "FORCE_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
}
"""Children write colours, as notebooks show them, and don't wait in a pager for keys."""
TOOLKITS = {"glut", "gtk", "gtk2", "gtk3", "gtk4", "osx", "pyglet", "qt", "qt4", "qt5", "qt6", "tk"}
TOOLKITS |= {"wx"}
NO_TOOLKIT = (
    "This kernel runs no event loop of {gui!r}, so its windows wouldn't answer. "
    "Show figures in the notebook: %matplotlib inline, or %matplotlib widget."
)
NO_DEBUGGER = "The debugger isn't started: this front end takes no input.\n"


class FrontEndShell:
    """What IPython leaves to the shells of its front ends; mixed into xpython's shell."""

    keepkernel_on_exit: bool | None = None
    parent_app: Any = None
    """The application that makes the shell; its configuration is the person's."""

    def _exiter_default(self) -> ZMQExitAutocall:
        return ZMQExitAutocall(self)

    def init_environment(self: Any) -> None:
        """Tell children what a notebook can show, and programs that this is one."""
        os.environ.update(ENVIRONMENT)
        self.config.IPKernelApp.datalab_kernel = True  # its mere presence is what they look for

    def init_virtualenv(self) -> None:
        """Take no packages of the environment that was active where Jupyter was started."""

    def init_magics(self: Any) -> None:
        """Add the magics of notebooks."""
        from datalab_kernel_spec.shell._magics import NotebookMagics

        InteractiveShell.init_magics(self)
        self.register_magics(NotebookMagics)
        self.magics_manager.register_alias("ed", "edit")

    def enable_gui(self, gui: str | None = None) -> None:
        """Refuse what would need a toolkit's event loop."""
        if gui in TOOLKITS:
            raise UsageError(NO_TOOLKIT.format(gui=gui))

    def set_next_input(self: Any, text: str, replace: bool = False) -> None:
        """Let the front end put text into the next cell, or in the place of this one."""
        text = valid_text(text)
        payload = {"source": "set_next_input", "text": text, "replace": replace}
        self.payload_manager.write_payload(payload)

    def user_expressions(self: Any, expressions: dict[str, str]) -> Any:
        """Evaluate what a front end asks with a cell."""
        return valid(InteractiveShell.user_expressions(self, expressions))

    def object_inspect_mime(self: Any, *arguments: Any, **keywords: Any) -> Any:
        """Describe an object for Shift+Tab."""
        return valid(InteractiveShell.object_inspect_mime(self, *arguments, **keywords))

    def ask_exit(self: Any) -> None:
        """End the kernel once this cell is answered (the relay does it)."""
        payload = {"source": "ask_exit", "keepkernel": self.keepkernel_on_exit}
        self.payload_manager.write_payload(payload)

    def debugger(self: Any, force: bool = False) -> None:
        """Call the debugger; behind an error that is shown (``%pdb``) only if it can ask."""
        is_behind_error = sys.exc_info()[0] is not None
        try:
            InteractiveShell.debugger(self, force=force)
        except StdinNotImplementedError:
            if not is_behind_error:
                raise
            sys.stderr.write(NO_DEBUGGER)


class _ShellModule(ModuleType):
    """Stand for ipykernel's module; all but the shell is taken from the real one when asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        spec = PathFinder.find_spec(MODULE, importlib.import_module("ipykernel").__path__)
        if spec is None or spec.loader is None:
            raise AttributeError(name)
        real = module_from_spec(spec)
        spec.loader.exec_module(real)
        vars(self).update({key: value for key, value in vars(real).items() if key != NAME})
        return getattr(real, name)


def be_known_as_notebook(shell_class: type) -> None:
    """Give the shell's class the name that programs look for."""
    shell_class.__name__ = shell_class.__qualname__ = NAME
    shell_class.__module__ = MODULE
    module = _ShellModule(MODULE)
    vars(module)[NAME] = shell_class
    sys.modules[MODULE] = module
