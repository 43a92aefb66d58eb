"""The names of functions, without importing Sigima."""

from __future__ import annotations

import subprocess
import sys

from datalab_kernel.compute import all_functions
from datalab_kernel.workspace import _function_names

NAMES = "from datalab_kernel.workspace._function_names import function_names as n"


def test_they_are_those_of_the_functions_that_there_are() -> None:
    assert {*_function_names.function_names()} == {info.name for info in all_functions()}


def test_nothing_heavy_is_imported_for_them() -> None:
    code = f"{NAMES}; n(); import sys; print({{'numpy', 'sigima'}} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_without_sigimas_source_they_come_from_the_functions(monkeypatch) -> None:
    whole = _function_names.function_names()
    monkeypatch.setattr(_function_names, "_in_files", set)
    assert _function_names.function_names.__wrapped__() == whole
