"""Archives of the Web API are built and taken apart without losing a bit, or refused."""

import contextlib
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datalab_kernel import create_image, create_signal
from datalab_kernel.storage import for_datalab, from_datalab
from datalab_kernel.testing._compare import differences
from datalab_kernel_live.doors.web._npz import Archive, from_npz

UUID = "da7a1ab0-0000-4000-8000-000000000000"
FLOATS = st.floats(width=64)
SIGNALS = hnp.arrays(
    st.sampled_from(["f8", "c16"]),
    st.tuples(st.sampled_from([2, 4]), st.integers(0, 5)),
    elements=st.floats(width=32),
)
IMAGES = hnp.arrays(
    st.sampled_from(["f8", "f4", "c16", "u1", "u2", "i2", "i4"]),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
)


def there_and_back(obj):
    stored = for_datalab(obj, UUID).for_archives(obj.title)
    fields = from_npz(b"".join(Archive(stored)))
    fields.attributes["title"] = obj.title  # DataLab takes it from the request
    return from_datalab(fields, is_whole=False, uuid=UUID).obj


def archive(described=None, **arrays):
    """An archive as somebody may have made it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, array in arrays.items():
            with packed.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array, allow_pickle=True)
        if described is not None:
            packed.writestr("metadata.json", json.dumps(described))
    return buffer.getvalue()


@given(SIGNALS)
def test_a_signal_comes_back(xydata):
    signal = create_signal("a", np.zeros(1), np.zeros(1), units=("s", "V"), labels=("t", "U"))
    signal.xydata = xydata
    assert differences(there_and_back(signal), signal) == []


@given(IMAGES)
def test_an_image_comes_back(data):
    image = create_image("a", data, units=("mm", "", "cd"), labels=("X", "", "L"))
    image.set_uniform_coords(0.5, 0.25, x0=10.0, y0=-3.0)
    image.metadata.update({"nested": {"a": [1, None]}, "coords": np.arange(3.0)})
    assert differences(there_and_back(image), image) == []


def test_an_image_in_fortran_order_comes_back_in_our_order():
    data = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    fields = from_npz(archive({"type": "image"}, data=data))
    assert fields.arrays["data"].flags.c_contiguous
    np.testing.assert_array_equal(fields.arrays["data"], data)


def test_an_archive_is_no_archive_before_its_last_piece_and_may_be_made_again():
    ends = []
    image = create_image("a", np.zeros((300, 300)))
    made = Archive(for_datalab(image, UUID).for_archives("a"), lambda: ends.append(len(pieces)))
    for _ in range(2):
        pieces = []
        for piece in made:
            pieces += [bytes(piece)]
        whole = b"".join(pieces)
        assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None
        before_end = b"".join(pieces[: ends[-1]])
        with pytest.raises(ValueError, match="archive"):
            from_npz(before_end)
    assert len(ends) == 2
    assert ends[0] > made.size_bytes / 2**16


def test_missing_error_bars_are_nan():
    x = np.arange(3.0)
    fields = from_npz(archive({"type": "signal"}, x=x, y=x, dy=x))
    np.testing.assert_array_equal(fields.arrays["xydata"], [x, x, [np.nan] * 3, x])


def test_what_is_read_is_its_own():
    body = archive({"type": "image"}, data=np.arange(6.0).reshape(2, 3))
    data = from_npz(body).arrays["data"]
    assert data.flags.writeable
    assert data.flags.owndata


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not an archive",
        archive(),
        archive({"type": "image"}),
        archive({}, data=np.zeros((2, 2))),
        archive({"type": "signal"}, x=np.zeros(2)),
        archive({"type": "image"}, data=np.array([{}], dtype=object)),
        archive({"type": "image"}, data=np.zeros((2, 2)))[:-40],
    ],
    ids=["empty", "text", "nothing", "no data", "no type", "no y", "objects", "cut"],
)
def test_what_is_no_archive_is_an_error(body):
    with pytest.raises(ValueError, match="archive|Python objects"):
        from_npz(body)


@given(st.data())
def test_a_damaged_archive_is_an_error_or_an_object(data):
    body = bytearray(archive({"type": "image"}, data=np.arange(6.0).reshape(2, 3)))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ValueError):
        assert from_npz(bytes(body)).kind in ("signal", "image")
