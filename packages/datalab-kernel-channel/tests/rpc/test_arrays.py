"""NumPy's arrays and scalars on their way to the page and back."""

from __future__ import annotations

import asyncio

import pytest

from datalab_kernel_channel import WireValueError
from datalab_kernel_channel.protocol._table import TABLE
from datalab_kernel_channel.values._encoding import encode

np = pytest.importorskip("numpy")


@pytest.mark.parametrize("dtype", TABLE["dtypes"])
@pytest.mark.parametrize("shape", [(), (0,), (7,), (3, 5), (2, 3, 4), (40, 50)])
async def test_an_array_keeps_values_shape_and_dtype(opened, dtype, shape):
    channel, page = await opened(echo=lambda value: value)
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    back = await channel.call("echo", array)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)
    back[...] = 1
    await channel.close()
    del page


async def test_views_and_other_byte_orders_arrive_as_what_they_show(opened):
    channel, _ = await opened(echo=lambda value: value)
    array = np.arange(24.0).reshape(4, 6)
    for view in (array[::2, 1:4], array.T, np.asfortranarray(array), array.astype(">f8")):
        back = await channel.call("echo", view)
        np.testing.assert_array_equal(back, view)
        assert back.dtype == np.float64
    await channel.close()


async def test_a_large_image_arrives_whole(opened):
    channel, _ = await opened(echo=lambda value: value)
    image = np.random.default_rng(0).random((2048, 2048))
    np.testing.assert_array_equal(await channel.call("echo", image, timeout_s=None), image)
    await channel.close()


async def test_what_changes_after_the_call_began_does_not_change_what_travels(opened):
    seen = asyncio.Queue()
    channel, _ = await opened(note=seen.put_nowait)
    array = np.zeros(1000)
    channel.notify("note", array)
    array[:] = 1
    channel.notify("note", array)
    assert [(await seen.get())[0], (await seen.get())[0]] == [0.0, 1.0]
    await channel.close()


async def test_scalars_become_numbers(opened):
    channel, _ = await opened(echo=lambda value: value)
    values = [
        np.int8(-1),
        np.uint64(7),
        np.float32(0.5),
        np.float64(1.5),
        np.bool_(1),
        np.str_("a"),
    ]
    assert await channel.call("echo", values) == [-1, 7, 0.5, 1.5, True, "a"]
    await channel.close()


@pytest.mark.parametrize(
    "value",
    [
        np.array([object()]),
        np.array(["text"]),
        np.array(["2026-01-01"], dtype="datetime64[D]"),
        np.datetime64("2026-01-01"),
        np.complex128(1j),
        np.uint64(2**60),
        np.ma.masked_array([1.0], mask=[True]),
        np.zeros(3, dtype=[("a", int)]),
    ],
)
def test_what_has_no_form_there_is_refused_with_its_path(value):
    with pytest.raises(WireValueError) as caught:
        encode({"x": [value]}, path="args[0]")
    assert caught.value.path == 'args[0]["x"][0]'
