"""IPython's shell as notebooks know it, made from xpython's: how code is run in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config.configurable import SingletonConfigurable

from datalab_kernel_spec.cells._nested import runner_within_cells
from datalab_kernel_spec.shell._front_ends import FrontEndShell, be_known_as_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from datalab_kernel_spec.cells._runner import CellRunner

__all__ = ["make_instead", "with_cells_on_the_loop", "with_cells_one_by_one"]


def make_instead(base: Any, ours: Any) -> None:
    """Let xpython, which asks its own class for the shell, get one of ours."""
    make = vars(SingletonConfigurable)["instance"].__func__

    def instance(cls: Any, *arguments: Any, **keywords: Any) -> Any:
        # Without this the person's IPython configuration doesn't reach the shell.
        return make(cls, *arguments, **{"parent": cls.parent_app, **keywords})

    ours.instance = classmethod(instance)
    base.instance = ours.instance
    be_known_as_notebook(ours)


def with_cells_on_the_loop(base: Any, runner: CellRunner) -> Any:
    """Return the class of a shell that queues cells on the event loop."""
    run_to_its_end = runner_within_cells(runner.stops)

    class Shell(FrontEndShell, base):  # type: ignore[misc]
        loop_runner = staticmethod(run_to_its_end)
        loop_runner_map = {  # noqa: RUF012 - IPython's own
            **InteractiveShell.loop_runner_map,
            "asyncio": (run_to_its_end, True),
        }

        def run_cell_async(self, raw_cell: str, *args: Any, **keywords: Any) -> Any:
            """Queue a cell as xpython asks for it, or return a coroutine as IPython does."""
            if args and callable(args[0]):
                return self._queue_cell(raw_cell, *args, **keywords)
            return InteractiveShell.run_cell_async(self, raw_cell, *args, **keywords)

        def _queue_cell(
            self, raw_cell: str, done: Callable[[], None], *, silent: bool = False, **how: Any
        ) -> None:
            failure = None
            try:
                transformed = self.transform_cell(raw_cell)
            except Exception:  # noqa: BLE001 - IPython shows it as the cell's error
                transformed, failure = raw_cell, sys.exc_info()
            coro = InteractiveShell.run_cell_async(
                self,
                raw_cell=raw_cell,
                transformed_cell=transformed,
                preprocessing_exc_tuple=failure,
                silent=silent,
                **how,
            )

            def post_execute(result: Any) -> None:
                self.events.trigger("post_execute")
                if not silent:
                    self.events.trigger("post_run_cell", result)

            def other_loop() -> Callable[[Coroutine[Any, Any, Any]], Any] | None:
                """Return what runs cells that await where ``%autoawait`` says so."""
                if self.loop_runner is run_to_its_end or not self.should_run_async(
                    raw_cell, transformed_cell=transformed, preprocessing_exc_tuple=failure
                ):
                    return None
                return self.loop_runner

            runner(coro, post_execute, done, other_loop)

    return Shell


def with_cells_one_by_one(base: Any, runner: CellRunner) -> Any:
    """Return the class of a shell that knows no loop of its own (xeus-python-shell 0.5)."""

    class Shell(FrontEndShell, base):  # type: ignore[misc]
        _runs = False

        def run_cell(self, *args: Any, **keywords: Any) -> Any:
            """Run a cell that Stop can end."""
            if self._runs:  # code that a cell runs
                return super().run_cell(*args, **keywords)
            self._runs = True
            try:
                with runner.one_cell():
                    return super().run_cell(*args, **keywords)
            finally:
                self._runs = False

    runner.stops.never_inside(Shell.run_cell)
    return Shell
