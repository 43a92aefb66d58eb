"""A cell that changes only a copy of an object is told so, and how to change the object."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from support.kernel.watch import Watch

from datalab_kernel.errors import LostChangeWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.kernel.driver import Kernel

FIRST = "workspace['p'] = ([0., 1.], [2., 3.])"


@pytest.fixture
def holding(kernel: Kernel) -> Kernel:
    """Give the file's kernel, whose workspace holds a signal."""
    kernel.value(FIRST)
    return kernel


@pytest.fixture
def shell() -> Iterator[Any]:
    plain = InteractiveShell()
    plain.run_line_magic("load_ext", "datalab_kernel")
    plain.run_cell(FIRST)
    yield plain
    plain.run_line_magic("unload_ext", "datalab_kernel")
    plain.history_manager.end_session()


def warned(shell: Any, code: str) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        shell.run_cell(code)
    return [str(one.message) for one in caught if one.category is LostChangeWarning]


def test_a_kernel_says_it_under_the_cell_with_its_line(holding: Kernel) -> None:
    reply = holding.run("np\nworkspace['p'].xunit = 'ms'\nworkspace['p'].xunit")
    assert reply.result == "''"
    assert "cell 2:2: LostChangeWarning: workspace['p'].xunit changes a copy" in reply.text
    assert "workspace.edit('p')" in reply.text


SLOW = """
import time
import datalab_kernel.session._lost_changes as module
def is_workspace(value):
    print('looking', flush=True)
    time.sleep(2)
    return True
module._is_workspace = is_workspace
"""


def test_a_stop_while_the_end_of_a_cell_is_looked_at_is_no_error(holding: Kernel) -> None:
    watch = Watch(holding)
    watch.run(SLOW)
    request = watch.start("workspace['p'].xunit = 'ms'")
    watch.until(lambda: "looking" in watch.cell(request).text())
    holding.interrupt()
    cell = watch.finish(request)[0]
    assert cell.reply["content"]["status"] == "ok"
    assert cell.of("error") == []


def test_it_is_said_each_time_and_of_each(shell: Any) -> None:
    code = "workspace['p'].y[:] = 0; workspace['p'].xunit = 's'"
    assert len(warned(shell, code)) == len(warned(shell, code)) == 2


def test_any_name_of_a_workspace_counts_and_no_other_mapping(shell: Any) -> None:
    assert len(warned(shell, "other = workspace; other['p'].title = 'x'")) == 1
    assert warned(shell, "other = {'p': workspace['p']}; other['p'].title = 'x'") == []


@pytest.mark.parametrize(
    "code",
    [
        "s = workspace['p']; s.xunit = 's'; workspace['p'] = s",
        "with workspace.edit('p') as s: s.xunit = 's'",
    ],
)
def test_changes_that_are_kept_are_quiet(shell: Any, code: str) -> None:
    assert warned(shell, code) == []
    assert shell.user_ns["workspace"]["p"].xunit == "s"


def test_a_cell_that_fails_shows_its_error_alone(shell: Any) -> None:
    assert warned(shell, "1 / 0; workspace['p'].xunit = 's'") == []
    assert warned(shell, "1") == []
