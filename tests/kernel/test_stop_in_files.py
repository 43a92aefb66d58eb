"""Stop in the middle of reading or writing files: all or nothing, and a short message."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from support.kernel.driver import Kernel


@pytest.fixture
def there(kernel: Kernel, tmp_path: Path) -> Kernel:
    """Give a kernel in a folder of its own, whose workspace holds one object."""
    kernel.value(f"import os; os.chdir({str(tmp_path)!r})")
    kernel.value("workspace.clear(); workspace['kept'] = np.arange(3.0)")
    return kernel


def stopped(kernel: Kernel, code: str) -> None:
    """Run a cell, press Stop in it; what it shows is its own line."""

    def stop_soon() -> None:
        time.sleep(0.3)
        kernel.interrupt()

    shown = kernel.run(f"print('begun', flush=True)\n{code}", meanwhile=stop_soon)
    assert shown.error is not None
    trace = re.sub(r"\x1b\[[\d;]*m", "", shown.error[2])
    assert shown.error[0] == "KeyboardInterrupt"
    assert len(re.findall(r"^(?:Cell|File) ", trace, re.MULTILINE)) == 1, trace
    assert f"----> 2 {code}" in trace


def test_a_load_that_is_stopped_adds_nothing(there: Kernel) -> None:
    there.value("np.savetxt('0.csv', np.c_[np.arange(2e4), np.random.rand(20_000)], delimiter=',')")
    there.value("import shutil; [shutil.copy('0.csv', f'{n}.csv') for n in range(1, 300)]")
    stopped(there, "workspace.load('*.csv')")
    assert there.value("workspace.list()") == "['kept']"
    assert there.value("workspace.load('0.csv')") == "['0']"


def test_a_save_that_is_stopped_leaves_a_whole_file(there: Kernel, tmp_path: Path) -> None:
    there.value("for n in range(20): workspace[f'{n}'] = np.random.rand(500, 500)")
    there.value("workspace.save('a.h5')")
    stopped(there, "while True: workspace.save('a.h5')")
    assert [path.name for path in tmp_path.iterdir()] == ["a.h5"]
    assert there.value("len(workspace.load('a.h5', overwrite=True))") == "21"
