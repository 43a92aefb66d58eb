"""Every function of Sigima's registry, computed here and by the real DataLab: the same.

Cases are many more than functions (defaults, other parameters, regions, dtypes, grids, several
objects, groups). The ordinary run takes a fixed sample of every kind, test-full takes them all.
"""

import json
import os
import pickle
import random
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sigima.proc.contracts import build_contract_registry
from support.datalab.calc_cases import Case, cases
from support.datalab.calc_compared import described_otherwise, differences, run_here
from support.datalab.calc_described import versions
from support.datalab.calc_inputs import inputs

from datalab_kernel import Workspace

FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))
SCRIPT = Path(__file__).parents[1] / "support" / "datalab" / "calc_in_datalab.py"
TIMEOUT_S = 1500
pytestmark = pytest.mark.timeout(TIMEOUT_S + 300)

NO_VALUE = "a constant must be given here; DataLab computes with none, and every pixel is NaN"
NO_REGION = "a region must be given here; DataLab computes with one at (0, 0) of no or unit size"
SMALL_FLOATS = "float16 and complex64 are kept here; DataLab has no such image and fails"
ELLIPSES = "DataLab can't turn an ellipse among an image's results, and fails"
ONE_TITLE = "DataLab gives several results one title; names here differ, so that one ends in (2)"

EXCEPTIONS = {
    "image.addition_constant-missing": NO_VALUE,
    "image.difference_constant-missing": NO_VALUE,
    "image.erase-missing": NO_REGION,
    "image.offset_correction-missing": NO_REGION,
    "signal.offset_correction-missing": NO_REGION,
    "image.exp-uint8": SMALL_FLOATS,
    "image.log10-uint8": SMALL_FLOATS,
    "image.phase-uint8": SMALL_FLOATS,
    "image.fft-float32": SMALL_FLOATS,
    "image.ifft-float32": SMALL_FLOATS,
    "image.fliph-ellipses": ELLIPSES,
    "image.rotate90-ellipses": ELLIPSES,
    "image.transpose-ellipses": ELLIPSES,
    "image.arithmetic-untouched": (
        "DataLab's title is blank until something is entered in its dialog; a name here can't be"
    ),
    "signal.interpolate-method=barycentric": (
        "SciPy draws the order of its nodes at random: each run differs, in DataLab too"
    ),
    "signal.zero_padding-strategy=custom": (
        "n must be given here; DataLab's dialog keeps what the strategy before came to"
    ),
    "signal.evaluate_fit-several": ONE_TITLE,
    "signal.evaluate_fit-pairwise": ONE_TITLE,
    "signal.evaluate_fit-with short peak": ONE_TITLE,
    "signal.evaluate_fit-with moved peak": ONE_TITLE,
    "signal.signals_to_image-groups": ONE_TITLE,
}
"""Each case in which we differ from DataLab, and why."""

NOT_COMPUTED = {
    "sigima.image.blob_opencv": "OpenCV isn't installed, here and in DataLab: both say so"
}


def sample() -> list[Case]:
    """Return a case of each pattern and variant, and all exceptions; always the same ones."""
    patterns = {c.operation_id: c.pattern for c in build_contract_registry().contracts}
    alike: dict[tuple[str, str, str], list[Case]] = {}
    for case in cases():
        variant = case.id.partition("-")[2].partition("=")[0]
        variant = "choice" if "=" in case.id else variant
        key = (case.kind, patterns.get(case.function, case.function), variant)
        alike.setdefault(key, []).append(case)
    chosen = random.Random(4)
    picked = {chosen.choice(group).id for group in alike.values()}
    return [case for case in cases() if case.id in picked or case.id in EXCEPTIONS]


CASES = list(cases()) if FULL else sample()


class Comparison:
    """What both made of the cases."""

    def __init__(self, python: str, folder: Path) -> None:
        objects = inputs()
        workspace = Workspace("standalone")
        for name, obj in objects.items():
            workspace.add(name, obj)
        paths = [workspace.save(folder / "inputs.h5"), folder / "cases.json", folder / "out.pickle"]
        paths[1].write_text(json.dumps([case.values() for case in CASES]))
        done = subprocess.run(
            [python, str(SCRIPT), *map(str, paths)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert paths[2].exists(), f"DataLab ended ({done.returncode}):\n{done.stderr[-3000:]}"
        found = pickle.loads(paths[2].read_bytes())
        self.versions: dict[str, str] = found["versions"]
        self.theirs: dict[str, Any] = found["outcomes"]
        ours = {case.id: run_here(case, objects) for case in CASES}
        own = {case.id: described_otherwise(case.function, case.kind) for case in CASES}
        self.differences = {
            name: differences(self.theirs[name], ours[name], own[name]) for name in ours
        }
        self.in_description = {
            case.function
            for case in CASES
            if own[case.id] and differences(self.theirs[case.id], ours[case.id]) != []
        }


@pytest.fixture(scope="module")
def comparison(datalab_python: str, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Run DataLab once for all tests."""
    return Comparison(datalab_python, tmp_path_factory.mktemp("calc"))


def test_both_compute_with_the_same_libraries(comparison: Comparison) -> None:
    """Bits can only be compared if they do."""
    assert comparison.versions == versions()


def test_what_is_computed_here_is_what_datalab_computes(comparison: Comparison) -> None:
    identical = [name for name, found in comparison.differences.items() if not found]
    print(f"\n{len(identical)} of {len(CASES)} identical")
    differ = {
        name: found
        for name, found in comparison.differences.items()
        if found and name not in EXCEPTIONS
    }
    assert differ == {}


def test_units_differ_from_datalab_s_where_functions_have_rules_for_them(
    comparison: Comparison,
) -> None:
    assert comparison.in_description


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_still_differs(name: str, comparison: Comparison) -> None:
    assert comparison.differences[name] != []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("xydata", np.nextafter(np.zeros((2, 256)), 1)),
        ("title", "moving_average(peak)|n=4"),
        ("yunit", "mV"),
        ("roi", None),
        ("metadata[gain]", 2.5000000000000004),
        ("metadata[gain]", 5),
        ("metadata[unknown]", 1),
    ],
)
def test_the_smallest_difference_is_found(field: str, value: object) -> None:
    case = next(case for case in cases() if case.id == "signal.moving_average-regions")
    ours = run_here(case, inputs())
    theirs = {**ours, "new": [ours["new"][0] | {field: value}]}
    assert differences(ours, ours) == []
    (found,) = differences(theirs, ours)
    assert found.startswith(f"new 1: {field}")


def test_every_function_has_cases() -> None:
    registered = {contract.operation_id for contract in build_contract_registry().contracts}
    assert len(registered) == 215
    assert registered <= {case.function for case in cases()}


@pytest.mark.skipif(not FULL, reason="test-full computes with every function")
def test_every_function_gave_something_in_datalab(comparison: Comparison) -> None:
    gave = {case.function for case in CASES if not comparison.theirs[case.id]["error"]}
    assert {case.function for case in CASES} - gave == set(NOT_COMPUTED)


@pytest.mark.parametrize("kind", ["signal", "image"])
def test_datalab_has_no_function_that_is_not_computed_here(datalab_round: Any, kind: Any) -> None:
    theirs = {*datalab_round.functions[kind]}
    ours = {info.name for info in Workspace("standalone").functions(kind=kind)}
    assert len(theirs) > 90
    assert theirs - ours == set()
