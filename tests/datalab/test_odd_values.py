"""What DataLab has no type for goes through the real DataLab and comes back as it was."""

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sigima.objects import GeometryResult, TableResult

from datalab_kernel import create_image, create_image_roi, create_signal
from datalab_kernel.storage import Contents, StoredGroup, read_workspace, write_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

METADATA = {
    "none": None,
    "tuple": (1, (2.0, None)),
    "date": datetime.date(2024, 2, 29),
    "aware": datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC),
    "numpy": np.float64(0.5),
    "small": np.float32(0.1),
    "true": np.bool_(1),
    "texts": np.array([["a", "é"], ["", "d"]]),
    "moments": np.array(["2024-01-01", "NaT"], "datetime64[s]"),
    "long": "x" * 200_000,
    "a/b": 1,
    "": {"": [], ".": {}},
    "__dict": "a reserved word",
    "nul": "a\0b",
    "surrogate": "\ud800",
    "int": 5,
    "bool": False,
    "complex": 1 - 2j,
    "list": [1, 2.5, True, "x", [None], {"deep": (1,)}],
}


def everything() -> Contents:
    """Objects with what is hardest on DataLab, apart from what makes its plots fail."""
    x = np.arange(5.0)
    odd = create_signal("odd", x, x)
    odd.metadata = dict(METADATA)
    odd.xlabel, odd.yunit = "nul \0 inside", "µV"
    odd.set_annotations([{"type": "label", "text": "y" * 100_000}])
    integers = create_signal("integers", x, x)
    integers.xydata = np.arange(10).reshape(2, 5)
    twins = [create_signal("twin", x, x + n) for n in range(2)]
    for twin in twins:
        twin.metadata["__uuid"] = "00000000-0000-0000-0000-000000000001"
    table = TableResult(
        "Statistics", "statistics", headers=["min", "max"],
        data=[[float(n), n / 2] for n in range(50)], func_name="stats", attrs={},
    )  # fmt: skip
    circle = np.array([[1.0, 2.0, 3.0]])
    geometry = GeometryResult("Centre", "circle", circle, np.array([-1]), "centroid", {})
    image = create_image("results", np.arange(12, dtype="int64").reshape(3, 4))
    image.metadata = {
        "Table_stats_dict": table.to_dict(),
        "Geometry_centroid_dict": geometry.to_dict(),
    }
    image.roi = create_image_roi("polygon", [[0, 0, 2, 0, 2, 2]], inverse=True)
    groups = [
        StoredGroup(title="same", objects=[odd]),
        StoredGroup(title="same", objects=[integers, *twins]),
        StoredGroup(title="empty", objects=[]),
    ]
    return Contents(signals=groups, images=[StoredGroup(title="a/b: é", objects=[image])])


@pytest.fixture(scope="module")
def again(
    tmp_path_factory: pytest.TempPathFactory,
    run_in_datalab: "Callable[..., list[dict[str, Any]]]",
) -> Contents:
    """The same, opened and saved again by DataLab."""
    folder = tmp_path_factory.mktemp("odd")
    write_workspace(folder / "ours.h5", everything())
    (result,) = run_in_datalab(["resave", str(folder / "ours.h5"), str(folder / "again.h5")])
    assert result["opened"]
    return read_workspace(folder / "again.h5")


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, np.ndarray):
        same_type = (found.dtype, found.shape) == (expected.dtype, expected.shape)
        return same_type and found.tobytes() == expected.tobytes()
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            same(found[k], v) for k, v in expected.items()
        )
    if isinstance(expected, (list, tuple)):
        pairs = zip(found, expected, strict=True)
        return type(found) is type(expected) and all(same(a, b) for a, b in pairs)
    return type(found) is type(expected) and found == expected


@pytest.mark.parametrize("key", METADATA)
def test_odd_metadata_survives_datalab(key: str, again: Contents) -> None:
    assert same(again.signals[0].objects[0].metadata[key], METADATA[key])


def test_odd_texts_survive_datalab(again: Contents) -> None:
    odd = again.signals[0].objects[0]
    assert (odd.xlabel, odd.yunit) == ("nul \0 inside", "µV")
    assert odd.get_annotations() == [{"type": "label", "text": "y" * 100_000}]


def test_groups_of_one_title_and_empty_ones_survive_datalab(again: Contents) -> None:
    assert [(group.title, len(group.objects)) for group in again.signals] == [
        ("same", 1),
        ("same", 3),
        ("empty", 0),
    ]
    assert again.images[0].title == "a/b: é"


def test_integers_survive_datalab(again: Contents) -> None:
    found = again.signals[1].objects[0].xydata
    assert found.dtype == "int64"
    assert found.tolist() == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_datalab_takes_both_of_two_copies(again: Contents) -> None:
    twins = again.signals[1].objects[1:]
    assert [twin.y[0] for twin in twins] == [0.0, 1.0]
    assert twins[0].metadata["__uuid"] == "00000000-0000-0000-0000-000000000001"
    assert twins[1].metadata["__uuid"] != twins[0].metadata["__uuid"]


def test_results_and_regions_survive_datalab(again: Contents) -> None:
    image, expected = again.images[0].objects[0], everything().images[0].objects[0]
    for key in ("Table_stats_dict", "Geometry_centroid_dict"):
        assert same(image.metadata[key], expected.metadata[key])
    assert image.data.dtype == "int64"
    np.testing.assert_array_equal(image.maskdata, expected.maskdata)
