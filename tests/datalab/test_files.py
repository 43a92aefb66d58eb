"""The real DataLab opens what we save, saves it again, and nothing is lost on the way."""

from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.testing import differences
from datalab_kernel.testing._samples import IMAGE_DTYPES, NAMES

if TYPE_CHECKING:
    from conftest import Round

# What DataLab adds to each object that it opens: how it is drawn, and its identity
ADDED_KEYS = ("__", "alpha", "color", "edge", "face", "marker", "size", "style", "width")


def test_datalab_opens_our_file_as_its_own(datalab_round: "Round") -> None:
    assert datalab_round.result["opened"]


def test_datalab_drops_what_is_for_viewers_of_nexus_files(datalab_round: "Round") -> None:
    with h5py.File(datalab_round.ours) as ours, h5py.File(datalab_round.resaved) as resaved:
        assert len(ours["entry"]) > 0
        assert "entry" not in resaved


def test_datalab_sees_names_and_groups_in_our_order(datalab_round: "Round") -> None:
    seen = datalab_round.result["seen"]
    groups = [(group["group"], group["titles"]) for group in seen["signal"]]
    assert groups == [
        ("first", ["full signal", "many points"]),
        ("second", ["with roi", "complex", "scales"]),
        ("names", list(NAMES)),
    ]
    titles = [group["titles"] for group in seen["image"]]
    assert titles == [[f"image {dtype}" for dtype in IMAGE_DTYPES], ["coordinates", "masked"]]


def test_datalab_sees_our_regions_of_interest(datalab_round: "Round") -> None:
    rois = {
        title: number
        for group in datalab_round.result["seen"]["signal"]
        for title, number in zip(group["titles"], group["rois"], strict=True)
    }
    assert rois["with roi"] == 2
    assert rois["full signal"] == 0


def without_what_datalab_adds(texts: list[str]) -> list[str]:
    added = tuple(f"metadata['{key}" for key in ADDED_KEYS)
    return [t for t in texts if not (t.startswith(added) and t.endswith("unexpected"))]


def test_what_datalab_saves_again_is_what_we_saved(datalab_round: "Round") -> None:
    back = Workspace("standalone")
    assert back.load(datalab_round.resaved) == datalab_round.workspace.list()
    wrong = {
        name: texts
        for name in back
        if (
            texts := without_what_datalab_adds(
                differences(back[name], datalab_round.workspace[name])
            )
        )
    }
    assert wrong == {}


def test_groups_survive_datalab(datalab_round: "Round") -> None:
    back = Workspace("standalone")
    back.load(datalab_round.resaved)
    for title in ("first", "second", "names", "dtypes", "others"):
        assert back.list(group=title) == datalab_round.workspace.list(group=title)


def test_what_datalab_makes_is_read(datalab_round: "Round") -> None:
    workspace = Workspace("standalone")
    names = workspace.load(datalab_round.made)
    assert names[:3] == ["Sig/é 1", "complex", "complex (2)"]
    assert workspace.list(group="Second group") == ["complex", "complex (2)"]
    signal = workspace["Sig/é 1"]
    assert (signal.xunit, signal.ylabel, len(signal.roi)) == ("s", "U", 2)
    assert signal.metadata["nested"] == {"z": 2.0}
    assert signal.metadata["list"] == [1, 2, "a"]
    assert type(signal.metadata["i"]) is int
    assert "__number" not in signal.metadata
    assert signal.metadata["Geometry_fwhm_dict"]["func_name"] == "fwhm"
    image = workspace["Img"]
    assert (image.data.dtype, image.dx, image.y0) == (np.dtype("uint16"), 0.5, -3.0)
    assert image.metadata["Table_stats_dict"]["kind"] == "statistics"


def test_what_datalab_makes_survives_our_saving(datalab_round: "Round") -> None:
    first, second = Workspace("standalone"), Workspace("standalone")
    first.load(datalab_round.made)
    assert second.load(datalab_round.made_by_us) == first.list()
    for name in first:
        assert differences(second[name], first[name]) == []


def test_datalab_finds_its_objects_results_and_macros_again(datalab_round: "Round") -> None:
    assert datalab_round.again_result["opened"]
    made, again = datalab_round.made_result["seen"], datalab_round.again_result["seen"]
    assert (again["image"], again["macros"]) == (made["image"], made["macros"])
    assert len(again["macros"]) == 1
    assert [group["titles"] for group in again["signal"]] == [
        ["Sig/é 1"],
        ["complex", "complex (2)"],  # two of one title, which a workspace tells apart
    ]
    first, second = Workspace("standalone"), Workspace("standalone")
    first.load(datalab_round.made)
    second.load(datalab_round.made_again)
    assert second.results().equals(first.results())


def test_macros_are_not_doubled_by_loading_twice(datalab_round: "Round", tmp_path: Path) -> None:
    workspace = Workspace("standalone")
    workspace.load(datalab_round.made)
    workspace.load(datalab_round.made, overwrite=True)
    path = workspace.save(tmp_path / "twice")
    with h5py.File(datalab_round.made) as made, h5py.File(path) as ours:
        assert list(made["DataLab_Mac"]) != []
        assert list(ours["DataLab_Mac"]) == list(made["DataLab_Mac"])
        for name, macro in made["DataLab_Mac"].items():
            assert dict(ours["DataLab_Mac"][name].attrs) == dict(macro.attrs)


@pytest.mark.parametrize("what", ["names", "shapes"])
def test_datalab_sees_the_same_in_its_own_file(datalab_round: "Round", what: str) -> None:
    workspace = Workspace("standalone")
    workspace.load(datalab_round.made)
    groups = datalab_round.made_result["seen"]["signal"]
    if what == "names":
        titles = [title for group in groups for title in group["titles"]]
        assert titles == ["Sig/é 1", "complex", "complex"]
    else:
        sizes = [shape for group in groups for (shape,) in group["shapes"]]
        assert sizes == [workspace[name].y.size for name in workspace.list(kind="signal")]
