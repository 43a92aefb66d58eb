"""Copies of objects: everything in them, nothing shared."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datalab_kernel import create_image, create_image_roi, create_signal, create_signal_roi
from datalab_kernel.errors import MetadataError, UnsupportedDtypeError
from datalab_kernel.objects import Template
from datalab_kernel.storage import (
    check_storable,
    copy_object,
    from_fields,
    share_object,
    to_fields,
)
from datalab_kernel.testing import _samples, assert_same_object


@pytest.mark.parametrize("make", _samples.OBJECTS)
@pytest.mark.parametrize("copier", [copy_object, share_object])
def test_a_copy_has_everything(make: Callable[[], Any], copier: Any) -> None:
    original = make()
    assert_same_object(copier(original), original)


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_taken_apart_and_put_together_it_is_the_same(make: Callable[[], Any]) -> None:
    original = make()
    assert_same_object(from_fields(to_fields(original)), original)


def test_objects_of_one_template_have_nothing_in_common_that_can_be_changed() -> None:
    template = Template("image", {"title": "frame", "dx": 0.5})
    first, second = (template.make({"data": np.zeros((2, 3))}, {}, title=name) for name in "ab")
    first.set_coords(np.array([0.0, 1.0, 4.0]), np.array([0.0, 2.0]))
    first.set_metadata_options_defaults({"colour": "red"})
    first.metadata["new"], first.dx = 1, 2.0
    untouched = create_image("b", np.zeros((2, 3)))
    untouched.dx = 0.5
    assert_same_object(second, untouched)
    assert second.get_metadata_options_defaults() == {}


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_nothing_in_a_copy_is_the_originals(make: Callable[[], Any]) -> None:
    original, untouched = make(), make()
    copy = copy_object(original, title="another")
    for array in to_fields(copy).arrays.values():
        array[...] = 0
    copy.metadata.clear()
    copy.metadata["new"] = 1
    copy.xlabel = "changed"
    copy.roi = None
    copy.set_metadata_options_defaults({"colour": "red"})
    assert copy.title == "another"
    assert_same_object(original, untouched)
    assert original.get_metadata_options_defaults() == {}


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_a_view_shares_its_arrays_and_cannot_change_them(make: Callable[[], Any]) -> None:
    original = make()
    view = share_object(original)
    for name, array in to_fields(view).arrays.items():
        assert np.shares_memory(array, getattr(original, name)) or array.size == 0
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    for array in to_fields(original).arrays.values():
        assert array.flags.writeable


def test_a_views_mask_cannot_be_changed() -> None:
    original = _samples.masked_image()
    view = share_object(original)
    with pytest.raises(ValueError, match="read-only"):
        view.data.mask[0, 0] = True
    with pytest.raises(ValueError, match="read-only"):
        view.data[0, 0] = np.ma.masked
    assert_same_object(original, _samples.masked_image())


def test_private_metadata_is_kept() -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.metadata = {"__uuid": "1", "_private": 2, "public": [3]}
    copy = copy_object(signal)
    assert copy.metadata == signal.metadata
    assert copy.metadata["public"] is not signal.metadata["public"]


@pytest.mark.parametrize("copier", [copy_object, share_object])
def test_a_region_that_was_changed_in_place_counts_as_it_is_now(copier: Any) -> None:
    signal = create_signal("a", np.arange(9.0), np.arange(9.0))
    signal.roi = create_signal_roi([[1.0, 2.0]])
    signal.roi.add_roi(create_signal_roi([[4.0, 6.0]]).single_rois[0])
    assert len(copier(signal).roi) == 2
    assert len(signal.metadata["_roi_"]["single_rois"]) == 1  # the original is as it was


def test_a_region_that_was_changed_in_metadata_is_read_from_there() -> None:
    signal = create_signal("a", np.arange(9.0), np.arange(9.0))
    other = create_signal("b", np.arange(9.0), np.arange(9.0))
    other.roi = create_signal_roi([[4.0, 6.0]])
    signal.metadata["_roi_"] = other.metadata["_roi_"]
    assert copy_object(signal).roi.single_rois[0].coords.tolist() == [4.0, 6.0]


def test_a_copy_masks_by_its_own_region() -> None:
    image = create_image("a", np.zeros((4, 4)))
    image.roi = create_image_roi("rectangle", [[0, 0, 2, 2]])
    assert image.maskdata is not None
    copy = copy_object(image)
    copy.roi = create_image_roi("rectangle", [[0, 0, 1, 1]])
    assert copy.maskdata.sum() > image.maskdata.sum()


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_samples_can_be_stored(make: Callable[[], Any]) -> None:
    check_storable(make())


def test_three_dimensions_are_refused_with_a_hint() -> None:
    image = create_image("cube", np.zeros((2, 2)))
    image.data = np.zeros((2, 3, 4))
    with pytest.raises(TypeError, match="each plane"):
        check_storable(image)


def test_an_image_of_one_dimension_is_refused() -> None:
    image = create_image("line", np.zeros((2, 2)))
    image.data = np.zeros(3)
    with pytest.raises(TypeError, match="must be of shape"):
        check_storable(image)


def test_a_signal_without_data_is_refused() -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.xydata = None
    with pytest.raises(TypeError, match="has no data"):
        check_storable(signal)


def test_a_dtype_that_is_not_kept_is_refused() -> None:
    image = create_image("a", np.zeros((2, 2)))
    image.data = np.zeros((2, 2), "longdouble")
    with pytest.raises(UnsupportedDtypeError):
        check_storable(image)


def test_metadata_that_is_not_kept_is_refused_with_its_path() -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.metadata["a"] = {"b": [0, {3}]}
    with pytest.raises(MetadataError) as caught:
        check_storable(signal)
    assert caught.value.path == "metadata['a']['b'][1]"
