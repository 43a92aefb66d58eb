"""``%load_ext datalab_kernel``: the names and ``%datalab`` in any IPython, and back again.

The DataLab kernel does the same at its start. Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel._magic import datalab_magic
from datalab_kernel._namespace import FirstUse, Namespace, completion_matcher
from datalab_kernel._warmup import WarmUp, is_wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["load_ipython_extension", "unload_ipython_extension"]

_MAGIC = "datalab"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Put ``workspace``, ``plotter``, ``np`` and the others into the user's namespace.

    Loading twice is harmless.
    """
    if _session(shell) is None:
        _Session(shell).begin()


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Restore exactly what was there before; what the user has bound since stays."""
    session = _session(shell)
    if session is not None:
        session.end()


def _session(shell: InteractiveShell) -> _Session | None:
    return next((t for t in shell.ast_transformers if isinstance(t, _Session)), None)


class _Session(FirstUse):
    """What is hooked into one shell. Found again among its ``ast_transformers``."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._warm_up = WarmUp()
        names = Namespace(shell.user_ns, shell.user_ns_hidden, self._warm_up.hurry)
        super().__init__(names)
        self._matcher = completion_matcher(self)
        self._magic_before: Callable[..., Any] | None = None

    def begin(self) -> None:
        """Put everything in."""
        shell = self._shell
        self.namespace.put()
        shell.ast_transformers.append(self)
        shell.Completer.custom_matchers.append(self._matcher)
        shell.events.register("post_run_cell", self._after_first_cell)
        shell.init_user_ns = self._init_user_ns  # type: ignore[method-assign]
        self._magic_before = self._line_magics.get(_MAGIC)
        shell.magics_manager.register_function(
            datalab_magic(self.namespace), magic_kind="line", magic_name=_MAGIC
        )

    def end(self) -> None:
        """Take everything out again."""
        shell = self._shell
        self._line_magics.pop(_MAGIC, None)
        if self._magic_before is not None:
            self._line_magics[_MAGIC] = self._magic_before
        del shell.init_user_ns
        self._forget_first_cell()
        shell.Completer.custom_matchers.remove(self._matcher)
        shell.ast_transformers.remove(self)
        self.namespace.take_back()

    @property
    def _line_magics(self) -> dict[str, Any]:
        magics: dict[str, Any] = self._shell.magics_manager.magics["line"]
        return magics

    def _init_user_ns(self) -> None:
        """Do as IPython does at start and after ``%reset``, then bind the names again."""
        type(self._shell).init_user_ns(self._shell)
        self.namespace.renew()

    def _after_first_cell(self, _result: object) -> None:
        self._forget_first_cell()
        if is_wanted() and getattr(self._shell, "kernel", None) is not None:
            self._warm_up.start()

    def _forget_first_cell(self) -> None:
        if self._after_first_cell in self._shell.events.callbacks["post_run_cell"]:
            self._shell.events.unregister("post_run_cell", self._after_first_cell)
