"""``%load_ext datalab_kernel`` in ipykernel: what a notebook of the DataLab kernel needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.kernel.driver import Kernel

FIRST_STEPS = Path(__file__).parents[2] / "examples/first_steps.ipynb"
STATE = (
    "shell = get_ipython(); import sys; "
    "[sorted(n for n in globals() if n[:1] != '_'), "
    "sorted(n for n in shell.user_ns_hidden if n[:1] != '_'), "
    "len(shell.ast_transformers), len(shell.Completer.custom_matchers), "
    "{e: len(c) for e, c in shell.events.callbacks.items()}, "
    "'datalab' in shell.magics_manager.magics['line'], "
    "sorted({'init_user_ns', '_ofind'} & {*vars(shell)}), "
    "[type(f).__name__ for f in sys.meta_path]]"
)


@pytest.fixture(scope="module")
def ipykernel(started_once: Callable[..., Any]) -> Iterator[Kernel]:
    """Give the file's ipykernel; an import in the background would be seen among the hooks."""
    with started_once(
        "python3", DATALAB_KERNEL_MODE="standalone", DATALAB_KERNEL_WARMUP="off"
    ) as kernel:
        yield kernel


@pytest.fixture
def bare(ipykernel: Kernel) -> Iterator[Kernel]:
    """Give an ipykernel as it comes, without the extension and without names."""
    yield ipykernel
    ipykernel.run("%unload_ext datalab_kernel")
    ipykernel.value("%reset -f")


@pytest.mark.skipif(os.environ.get("DATALAB_KERNEL_TEST_FULL") != "1", reason="in test-full")
def test_the_example_notebook_runs_under_ipykernel_with_one_line_added(tmp_path: Path) -> None:
    notebook = nbformat.read(FIRST_STEPS, as_version=4)
    assert notebook.metadata.kernelspec.name == "datalab"
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%load_ext datalab_kernel"))
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=120,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute(env={**os.environ, "DATALAB_KERNEL_MODE": "standalone"})
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in shown) >= 4
    assert [path.suffix for path in tmp_path.iterdir()] == [".h5"]


def test_unloading_restores_everything_also_the_users_own_np(bare: Kernel) -> None:
    bare.value("np = 'mine'; shell = sys = None")
    before = bare.value(STATE)
    bare.value("%load_ext datalab_kernel")
    assert bare.value("np.pi, create_signal('a').title") == "(3.141592653589793, 'a')"
    assert bare.value(STATE) != before
    bare.value("%unload_ext datalab_kernel")
    assert bare.value(STATE) == before
    assert bare.value("np") == "'mine'"


def test_loading_twice_changes_nothing(bare: Kernel) -> None:
    from_the_package = "import datalab_kernel; datalab_kernel.load_ipython_extension(get_ipython())"
    bare.value("%load_ext datalab_kernel")
    bare.value("workspace['a'] = create_signal('', np.arange(3.0), np.arange(3.0))")
    bare.value(from_the_package)
    before = bare.value(STATE)
    assert "already loaded" in bare.run("%load_ext datalab_kernel").text
    bare.value(from_the_package)
    assert bare.value(STATE) == before
    assert bare.value("workspace.list()") == "['a']"


def test_plain_ipython_on_a_terminal_has_the_names_too(tmp_path: Path) -> None:
    script = tmp_path / "session.ipy"
    script.write_text(
        "%load_ext datalab_kernel\n"
        "print('held:', workspace.list(), np.arange(3).tolist())\n"
        "%datalab conect\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", str(script)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "DATALAB_KERNEL_MODE": "standalone", "IPYTHONDIR": str(tmp_path)},
    )
    assert "held: [] [0, 1, 2]" in ended.stdout
    assert "UnknownCommandError: %datalab conect is not known." in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_the_added_line_is_harmless_in_the_datalab_kernel_itself(fresh: Kernel) -> None:
    fresh.value("kept = workspace")
    before = fresh.value(STATE)
    fresh.value("%load_ext datalab_kernel")
    assert fresh.value(STATE) == before
    assert fresh.value("workspace is kept") == "True"


def test_reloading_starts_anew(bare: Kernel) -> None:
    bare.value("%load_ext datalab_kernel")
    bare.value("first = workspace; np.pi")
    bare.value("%reload_ext datalab_kernel")
    assert bare.value("workspace is first, np.pi") == "(False, 3.141592653589793)"


def test_what_the_user_bound_meanwhile_stays_after_unloading(bare: Kernel) -> None:
    bare.value("%load_ext datalab_kernel")
    bare.value("np = 'mine'")
    bare.value("%unload_ext datalab_kernel")
    assert bare.value("np, 'workspace' in globals()") == "('mine', False)"
    assert "np" in bare.run("%who").text.split()
