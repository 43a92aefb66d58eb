"""A day's notebook: thousands of mixed cells, with bounds on the kernel's memory, files and threads."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.sampling import IS_FULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from support.kernel.driver import Kernel

CELLS = 3000 if IS_FULL else 60
GROWTH_MB = 250 if IS_FULL else 120
"""What the notebook itself keeps for each shown plot, and what the allocator doesn't give back."""

SETUP = """
import os, gc
x = np.linspace(0, 10, 2000)
def make(number):
    workspace[f"signal {number % 20}"] = create_signal("", x, np.sin(x * number))
    workspace[f"image {number % 5}"] = create_image("", np.random.default_rng(number).random((100, 100)))
for number in range(20): make(number)
"""
KINDS = [
    "make({n})",
    "plotter.plot('signal {a}')",
    "plotter.plot('image {b}')",
    "plotter.plot(['signal {a}', 'signal 1'])",
    "workspace.calc('fft', on='signal {a}', shift=True)",
    "workspace.calc('gaussian_filter', on='image {b}', sigma=2)",
    "workspace.calc('stats', on='signal {a}')",
    "workspace",
    "workspace.results()",
    "with workspace.edit('signal {a}') as s: s.metadata['n'] = {n}",
    "workspace.get('image {b}').data.mean()",
    "print('line {n}' * 20)",
    "workspace['not there']",
    "1 / 0",
    "workspace.save('soak.h5')",
    "workspace.load('soak.h5', overwrite=True)",
    "workspace.list('fft*')",
    "workspace.status()",
]
FAILING = ("workspace['not there']", "1 / 0")


class Process:
    """A running process, as Linux sees it."""

    def __init__(self, pid: str) -> None:
        self._folder = Path("/proc", pid)

    def _status(self, name: str) -> int:
        lines = (self._folder / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))

    @property
    def memory_mb(self) -> float:
        return self._status("VmRSS") / 1024

    @property
    def threads(self) -> int:
        return self._status("Threads")

    @property
    def files(self) -> int:
        return len([*(self._folder / "fd").iterdir()])


@pytest.mark.timeout(4 * 3600 if IS_FULL else 300)
@pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="looks at processes as Linux shows them"
)
def test_a_day_of_mixed_cells_stays_within_its_bounds(
    started: Callable[..., AbstractContextManager[Kernel]],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(0)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with started(DATALAB_KERNEL_MODE="standalone", TMPDIR=str(temporary)) as kernel:
        kernel.value(f"import os; os.chdir({str(tmp_path)!r})")
        kernel.value(SETUP)
        process = Process(kernel.value("os.getpid()"))
        kernel.value("workspace.save('soak.h5')")
        run_cells(kernel, [*KINDS, *KINDS], chance)  # what each needs once is there
        kernel.value("gc.collect() and None")
        before = (process.memory_mb, process.threads, process.files)
        lying_about = sorted(path.name for path in temporary.iterdir())
        course = []
        for _ in range(10):
            run_cells(kernel, [chance.choice(KINDS) for _ in range(CELLS // 10)], chance)
            course.append(round(process.memory_mb))
        kernel.value("gc.collect() and None")
        after = (process.memory_mb, process.threads, process.files)
        record_property("memory, threads, files before and after", (before, after))
        print(f"{CELLS} cells: MB, threads, files {before} -> {after}; MB on the way: {course}")
        assert after[0] - before[0] < GROWTH_MB
        assert after[1] <= before[1] + 3
        assert after[2] <= before[2] + 5
        assert sorted(path.name for path in temporary.iterdir()) == lying_about
        assert kernel.value("len([*workspace])") != "0"


def run_cells(kernel: Kernel, kinds: list[str], chance: random.Random) -> None:
    for number, kind in enumerate(kinds):
        code = kind.format(n=number, a=chance.randrange(20), b=chance.randrange(5))
        shown = kernel.run(code)
        assert (shown.error is not None) == (kind in FAILING), (code, shown.error)
