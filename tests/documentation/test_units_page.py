"""The page on units lists every function whose result is described otherwise than in DataLab."""

import re
from pathlib import Path

from datalab_kernel.compute._operand_units import _ON_ONE_X, _SUMS
from datalab_kernel.compute._result_units import CUTS, PROFILES, SPECTRA
from datalab_kernel.units import IMAGE_RULES, SIGNAL_RULES

PAGE = (Path(__file__).resolve().parents[2] / "docs/guide/units.md").read_text(encoding="utf-8")
NAMED = {*re.findall(r"`([\w.]+)`", PAGE)}


def test_every_function_with_a_unit_of_its_own_is_named() -> None:
    ruled = {*SIGNAL_RULES, *IMAGE_RULES}
    assert {name for name in ruled if not name.startswith("threshold_")} - NAMED == set()


def test_every_function_that_converts_or_sets_axes_is_named() -> None:
    assert {
        *_SUMS,
        *_ON_ONE_X,
        *PROFILES,
        *SPECTRA,
        *CUTS,
        "binning",
        "ifft",
        "arithmetic",
    } - NAMED == set()
