"""``%load_ext datalab_kernel``: the names and ``%datalab`` in any IPython, and back again.

The DataLab kernel does the same at its start. Nothing heavy is imported here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.session._completion import call_matcher, command_matcher, name_matcher
from datalab_kernel.session._first_use import FirstUse
from datalab_kernel.session._lost_changes import LostChanges
from datalab_kernel.session._magic import COMMANDS, datalab_magic
from datalab_kernel.session._namespace import Namespace
from datalab_kernel.session._object_display import ObjectDisplay
from datalab_kernel.session._syntax_trees import nodes_of
from datalab_kernel.session._tracebacks import ShortTracebacks
from datalab_kernel.session._variables import VariablePanel
from datalab_kernel.session._warmup import PICTURES, WarmUp, is_wanted
from datalab_kernel.session._workspace_target import WorkspaceTarget

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["load_ipython_extension", "offer_workspace", "unload_ipython_extension"]

_MAGIC = "datalab"
_REPLACED = ("init_user_ns", "_ofind", "transform_ast")
"""Methods of the shell: what %reset calls, what ``np?`` and Shift+Tab of any kernel ask, and what
sees each cell's syntax tree. (With a transformer in ``ast_transformers`` IPython goes through
the whole tree once more, also where nothing was changed.)"""


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Put ``workspace``, ``plotter``, ``np`` and the others into the user's namespace.

    Loading twice is harmless.
    """
    if _session(shell) is None:
        _Session(shell).begin()


def offer_workspace(shell: InteractiveShell) -> None:
    """Let scripts elsewhere open the workspace, in a kernel whose comms come after its start."""
    session = _session(shell)
    if session is not None:
        session.target.offer()


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Restore exactly what was there before; what the user has bound since stays."""
    session = _session(shell)
    if session is not None:
        session.end()


def _session(shell: InteractiveShell) -> _Session | None:
    found = getattr(vars(shell).get("transform_ast"), "__self__", None)
    return found if isinstance(found, _Session) else None


class _Session(FirstUse):
    """What is hooked into one shell. Found again as the one that sees its syntax trees."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._warm_up = WarmUp(for_pictures=PICTURES)
        names = Namespace(shell.user_ns, shell.user_ns_hidden, self._warm_up.hurry)
        super().__init__(names)
        self._variable_panel = VariablePanel(shell.user_ns_hidden)
        self._tracebacks = ShortTracebacks(shell)
        self._lost_changes = LostChanges(shell)
        self._object_display = ObjectDisplay(shell)
        self.target = WorkspaceTarget(names.bound)
        self._matchers = (
            name_matcher(self),
            command_matcher(_MAGIC, COMMANDS),
            call_matcher(shell.user_ns),
        )
        self._magic_before: Callable[..., Any] | None = None
        self._replaced = {name: getattr(shell, name) for name in _REPLACED}
        self._own_before = {name: vars(shell)[name] for name in _REPLACED if name in vars(shell)}

    def begin(self) -> None:
        """Put everything in."""
        shell = self._shell
        self.namespace.put()
        self._variable_panel.begin()
        self._tracebacks.begin()
        self._lost_changes.begin()
        self._object_display.begin()
        self.target.offer()
        self._custom_matchers.extend(self._matchers)
        shell.events.register("post_run_cell", self._after_first_cell)
        shell.init_user_ns = self._init_user_ns  # type: ignore[method-assign]
        shell._ofind = self._find_real  # type: ignore[assignment]  # noqa: SLF001 - see _REPLACED
        shell.transform_ast = self._transform_ast  # type: ignore[method-assign]
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
        for name in _REPLACED:
            delattr(shell, name)
        vars(shell).update(self._own_before)
        self._unhook("post_run_cell", self._after_first_cell)
        self._unhook("pre_execute", self._before_cell)
        for matcher in self._matchers:
            if matcher in self._custom_matchers:
                self._custom_matchers.remove(matcher)
        self._variable_panel.end()
        self._tracebacks.end()
        self._lost_changes.end()
        self._object_display.end()
        self.target.withdraw()
        self.namespace.take_back()

    @property
    def _line_magics(self) -> dict[str, Any]:
        magics: dict[str, Any] = self._shell.magics_manager.magics["line"]
        return magics

    @property
    def _custom_matchers(self) -> list[Any]:
        # IPython before 8.6 has none: Tab then sees the stand-ins.
        return getattr(self._shell.Completer, "custom_matchers", [])

    def _init_user_ns(self) -> None:
        """Do as IPython does at start and after ``%reset``, then bind the names again."""
        self._replaced["init_user_ns"]()
        self.namespace.renew()

    def _find_real(self, name: str, *args: Any, **keywords: Any) -> Any:
        """Find what a name stands for, as IPython does, once it is the real object."""
        self.make_real_in(name)
        return self._replaced["_ofind"](name, *args, **keywords)

    def _transform_ast(self, node: Any) -> Any:
        """Transform a tree as IPython does; make real what it reads, and look what it changes."""
        node = self._replaced["transform_ast"](node)
        nodes = nodes_of(node)
        self._lost_changes.look_at(node, nodes)
        return self.prepare(node, nodes)

    def _after_first_cell(self, _result: object) -> None:
        self._unhook("post_run_cell", self._after_first_cell)
        if is_wanted() and getattr(self._shell, "kernel", None) is not None:
            self._warm_up.start()
            self._shell.events.register("pre_execute", self._before_cell)

    def _before_cell(self) -> None:
        if not self._warm_up.make_way():
            self._unhook("pre_execute", self._before_cell)

    def _unhook(self, event: str, callback: Callable[..., object]) -> None:
        if callback in self._shell.events.callbacks[event]:
            self._shell.events.unregister(event, callback)
