"""What a cell imports or forks while Sigima is being imported behind it, in fresh kernels."""

from __future__ import annotations

import os
import pkgutil
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
PACKAGES = ("sigima", "guidata", "scipy", "skimage", "pandas", "h5py")
DELAYS_S = (0.02, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5)
AT_ONCE = 4
"""Kernels that run side by side: each is the load of the others."""
A_KERNEL = 3
"""Subpackages that one kernel imports, a cell each."""
PARTS = 12
"""The sweep's tests, each of some 15 kernels; elsewhere three kernels of the first are run."""
FORMS = (
    "import {module}",
    "from {package} import {name}",
    "from {module} import *",
    "__import__('{module}')",
    "import importlib; importlib.import_module('{module}')",
    "import pickle; pickle.loads(b'c{module}\\n__name__\\n.')",
)
CAN_BE_IMPORTED = """
import sys, warnings, contextlib, io
warnings.simplefilter("ignore")
warnings.filterwarnings("error", category=DeprecationWarning, module="__main__")  # cells show it
for name in sys.argv[1:]:
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        __import__(name)
        print(name, file=sys.__stdout__)
"""
USES_SIGIMA_IN_A_POOL = """\
import multiprocessing
def length(n):
    import numpy, sigima.objects
    return sigima.objects.create_signal("a", numpy.arange(n), numpy.arange(n)).x.size
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(length, [3, 4]))
"""
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")


def subpackages() -> list[str]:
    """Return those of the packages' direct parts that a plain Python imports without a word."""
    names = [
        f"{package}.{found.name}"
        for package in PACKAGES
        for found in pkgutil.iter_modules(find_spec(package).submodule_search_locations)  # type: ignore[union-attr]
        if found.ispkg and not found.name.startswith("_") and found.name != "tests"
    ]
    command = [sys.executable, "-c", CAN_BE_IMPORTED, *names]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def sweep(part: int) -> list[tuple[float, list[str]]]:
    """Return each kernel's delay and cells."""
    chance = random.Random(13)
    kernels = []
    names = subpackages()
    for delay_s in DELAYS_S:
        chance.shuffle(names)
        for first in range(0, len(names), A_KERNEL):
            cells = [cell(name, chance.choice(FORMS)) for name in names[first : first + A_KERNEL]]
            kernels.append((delay_s, cells))
    chance.shuffle(kernels)
    kernels = kernels[part::PARTS]
    return kernels if FULL else kernels[:3]


def cell(module: str, form: str) -> str:
    package, _, name = module.rpartition(".")
    return form.format(module=module, package=package, name=name)


def batched(kernels: list[Any], size: int) -> Iterator[list[Any]]:
    for first in range(0, len(kernels), size):
        yield kernels[first : first + size]


@pytest.mark.parametrize("part", range(PARTS) if FULL else (0,))
def test_what_a_cell_imports_meanwhile_is_as_ever(started: Callable[..., Any], part: int) -> None:
    for several in batched(sweep(part), AT_ONCE):
        with ExitStack() as stack:
            kernels = [stack.enter_context(started(DATALAB_KERNEL_WARMUP="on")) for _ in several]
            sent = []
            for kernel, (delay_s, cells) in zip(kernels, several, strict=True):
                for code in ("1", f"import time; time.sleep({delay_s})", *cells):
                    request = kernel.client.execute(code, stop_on_error=False)
                    sent.append((kernel, delay_s, code, request))
            shown = [(*what, kernel.outcome(request)) for kernel, *what, request in sent]
            assert [one for one in shown if one[2].status != "ok" or one[2].text] == []


@pytest.mark.parametrize("delay_s", DELAYS_S if FULL else (0.2, 0.7))
def test_a_command_meanwhile_is_silent_and_doesnt_wait(
    started: Callable[..., Any], delay_s: float
) -> None:
    with started(DATALAB_KERNEL_WARMUP="on") as kernel:
        kernel.run(f"import time; time.sleep({delay_s})")
        shown = kernel.run("!echo hi")
        assert (shown.status, shown.text.split()) == ("ok", ["hi"])


def test_a_command_doesnt_wait_for_the_whole_import(started: Callable[..., Any]) -> None:
    with started(DATALAB_KERNEL_WARMUP="on") as kernel:
        kernel.run("import time, sys; time.sleep(0.1)")
        kernel.run("!echo hi")
        assert kernel.value("'sigima' in sys.modules") == "False"


@pytest.mark.parametrize("delay_s", DELAYS_S if FULL else (0.2,))
def test_a_pool_meanwhile_is_silent_and_its_children_import_what_they_like(
    started: Callable[..., Any], delay_s: float
) -> None:
    with started(DATALAB_KERNEL_WARMUP="on") as kernel:
        kernel.run("1")
        time.sleep(delay_s)
        shown = kernel.run(USES_SIGIMA_IN_A_POOL)
        assert (shown.status, shown.text) == ("ok", "[3, 4]\n")


TREES = """
import ast
SOURCE = "\\n".join(f"def f{n}(a, *b, c={n}): return [a + c * {n} for a in b if a > {n}]" for n in range(200))
TREES = [ast.parse(SOURCE) for _ in range(8)]
"""
IMPORT_BEHIND = """
import ast, sys, time
from datalab_kernel.session._warmup import WarmUp
sys.path.insert(0, {folder!r})
import_behind = WarmUp(["many_trees"])
import_behind.start()
"""
MAKE_TREES = """
source, until = "\\n".join(f"x{n} = [{n}]" for n in range(50)), time.monotonic() + 30
while not import_behind.join(0) and time.monotonic() < until:
    ast.parse(source)
"""


def test_syntax_trees_of_cells_and_of_the_import_are_made_side_by_side(
    started: Callable[..., Any], tmp_path: Path
) -> None:
    """In Python 3.11 C fails in the tree of one thread if it stops amid that of another."""
    (tmp_path / "many_trees.py").write_text(TREES, encoding="utf-8")
    with started(DATALAB_KERNEL_WARMUP="off") as kernel:
        kernel.value(IMPORT_BEHIND.format(folder=str(tmp_path)))
        kernel.value(MAKE_TREES)
        assert kernel.value("import_behind.join(0), 'many_trees' in sys.modules") == "(True, True)"
