"""``%load_ext datalab_kernel`` in plain IPython and in ipykernel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from datalab_kernel.session._namespace import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def shell() -> Iterator[Any]:
    plain = InteractiveShell()
    yield plain
    plain.run_line_magic("reset", "-f")
    plain.history_manager.end_session()


def state(shell: Any) -> dict[str, Any]:
    return {
        "names": {k: v for k, v in shell.user_ns.items() if not k.startswith("_")},
        "hidden": {name for name in NAMES if name in shell.user_ns_hidden},
        "magic": shell.magics_manager.magics["line"].get("datalab"),
        "transformers": [*shell.ast_transformers],
        "matchers": [*shell.Completer.custom_matchers],
        "hooks": {event: [*found] for event, found in shell.events.callbacks.items()},
        "own": {*vars(shell)},
    }


def test_loading_gives_the_names_and_the_magic(shell: Any) -> None:
    shell.run_line_magic("load_ext", "datalab_kernel")
    assert shell.run_cell("np.pi; create_signal('a').title").result == "a"
    assert shell.run_line_magic("datalab", "mode") == "standalone"


def test_unloading_restores_exactly_what_was_there(shell: Any) -> None:
    shell.run_cell("np = 'mine'; other = 1")
    shell.register_magic_function(lambda line: line, "line", "datalab")
    before = state(shell)
    shell.run_line_magic("load_ext", "datalab_kernel")
    shell.run_cell("np.pi")
    assert shell.user_ns["np"] != "mine"
    shell.run_line_magic("unload_ext", "datalab_kernel")
    after = state(shell)
    assert after.pop("own") - before.pop("own") <= {"_last_input_line"}
    assert after == before


def test_unloading_leaves_what_the_user_bound_since(shell: Any) -> None:
    shell.run_line_magic("load_ext", "datalab_kernel")
    shell.run_cell("plotter = 'mine'")
    shell.run_line_magic("unload_ext", "datalab_kernel")
    assert shell.user_ns["plotter"] == "mine"
    assert "workspace" not in shell.user_ns


def test_loading_twice_is_harmless(shell: Any) -> None:
    from datalab_kernel import load_ipython_extension

    before = state(shell)["names"]
    load_ipython_extension(shell)
    shell.run_cell("workspace['a'] = create_signal('a', np.arange(3.0), np.arange(3.0))")
    load_ipython_extension(shell)
    shell.run_line_magic("reload_ext", "datalab_kernel")
    assert shell.ast_transformers == []
    shell.run_line_magic("unload_ext", "datalab_kernel")
    assert state(shell)["names"] == before


def test_a_notebook_of_the_datalab_kernel_runs_under_ipykernel(
    started: Callable[..., Any],
) -> None:
    with started("python3", DATALAB_KERNEL_MODE="standalone") as kernel:
        kernel.value("%load_ext datalab_kernel")
        assert kernel.value("import sys; 'sigima' in sys.modules") == "False"
        kernel.value("workspace['a'] = create_signal('a', np.arange(3.0), np.arange(3.0))")
        assert kernel.value("workspace.list()") == "['a']"
        assert any("a" in match for match in kernel.complete("workspace['"))
        kernel.value("%unload_ext datalab_kernel")
        assert kernel.value("'workspace' in globals()") == "False"


def test_the_warm_up_imports_sigima_after_the_first_cell(started: Callable[..., Any]) -> None:
    with started(DATALAB_KERNEL_WARMUP="on") as kernel:
        kernel.value("import sys, threading")
        wait = "[t.join() for t in threading.enumerate() if 'warm-up' in t.name]"
        assert kernel.value(f"{wait}; 'sigima' in sys.modules") == "True"


def test_the_warm_up_can_be_switched_off(started: Callable[..., Any]) -> None:
    with started(DATALAB_KERNEL_WARMUP="off") as kernel:
        kernel.value("import sys, threading")
        names = kernel.value("[t.name for t in threading.enumerate()]")
        assert "warm-up" not in names


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
def test_importing_during_the_warm_up_never_hangs(started: Callable[..., Any]) -> None:
    with started(DATALAB_KERNEL_WARMUP="on") as kernel:
        kernel.value("import time, sys; time.sleep(0.15)")
        for module in ("numpy", "scipy.stats", "pandas", "skimage.measure", "sigima.proc.signal"):
            kernel.value(f"import {module}")
        assert kernel.value("create_image('a', np.zeros((2, 2))).title") == "'a'"
