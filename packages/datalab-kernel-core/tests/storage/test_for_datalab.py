"""Objects are taken apart for a running DataLab, and what comes back is the same object."""

import json

import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.storage import (
    Fields,
    for_datalab,
    from_datalab,
    is_of_notebook,
    looks_of,
    new_uuid,
    uuid_in,
)
from datalab_kernel.testing import _samples
from datalab_kernel.testing._compare import differences

UUID = "da7a1ab0-0000-4000-8000-000000000000"
OTHER_UUID = "11111111-0000-4000-8000-000000000000"


def whole(stored, title):
    """What DataLab's remote control gives of it."""
    metadata = json.loads(json.dumps(stored.metadata, default=lambda array: array.tolist()))
    return Fields(stored.kind, {**stored.attributes, "title": title}, dict(stored.arrays), metadata)


def archived(stored, title):
    """What DataLab's archives give of it: nothing private."""
    fields = whole(stored, title)
    public = {key: one for key, one in fields.metadata.items() if not key.startswith("_")}
    return Fields(fields.kind, fields.attributes, fields.arrays, public)


@pytest.mark.parametrize("make", _samples.OBJECTS)
def test_an_object_comes_back_whole(make):
    obj = make("a")
    found = from_datalab(whole(for_datalab(obj, UUID), "a"), is_whole=True)
    assert differences(found.obj, obj) == []
    assert found.is_exact
    assert found.is_ours


@pytest.mark.parametrize("dtype", _samples.IMAGE_DTYPES)
def test_an_image_of_any_dtype_comes_back_from_an_archive(dtype):
    image = create_image("a", np.arange(6).reshape(2, 3).astype(dtype))
    image.metadata |= _samples.metadata()
    found = from_datalab(archived(for_datalab(image, UUID).for_archives("a"), "a"), is_whole=False)
    assert differences(found.obj, image) == []
    assert found.is_exact


@pytest.mark.parametrize("make", [_samples.masked_image, _samples.image_with_coordinates])
def test_an_archive_says_that_something_is_missing(make):
    stored = for_datalab(make("a"), UUID)
    assert stored.needs_all
    found = from_datalab(archived(stored.for_archives("a"), "a"), is_whole=False)
    assert found.is_ours
    assert not found.is_exact


def test_an_archive_of_a_renamed_object_is_known_by_its_identifier():
    image = create_image("a", np.zeros((2, 2), "uint32"))
    fields = archived(for_datalab(image, UUID).for_archives("a"), "renamed")
    assert from_datalab(fields, is_whole=False, uuid=UUID).obj.data.dtype == "uint32"


def test_a_note_that_was_copied_to_another_object_does_not_count():
    image = create_image("a", np.zeros((2, 2), "uint32"))
    fields = archived(for_datalab(image, UUID).for_archives("a"), "sqrt(a)")
    found = from_datalab(fields, is_whole=False, uuid=OTHER_UUID)
    assert not found.is_ours
    assert found.obj.data.dtype == "float64"
    assert found.obj.metadata == {}


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
def test_an_image_without_pixels_keeps_its_shape(shape):
    fields = whole(for_datalab(create_image("a", np.zeros(shape)), UUID), "a")
    fields.arrays["data"] = np.zeros(0)  # what is left of it in JSON
    assert from_datalab(fields, is_whole=True).obj.data.shape == shape


def test_how_it_looks_in_the_window_is_not_part_of_it():
    image = create_image("a", np.zeros((2, 2)))
    image.metadata["__colormap"] = "gray"
    fields = whole(for_datalab(image, UUID), "a")
    fields.metadata.update({"__colormap": "jet", "__alpha": 0.5})
    assert looks_of(fields.metadata, "a") == {"__alpha": 0.5}
    assert from_datalab(fields, is_whole=True).obj.metadata == {"__colormap": "jet"}


def test_what_a_person_made_is_as_datalab_has_it():
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    signal.metadata |= {"__uuid": OTHER_UUID, "__shade": 0.5, "__number": 3, "x": [1]}
    fields = Fields("signal", {"title": "a"}, {"xydata": signal.xydata}, dict(signal.metadata))
    found = from_datalab(fields, is_whole=True)
    assert not found.is_ours
    assert found.obj.metadata == {"__uuid": OTHER_UUID, "__shade": 0.5, "x": [1]}
    assert looks_of(signal.metadata, "a") == {}


def test_identifiers_tell_who_made_an_object():
    assert is_of_notebook(new_uuid())
    assert new_uuid() != new_uuid()
    assert not is_of_notebook(OTHER_UUID)
    assert not is_of_notebook(None)


def test_only_a_text_is_an_identifier():
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    assert uuid_in(signal) is None
    signal.metadata["__uuid"] = 5
    assert uuid_in(signal) is None
