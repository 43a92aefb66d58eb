"""One notebook, run in memory and in the real DataLab: what a person sees of it is the same.

Every public call of a workspace is in it, and functions of Sigima's registry. The ordinary run
takes a sample of both; ``DATALAB_KERNEL_TEST_FULL=1`` takes odd names and values, large objects,
files, and every function too. It prints ``N of M observations identical``.
"""

from typing import Any

import pytest
from support.datalab.calc_inputs import inputs
from support.datalab.notebook_calc_cells import (
    ARITHMETIC,
    CALCULATING,
    FITTING,
    IS_FULL,
    MICROSCOPY,
    MISTAKES,
    UNITS,
    registry_cells,
)
from support.datalab.notebook_cells import ADDING, CHANGING, LOOKING, PREPARING
from support.datalab.notebook_files_cells import CONNECTED, FILES, GROUPS, TABLES
from support.datalab.notebook_observed import Run, cells_of, differences, observe_all
from support.datalab.notebook_values_cells import LARGE, NAMES, VALUES
from support.datalab.window_driver import emptied

from datalab_kernel import Workspace

CHAPTERS = (
    *(PREPARING, ADDING, LOOKING, CHANGING, GROUPS, TABLES, UNITS, ARITHMETIC, FITTING),
    *(MICROSCOPY, MISTAKES),
    CONNECTED,
)
if IS_FULL:
    CHAPTERS += (NAMES, VALUES, LARGE, FILES, CALCULATING)
CELLS = [*(cell for text in CHAPTERS for cell in cells_of(text)), *registry_cells()]

NAMES_GIVEN = {"inputs": inputs}
pytestmark = pytest.mark.timeout(2400)  # of all functions

EXCEPTIONS = {
    "mode": "it is what says which mode it is",
    "repr names the mode": "it is what says which mode it is",
    "where it is": "standalone it is this process, live it is DataLab's address",
    "proxy": "it is DataLab's own remote control: standalone there is none, and it says so",
    "autosave": "DataLab holds the objects, also when the kernel ends: there it is refused",
    "a wrong option": "each backend has options of its own, and live ones are checked when first used",
}
"""What differs, and why."""


@pytest.fixture(scope="module")
def observed(
    datalab_application: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Run the notebook in both modes; what each cell gave, by mode and label."""
    standalone = Run(Workspace("standalone"), tmp_path_factory.mktemp("standalone"), NAMES_GIVEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("no DataLab here")))
        found = {"standalone": observe_all(standalone, CELLS)}
        patch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
        live = Run(emptied(), tmp_path_factory.mktemp("live"), NAMES_GIVEN)
        return found | {"live": observe_all(live, CELLS)}


@pytest.fixture(scope="module")
def differing(observed: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """What differs, by label."""
    live, standalone = observed["live"], observed["standalone"]
    found = {cell.label: [*differences(live[cell.label], standalone[cell.label])] for cell in CELLS}
    return {label: texts for label, texts in found.items() if texts}


def test_the_same_notebook_gives_the_same_in_both_modes(
    differing: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    total = len(CELLS)
    with capsys.disabled():
        print(f"\n{total - len(differing)} of {total} observations identical")
    unexpected = {label: texts for label, texts in differing.items() if label not in EXCEPTIONS}
    shown = "\n".join(f"{label}\n  " + "\n  ".join(texts) for label, texts in unexpected.items())
    assert not unexpected, shown


@pytest.mark.parametrize("label", EXCEPTIONS)
def test_an_exception_is_one_still(label: str, differing: dict[str, list[str]]) -> None:
    assert EXCEPTIONS[label]
    assert label in differing


def test_the_notebook_is_long_and_its_labels_are_different() -> None:
    labels = [cell.label for cell in CELLS]
    assert len(set(labels)) == len(labels)
    assert len(labels) >= 150
