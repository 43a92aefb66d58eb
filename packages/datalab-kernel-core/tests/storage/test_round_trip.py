"""What is written is read again, to the last bit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sigima.objects import GeometryResult, TableResult

from datalab_kernel import create_image, create_image_roi, create_signal
from datalab_kernel.storage import (
    Contents,
    StoredGroup,
    _forms,
    read_workspace,
    write_workspace,
)
from datalab_kernel.testing import _samples, assert_same_object


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_everything_in_an_object_is_kept(make: Callable[[], Any], through_a_file: Any) -> None:
    (found,) = through_a_file(make())
    assert_same_object(found, make())


@pytest.mark.parametrize("dtype", _samples.IMAGE_DTYPES)
def test_every_dtype_of_images_is_kept(dtype: str, through_a_file: Any) -> None:
    image = create_image("a", np.zeros((2, 2)))
    image.data = np.arange(6).reshape(2, 3).astype(dtype)
    (found,) = through_a_file(image)
    assert_same_object(found, image)


@pytest.mark.parametrize("dtype", ["u1", ">i4", "i8", "f2", "f4", "f8", "c8", "c16"])
def test_every_dtype_of_signals_is_kept(dtype: str, through_a_file: Any) -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.xydata = np.arange(8).reshape(2, 4).astype(dtype)
    (found,) = through_a_file(signal)
    assert_same_object(found, signal)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_empty_images_are_kept(shape: tuple[int, int], through_a_file: Any) -> None:
    image = create_image("a", np.zeros(shape, "uint16"))
    (found,) = through_a_file(image)
    assert_same_object(found, image)


def test_an_empty_signal_is_kept(through_a_file: Any) -> None:
    signal = create_signal("a", np.array([]), np.array([]))
    (found,) = through_a_file(signal)
    assert_same_object(found, signal)


@pytest.mark.parametrize("shape", ["rectangle", "circle", "polygon"])
@pytest.mark.parametrize("inverse", [False, True])
def test_every_kind_of_region_is_kept(shape: str, inverse: bool, through_a_file: Any) -> None:
    coordinates = {
        "rectangle": [[1, 2, 3, 4]],
        "circle": [[5.0, 5.0, 2.0]],
        "polygon": [[0, 0, 5, 0, 5, 5]],
    }
    image = create_image("a", np.zeros((10, 10)))
    image.roi = create_image_roi(shape, coordinates[shape], inverse=inverse, title="Größe")
    (found,) = through_a_file(image)
    assert found.roi.to_dict().keys() == image.roi.to_dict().keys()
    np.testing.assert_array_equal(found.maskdata, image.maskdata)
    assert found.roi.single_rois[0].title == image.roi.single_rois[0].title


@pytest.mark.parametrize(
    "values",
    [
        [0.0, -0.0, 0.0],
        [1, True, 1],
        ["a", "", "a"],
        [1.0, 1, 2.5],
        [1j, -0.0j, 2j],
        [np.inf, np.nan, 1e300],
        ["50 %", "%s", "µ\0"],
        [(1,), [1], None],
    ],
)
def test_objects_of_one_form_keep_each_their_own_values(
    values: list[Any], through_a_file: Any
) -> None:
    signals = [
        create_signal(f"signal {number}", np.arange(3.0), np.arange(3.0), units=("s", "V"))
        for number in range(9)
    ]
    for number, signal in enumerate(signals):
        value = values[number % 3]
        region = {"coords": np.array([value != "a", number]), "title": str(value)}
        signal.metadata = {
            "value": value,
            "50 %s": value,
            "_regions": [region, {"point": np.array(-1.0 * number)}],
        }
    for found, signal in zip(through_a_file(*signals), signals, strict=True):
        assert_same_object(found, signal)
        kept, value = (repr(one.metadata["value"]) for one in (found, signal))
        assert kept == value  # also of 0.0 and -0.0, 1 and True


def test_more_forms_than_are_remembered_are_kept(
    monkeypatch: pytest.MonkeyPatch, through_a_file: Any
) -> None:
    monkeypatch.setattr(_forms, "_MOST_FORMS", 1)
    signals = [create_signal(f"s{number}", np.arange(3.0), np.arange(3.0)) for number in range(4)]
    for number, signal in enumerate(signals):
        signal.metadata = {f"key {number // 2}": number}
    for found, signal in zip(through_a_file(*signals), signals, strict=True):
        assert_same_object(found, signal)


def test_tables_and_geometry_are_kept(through_a_file: Any) -> None:
    table = TableResult(
        "Statistics", "statistics", headers=["min", "max"], data=[[0.5, 2.0], [1.0, 3.0]],
        roi_indices=[-1, 0], func_name="stats", attrs={"param_json": "{}"},
    )  # fmt: skip
    geometry = GeometryResult(
        "Centre", "circle", np.array([[1.0, 2.0, 3.0]]), np.array([-1]), "centroid", {}
    )
    image = create_image("a", np.zeros((10, 10)))
    image.metadata["Table_stats_dict"] = table.to_dict()
    image.metadata["Geometry_centroid_dict"] = geometry.to_dict()
    (found,) = through_a_file(image)
    assert_same_object(found, image)
    assert TableResult.from_dict(found.metadata["Table_stats_dict"]).data == table.data


def test_scales_annotations_and_odd_attributes_are_kept(through_a_file: Any) -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.autoscale = False
    signal.xscalelog, signal.xscalemin, signal.xscalemax = True, 0.5, 1e300
    signal.xlabel, signal.yunit = "a\0b", "\ud800"
    signal.set_annotations([{"type": "label", "text": "x" * 100_000}])
    (found,) = through_a_file(signal)
    assert_same_object(found, signal)


def test_what_was_none_is_none(through_a_file: Any) -> None:
    image = create_image("a", np.zeros((3, 3)))
    vars(image).update(_x0=None, _zscalemin=None)  # as DataLab may leave them
    (found,) = through_a_file(image)
    assert found.x0 is None
    assert found.zscalemin is None


def test_the_order_of_more_than_999_objects_is_kept(through_a_file: Any) -> None:
    signals = [create_signal(str(n), np.zeros(1), np.zeros(1)) for n in range(1105)]
    assert [obj.title for obj in through_a_file(*signals)] == [str(n) for n in range(1105)]


def test_groups_are_kept_also_empty_and_of_the_same_title(tmp_path: Path) -> None:
    titles = ["", "b", "a", "a", "a/b", "é\0", "..", "g" * 2000]
    signal = create_signal("x", np.zeros(1), np.zeros(1))
    groups = [
        StoredGroup(title=title, objects=[signal] * (i % 2)) for i, title in enumerate(titles)
    ]
    path = tmp_path / "groups.h5"
    write_workspace(path, Contents(signals=groups, images=groups[:1]))
    found = read_workspace(path)
    assert [group.title for group in found.signals] == titles
    assert [len(group.objects) for group in found.signals] == [0, 1] * 4
    assert [group.title for group in found.images] == [""]


def test_an_empty_workspace_is_kept(tmp_path: Path) -> None:
    write_workspace(tmp_path / "empty.h5", Contents())
    assert read_workspace(tmp_path / "empty.h5") == Contents(signals=[], images=[])


def test_what_was_read_does_not_depend_on_the_file(tmp_path: Path) -> None:
    path = tmp_path / "gone.h5"
    write_workspace(path, Contents(images=[StoredGroup(title="", objects=[_samples.full_image()])]))
    found = read_workspace(path)
    path.write_bytes(b"")
    path.unlink()
    assert_same_object(found.images[0].objects[0], _samples.full_image())


def test_two_objects_that_were_read_share_nothing(through_a_file: Any) -> None:
    made = [create_image(name, np.zeros((2, 2))) for name in "ab"]
    first, second = through_a_file(*made)
    first.metadata["new"] = 1
    first.xcoords.resize(3, refcheck=False)
    first.set_metadata_options_defaults({"colour": "red"})
    assert second.metadata == {}
    assert second.xcoords.size == 0
    assert second.get_metadata_options_defaults() == {}
    assert create_image("c", np.zeros((2, 2))).metadata == {}


def test_identity_is_kept_but_never_twice(through_a_file: Any) -> None:
    made = [create_signal(name, np.zeros(1), np.zeros(1)) for name in "abc"]
    for signal, uuid in zip(made, ["1", "1", "2"], strict=True):
        signal.metadata.update({"__uuid": uuid, "__number": 5, "source_uuid": "1"})
    found = through_a_file(*made)
    assert [obj.metadata for obj in found] == [
        {"__uuid": "1", "source_uuid": "1"},
        {"source_uuid": "1"},
        {"__uuid": "2", "source_uuid": "1"},
    ]
    assert made[1].metadata["__uuid"] == "1"  # the caller's object is as it was


def test_no_template_is_left_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "clean.h5"
    write_workspace(
        path, Contents(signals=[StoredGroup(title="", objects=[_samples.full_signal()])])
    )
    with h5py.File(path) as file:
        assert set(file) == {"DataLab_Version", "DataLab_Sig", "DataLab_Ima", "DataLab_Mac"}


IMAGES = hnp.arrays(
    st.sampled_from(["?", "i1", "u1", "i2", "u4", "f2", "f4", "f8", "c8", "c16", ">i4"]),
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=4),
)
ANY_TEXT = st.text(st.characters(), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=IMAGES, text=ANY_TEXT, number=st.floats(allow_nan=False))
def test_any_image_survives(data: Any, text: str, number: float, through_a_file: Any) -> None:
    image = create_image("a", np.zeros((1, 1)))
    image.data, image.title, image.zunit, image.x0 = data, text, text, number
    image.metadata["text"] = text
    (found,) = through_a_file(image)
    assert_same_object(found, image)
