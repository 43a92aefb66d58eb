"""Tracebacks that code shows itself, while its cell goes on (``showtraceback()``, widgets).

xpython keeps the last traceback that was shown as the error of the cell, and so fails the
cell. Here only what ends a cell is its error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel_spec._parents import Parents
    from datalab_kernel_spec._tunnel import Tunnel

__all__ = ["show_users_errors_at_once"]


def show_users_errors_at_once(shell: Any, tunnel: Tunnel, parents: Parents) -> None:
    """Publish such a traceback where the code is, and leave the cell's outcome alone."""
    run_code, showtraceback = shell.run_code, shell.showtraceback
    keep_as_cells_error = shell._showtraceback  # noqa: SLF001 - the hook that IPython offers
    runs_code = is_users = False

    async def run_code_watched(*args: Any, **keywords: Any) -> Any:
        nonlocal runs_code
        runs_code = True
        try:
            return await run_code(*args, **keywords)
        finally:
            runs_code = False

    def showtraceback_watched(*args: Any, **keywords: Any) -> None:
        nonlocal is_users
        is_users = runs_code and not keywords.get("running_compiled_code")
        try:
            showtraceback(*args, **keywords)
        finally:
            is_users = False

    def show(etype: type, evalue: BaseException, stb: list[str]) -> None:
        if not is_users or issubclass(etype, SystemExit):  # IPython's own note on exit()
            keep_as_cells_error(etype, evalue, stb)
            return
        content = {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb}
        tunnel.publish("error", content, parent=parents.now())

    shell.run_code = run_code_watched
    shell.showtraceback = showtraceback_watched
    shell._showtraceback = show  # noqa: SLF001
