"""The names that a notebook on the DataLab kernel starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.kernel.driver import Kernel

NAMES = (
    "workspace",
    "plotter",
    "np",
    "sigima",
    "create_signal",
    "create_image",
    "create_signal_roi",
    "create_image_roi",
    "SignalObj",
    "ImageObj",
)
HEAVY = "sorted({'numpy', 'sigima', 'scipy', 'pandas', 'matplotlib', 'h5py'} & {*sys.modules})"


def test_nothing_heavy_is_imported_before_it_is_used(fresh: Kernel) -> None:
    assert fresh.value(f"import sys; {HEAVY}") == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there_and_not_listed_as_the_users(kernel: Kernel, name: str) -> None:
    assert kernel.value(f"'{name}' in globals()") == "True"
    assert name not in kernel.run("%who").text.split()


def test_a_name_that_a_cell_reads_is_the_real_object(renewed: Kernel) -> None:
    assert renewed.value("import numpy, sys; np is numpy is sys.modules['numpy']") == "True"
    assert renewed.value("import sigima.objects as o; SignalObj is o.SignalObj") == "True"
    assert renewed.value("create_image_roi is o.create_image_roi") == "True"


def test_a_name_inside_a_function_is_the_real_object(renewed: Kernel) -> None:
    code = "def area(r):\n    return np.pi * r**2\narea(2.0)"
    assert renewed.value(code) == "12.566370614359172"
    assert renewed.value("import numpy; area.__globals__['np'] is numpy") == "True"


def test_isinstance_works_on_first_use(renewed: Kernel) -> None:
    assert renewed.value("isinstance(3, SignalObj), isinstance(3, ImageObj)") == "(False, False)"
    assert renewed.value("isinstance(create_signal('a'), SignalObj)") == "True"


def test_what_reading_a_cell_cant_foresee_works_too(renewed: Kernel) -> None:
    assert renewed.value("eval('n' + 'p.pi')") == "3.141592653589793"
    assert renewed.value("eval('isinstance(1, Signal' + 'Obj)')") == "False"
    assert renewed.value("eval('create_' + 'signal(\"a\").title')") == "'a'"
    assert renewed.value("eval('len(work' + 'space)')") == "0"
    assert renewed.value("import numpy; globals()['np'] is numpy") == "True"


def test_a_stand_in_is_a_module_to_inspect_and_types(renewed: Kernel) -> None:
    renewed.value("import inspect, types; stand_in = globals()['n' + 'p']")
    assert renewed.value("inspect.ismodule(stand_in), isinstance(stand_in, types.ModuleType)") == (
        "(True, True)"
    )
    assert "NumPy" in renewed.value("inspect.getdoc(stand_in)")
    assert renewed.value("inspect.getsourcefile(stand_in)").endswith("numpy/__init__.py'")
    assert "Help on package numpy" in renewed.run("help(stand_in)").text


def test_timeit_measures_the_real_function(renewed: Kernel) -> None:
    assert "loop" in renewed.run("%timeit -n1 -r1 np.sum([1])").text
    assert renewed.value("import numpy; globals()['np'] is numpy") == "True"


def test_a_reassigned_name_is_the_users(renewed: Kernel) -> None:
    renewed.value("np = 3")
    assert renewed.value("np") == "3"
    assert "np" in renewed.run("%who").text.split()


def test_a_deleted_name_stays_deleted(renewed: Kernel) -> None:
    renewed.value("del create_signal")
    shown = renewed.run("create_signal")
    assert shown.error is not None
    assert shown.error[0] == "NameError"


def test_reset_brings_the_names_back(renewed: Kernel) -> None:
    renewed.value("np = 3; del plotter; mine = 1")
    renewed.value("%reset -f")
    assert renewed.value("'plotter' in globals(), 'mine' in globals(), np.pi") == (
        "(True, False, 3.141592653589793)"
    )


def test_reset_keeps_what_the_workspace_holds(renewed: Kernel) -> None:
    renewed.value("workspace['a'] = create_signal('a', np.arange(3.0), np.arange(3.0))")
    renewed.value("%reset -f")
    assert renewed.value("workspace.list()") == "['a']"


def test_tab_completes_numpy_before_any_cell_has_run(fresh: Kernel) -> None:
    assert any(match.endswith("linspace") for match in fresh.complete("np.lins"))


def test_tab_completes_names_of_the_workspace(kernel: Kernel) -> None:
    kernel.value("workspace['ramp'] = create_signal('r', np.arange(3.0), np.arange(3.0))")
    assert any("ramp" in match for match in kernel.complete("workspace['"))


def test_inspection_shows_signature_and_docstring_before_any_cell_has_run(fresh: Kernel) -> None:
    shown = fresh.inspect("create_signal")
    assert "title" in shown
    assert "Create a signal" in shown


def test_the_workspace_and_the_plotter_work_together(kernel: Kernel) -> None:
    kernel.value("workspace['sine'] = create_signal('s', np.arange(9.0), np.sin(np.arange(9.0)))")
    assert kernel.value("workspace['sine'].y.sum().round(6)").startswith("np.float64(")
    shown = kernel.run("plotter.plot('sine')")
    assert shown.error is None, shown.error
    assert len([data for data in shown.displays if "image/png" in data]) == 1


def test_running_every_cell_again_is_harmless(kernel: Kernel) -> None:
    cells = (
        "x = np.linspace(0, 1, 50)",
        "workspace['again'] = create_signal('again', x, x**2)",
        "workspace['again'].y.max()",
    )
    first = [kernel.value(cell) for cell in cells]
    assert [kernel.value(cell) for cell in cells] == first
