"""The notebook of both modes in a page: on the real DataLab what it is in the page's memory, or a limit.

Its cells are those of ``tests/datalab/test_same_in_both_modes.py``; the guide lists the limits.
Files are archives of NumPy here, and stacks are of names. Not run in a browser is what this page has stand-ins
for: HDF5 files (h5py), and what is of scikit-image, which fails in both alike.
"""

import json
from typing import Any

import pytest
from support.lite.page import LiteKernel

from datalab_application import Running
from lite._site import ROOT

FOLDER = ROOT / "tests" / "support" / "datalab"
CARRIED = (
    *("notebook_cells", "notebook_calc_cells", "notebook_files_cells", "notebook_values_cells"),
    *("notebook_observed", "notebook_limits", "calc_inputs", "calc_cases"),
)
CARRY = """
import json, os, re, sys
from pathlib import Path
for name, text in {files!r}.items():
    path = Path("/tmp/both/support/datalab", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
for part in ("here", "there"):
    Path("/tmp/both", part).mkdir(exist_ok=True)
sys.path.insert(0, "/tmp/both")
os.environ["DATALAB_KERNEL_TEST_FULL"] = "1"
from datalab_kernel import Workspace
from support.datalab import notebook_calc_cells as calc, notebook_cells as cells
from support.datalab import notebook_files_cells as files, notebook_values_cells as values
from support.datalab.calc_inputs import signals_alone
from support.datalab.notebook_limits import compare
from support.datalab.notebook_observed import cells_of
of_signals = [cell for cell in calc.registry_cells() if "sigima.image" not in cell.label]
of_signals[0] = type(of_signals[0])(of_signals[0].label, "emptied()\\nworkspace.add(inputs())")
del os.environ["DATALAB_KERNEL_TEST_FULL"]
archived = re.sub(r'(\\.h5|\\.hdf5|(?<=/ "all)|(?<=again))"', '.npz"', files.FILES).replace("a/b", "a b")
archives = [cell for cell in cells_of(archived) if not re.search("h5py|h5sig", cell.code)]
archives[0] = type(archives[0])("save", {save!r})
stacks = re.sub(r', group="\\w+"', "", calc.MICROSCOPY).replace('stack("f")', 'stack("f *")')

def run(chapter):
    live = Workspace("live", url={url!r}, token={token!r})
    texts = cells_of(chapter) if isinstance(chapter, str) else chapter
    both = compare(live, [*cells_of(cells.PREPARING), *texts], Path("/tmp/both"), {{"inputs": signals_alone}})
    print("FOUND" + json.dumps([both.cells, both.limits, both.differing]))
"""
SAVE = """
emptied()
workspace["full"] = samples.full_signal()
workspace["other"] = np.zeros(3)
workspace["image"] = np.arange(6.0).reshape(2, 3)
workspace.calc("fft", on="other")
path = workspace.save(folder / "all.npz")
[path, [one.name for one in sorted(folder.glob("all*"))]]
"""
REASONS = (
    *("Renaming needs", "the group '", "changing it in its place needs", "such a name needs"),
    *("coordinates of its own, a mask or plot settings needs", "workspace.proxy needs"),
)
"""How the limits' messages begin or go on; the guide's list of them."""
EXCEPTIONS = {
    "mode": "it is what says which mode it is",
    "repr names the mode": "it is what says which mode it is",
    "status": "DataLab has changes from before that aren't saved",
    "where it is": "standalone it is this process, live it is DataLab's address",
    "a wrong option": "each backend has options of its own, and live ones are checked when first used",
    "odd metadata": "the entry under the kernel's own name isn't carried by the Web API",
    **dict.fromkeys(
        (
            *("stay when others are removed", "stay when others are replaced"),
            *("stay when one of them is removed", "stay when an image is removed"),
            "stay when all but one are removed",
        ),
        "DataLab changes its own numbers in names, and only XML-RPC can give them back",
    ),
    "save the twins": "after a limit both have what one of them loaded, from its own folder",
}
"""What differs, and why."""
LIMITS = {
    "cells.ADDING": ["add a DataArray"],
    "cells.LOOKING": [],
    "cells.CHANGING": ["the selection after renaming and removing"],
    "files.GROUPS": [
        "groups are made in their order", "overwrite into another group", "edit stays in the group",
        "rename stays in the group", "a mapping into a group", "all removed, the groups stay",
    ],
    "files.TABLES": ["attach", "attach a frame with regions", "attach again replaces", "to_xarray"],
    "archives": ["load a file with a title twice"],
    "calc.CALCULATING": [
        "several with an operand each", "one to none", "one to none of regions",
        "results stay on edit, rename and save", "masks", "coordinates of its own",
        "complex, NaN, unsorted x", "of a source with an odd name",
        "a renamed source makes another", "a result's table",
    ],
    "calc.UNITS": [],
    "calc.ARITHMETIC": [],
    "calc.FITTING": [],
    "stacks": ["projections"],
    "calc.MISTAKES": ["an analysis that is known to mislead"],
    "files.CONNECTED": ["proxy", "on_change"],
    "values.NAMES": ["every name", "overwrite under such names", "1,000 characters"],
    "values.VALUES": [
        "metadata of every kind", "odd metadata after edit, rename and overwrite by itself",
        "a signal with every attribute", "an image with every attribute",
        "a mask that masks nothing, and its fill value",
    ],
    "values.LARGE": [
        "large ones of any dtype are renamed", "large objects with what archives don't carry",
        "large objects under odd names", "large ones of masked and plain data replaced at once",
    ],
}  # fmt: skip
"""The chapters, and which cells of each end with a limit."""
pytestmark = [pytest.mark.usefixtures("whole_run"), pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def both(kernel: LiteKernel, datalab: Running) -> LiteKernel:
    kernel.do("%pip install -q xarray pytest lmfit pybaselines")
    files = {f"{name}.py": (FOLDER / f"{name}.py").read_text("utf-8") for name in CARRIED}
    kernel.do(
        CARRY.format(
            files=files | {"__init__.py": ""}, save=SAVE, url=datalab.url, token=datalab.token
        )
    )
    return kernel


def found(both: LiteKernel, chapter: str) -> tuple[int, dict[str, str], dict[str, list[str]]]:
    text = both.do(f"run({chapter})").text.partition("FOUND")[2]
    count, limits, differing = json.loads(text.splitlines()[0])
    return count, limits, differing


def assert_known(limits: dict[str, str], differing: dict[str, Any]) -> None:
    unknown = {label: text for label, text in limits.items() if not any(map(text.count, REASONS))}
    assert unknown == {}
    assert all("which a web page can't reach" in text for text in limits.values())
    assert {label: texts for label, texts in differing.items() if label not in EXCEPTIONS} == {}


@pytest.mark.parametrize("chapter", LIMITS)
def test_a_chapter_gives_in_datalab_what_it_gives_in_memory_or_a_limit(
    both: LiteKernel, chapter: str
) -> None:
    _, limits, differing = found(both, chapter)
    assert_known(limits, differing)
    assert [*limits] == LIMITS[chapter]


def test_functions_of_signals_give_in_datalab_what_they_give_in_memory_or_a_limit(
    both: LiteKernel,
) -> None:
    count, limits, differing = found(both, "of_signals")
    assert_known(limits, differing)
    assert count > 60
    assert len(limits) < count / 4
