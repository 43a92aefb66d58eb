"""What a person meets in the first minute of a kernel, and after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from support.kernel.driver import Kernel, Shown

    Start = Callable[..., AbstractContextManager[Kernel]]

HEAVY = "sorted({'numpy', 'sigima', 'scipy', 'pandas', 'matplotlib', 'h5py'} & {*sys.modules})"


def steps_in(shown: Shown) -> list[str]:
    """Return the lines to type that a display shows."""
    [data] = shown.displays
    return [
        line.partition("  #")[0].strip()
        for line in data["text/plain"].splitlines()
        if line.startswith("    ")
    ]


def test_an_untouched_workspace_shows_three_things_that_can_be_typed(quiet: Kernel) -> None:
    steps = steps_in(quiet.run("workspace"))
    assert quiet.value(f"import sys; {HEAVY}") == "[]"
    assert [step.split("(")[0] for step in steps] == [
        'workspace["sine"] = np.sin',
        "workspace.load_example",
        "plotter.plot",
    ]
    shown = quiet.run("\n".join(steps))
    assert shown.error is None, shown.error
    assert len([data for data in shown.displays if "image/png" in data]) == 1
    assert quiet.value("workspace.list()") == "['sine', 'paracetamol']"
    assert quiet.value("workspace") == "Workspace(standalone, 2 objects)"


def test_the_first_tab_names_functions_without_importing_them(quiet: Kernel) -> None:
    assert [m for m in quiet.complete("workspace.calc.gaussian_fi") if m.endswith("gaussian_fit")]
    assert [m for m in quiet.complete('workspace.calc("moving_av') if m.endswith("moving_average")]
    assert [m for m in quiet.complete("workspace.ca") if m.endswith("calc")]
    quiet.complete('workspace["')
    assert quiet.value(f"import sys; {HEAVY}") == "[]"


def test_after_a_restart_a_file_that_was_autosaved_elsewhere_is_named(
    started: Start, tmp_path: Path
) -> None:
    env = {"JUPYTER_DATA_DIR": str(tmp_path / "jupyter"), "JPY_SESSION_NAME": "/home/a.ipynb"}
    (tmp_path / "folder").mkdir()
    be_there = f"import os; os.chdir({str(tmp_path / 'folder')!r})"
    with started(DATALAB_KERNEL_WARMUP="off", **env) as kernel:
        kernel.value(be_there)
        kernel.value("workspace['one'] = np.ones(3); _ = workspace.autosave('../analysis.h5')")
        kernel.manager.restart_kernel()
        kernel.client.wait_for_ready(timeout=60)
        kernel.value(be_there)
        shown = kernel.run("workspace")
        assert "Last saved by this notebook" in shown.displays[0]["text/plain"]
        assert kernel.value(steps_in(shown)[-1]) == "['one']"


def test_after_a_restart_the_autosaved_file_is_named(started: Start, tmp_path: Path) -> None:
    with started(DATALAB_KERNEL_WARMUP="off") as kernel:
        kernel.value(f"import os; os.chdir({str(tmp_path)!r})")
        kernel.value("workspace['one'] = np.ones(3); _ = workspace.autosave('analysis.h5')")
        kernel.manager.restart_kernel()
        kernel.client.wait_for_ready(timeout=60)
        kernel.value(f"import os; os.chdir({str(tmp_path)!r})")
        shown = kernel.run("workspace")
        [data] = shown.displays
        assert "not connected" not in data["text/plain"]
        assert "Last saved here" in data["text/html"]
        assert "analysis.h5" in steps_in(shown)[-1]  # which the test above types
