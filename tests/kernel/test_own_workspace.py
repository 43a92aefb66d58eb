"""A person's own workspace under the name ``workspace``: everything else follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from datalab_kernel import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.kernel.driver import Kernel


@pytest.fixture
def shell() -> Iterator[Any]:
    plain = InteractiveShell()
    plain.run_line_magic("load_ext", "datalab_kernel")
    plain.run_cell("workspace['old'] = np.ones(3)").raise_error()
    yield plain
    plain.run_line_magic("unload_ext", "datalab_kernel")
    plain.run_line_magic("reset", "-f")
    plain.history_manager.end_session()


def bind_own(shell: Any) -> Workspace:
    own = Workspace("standalone")
    own["new"] = ([0, 1], [1.0, 2.0])
    shell.user_ns["workspace"] = own
    return own


def test_the_plotter_draws_what_it_holds(shell: Any) -> None:
    shell.run_cell("plotter.plot('old', show=False)").raise_error()
    own = bind_own(shell)
    shell.run_cell("picture = plotter.plot('new', show=False)").raise_error()
    assert repr(shell.user_ns["picture"]) == "<Plot of the signal new>"
    assert repr(shell.user_ns["plotter"]) == f"Plotter({own!r})"


def test_the_magic_speaks_of_it(shell: Any) -> None:
    bind_own(shell)["another"] = ([0], [1.0])
    assert shell.run_line_magic("datalab", "status").signals == 2


@pytest.mark.parametrize("code", ["del workspace", "workspace = 5"])
def test_without_one_the_sessions_is_meant(shell: Any, code: str) -> None:
    bind_own(shell)
    shell.run_cell(code).raise_error()
    assert shell.run_line_magic("datalab", "status").signals == 1
    shell.run_cell("plotter.plot('old', show=False)").raise_error()


def test_in_the_kernel_it_holds_from_the_next_line_on(kernel: Kernel) -> None:
    shown = kernel.run(
        "from datalab_kernel import Workspace\n"
        "workspace = Workspace()\n"
        "workspace['mine'] = np.arange(9.0)\n"
        "plotter.plot('mine')"
    )
    assert shown.error is None, shown.error
    assert [data for data in shown.displays if "image/png" in data]
    assert any("mine" in match for match in kernel.complete("workspace['"))
    assert any("mine" in match for match in kernel.complete("workspace.calc('fft', on='"))
    assert "signals=1" in kernel.value("%datalab status")
