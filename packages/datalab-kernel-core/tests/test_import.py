"""Importing the package costs next to nothing, and nothing heavy comes with it."""

import subprocess
import sys

HEAVY = ("numpy", "sigima", "matplotlib", "h5py", "pandas", "scipy", "requests", "IPython")
LIGHT = ("backends", "display", "errors", "objects", "session", "workspace")
SIBLINGS = ("datalab_kernel_standalone", "datalab_kernel_live", "datalab_kernel_spec")


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert modules_after("import datalab_kernel").isdisjoint({*HEAVY, *SIBLINGS})


def test_importing_the_light_folders_loads_nothing_heavy() -> None:
    code = "\n".join(f"import datalab_kernel.{folder}" for folder in LIGHT)
    assert modules_after(code).isdisjoint({*HEAVY, *SIBLINGS})


def test_making_a_workspace_and_a_plotter_loads_nothing_heavy() -> None:
    code = "import datalab_kernel as d; w = d.Workspace(); p = d.Plotter(w)"
    assert modules_after(code).isdisjoint({*HEAVY, *SIBLINGS})


def test_every_public_name_is_there_and_documented() -> None:
    import datalab_kernel

    for name in datalab_kernel.__all__:
        assert getattr(datalab_kernel, name).__doc__, name
    assert set(datalab_kernel.__all__) <= set(dir(datalab_kernel))
