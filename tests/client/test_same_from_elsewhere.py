"""One notebook, run in memory and on the workspace of a DataLab kernel behind a server: the same.

It is the notebook of ``tests/datalab/test_same_in_both_modes.py``: every public call is in it.
"""

import pytest
from support.datalab.calc_inputs import inputs
from support.datalab.notebook_calc_cells import (
    CALCULATING,
    IS_FULL,
    MICROSCOPY,
    MISTAKES,
    UNITS,
    registry_cells,
)
from support.datalab.notebook_cells import ADDING, CHANGING, LOOKING, PREPARING
from support.datalab.notebook_files_cells import FILES, GROUPS, TABLES
from support.datalab.notebook_observed import Run, cells_of, differences, observe_all
from support.datalab.notebook_values_cells import LARGE, NAMES, VALUES
from support.jupyter_server import JupyterServer

from datalab_kernel import Workspace

CHAPTERS = (PREPARING, ADDING, LOOKING, CHANGING, GROUPS, TABLES, UNITS, MICROSCOPY, MISTAKES)
if IS_FULL:
    CHAPTERS += (NAMES, VALUES, LARGE, FILES, CALCULATING)
CELLS = [*(cell for text in CHAPTERS for cell in cells_of(text)), *registry_cells()]
PATH = "both.ipynb"
pytestmark = pytest.mark.timeout(1200)  # of all functions


@pytest.fixture(scope="module")
def differing(
    server: JupyterServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """Run the notebook here and there; what differs, by label."""
    server.start_session(PATH)
    given = {"inputs": inputs}
    here = Run(Workspace("standalone"), tmp_path_factory.mktemp("here"), given)
    remote = Workspace("jupyter", url=server.url, token=server.token, path=PATH)
    there = Run(remote, tmp_path_factory.mktemp("there"), given)
    expected, found = observe_all(here, CELLS), observe_all(there, CELLS)
    remote._backend.close()
    texts = {cell.label: [*differences(found[cell.label], expected[cell.label])] for cell in CELLS}
    return {label: some for label, some in texts.items() if some}


def test_the_same_notebook_gives_the_same_from_elsewhere(differing: dict[str, list[str]]) -> None:
    shown = "\n".join(f"{label}\n  " + "\n  ".join(texts) for label, texts in differing.items())
    assert not differing, shown
