"""The first Tab in a cold kernel: front ends wait a second for it, less than Sigima's import takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.kernel.driver import Kernel

PLACES = ("sigima", "sigima.proc", "sigima.proc.signal", "sigima.objects", "sigima.io")
IMPORTED = "import sys; {'numpy', 'sigima', 'scipy', 'h5py'} & {*sys.modules}"
ATTRIBUTES = (
    "import importlib; sorted(n for n in dir(importlib.import_module({!r})) if n[0] != '_')"
)


def test_the_first_tab_in_sigima_imports_nothing(quiet: Kernel) -> None:
    assert quiet.complete("sigima.pro") == ["proc"]
    assert quiet.complete("y = sigima.proc.signal.moving_a") == ["moving_average"]
    assert quiet.value(IMPORTED) == "set()"


def test_the_first_tab_names_what_there_is(fresh: Kernel) -> None:
    named = {place: fresh.complete(f"{place}.") for place in PLACES}
    assert fresh.value(IMPORTED) == "set()"
    for place, names in named.items():
        there = eval(fresh.value(ATTRIBUTES.format(place)))
        assert {*there} - {*names} == set()
        wrong = f"from importlib.util import find_spec; import {place} as m; "
        wrong += f"[n for n in {names!r} if not hasattr(m, n) and not find_spec('{place}.' + n)]"
        assert fresh.value(wrong) == "[]"
