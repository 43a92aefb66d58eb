"""Signals and images travel to the page as plain objects with arrays, and come back as what they were."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from sigima.objects import ImageObj, SignalObj, create_image, create_image_roi, create_signal

from datalab_kernel_channel import open_channel
from datalab_kernel_channel.testing import FakePage


def echoed(value: Any) -> Any:
    """Return what comes back of a value from a page."""

    async def run() -> Any:
        opening = open_channel("export default function () {}", display=False)
        page = FakePage(opening.channel)
        page.expose(echo=lambda it: it)
        await page.join()
        async with opening as channel:
            return await channel.call("echo", value)

    return asyncio.run(run())


def test_a_signal_comes_back_with_its_arrays_labels_and_metadata() -> None:
    x = np.linspace(0, 1, 500)
    signal = create_signal(
        "sine", x, np.sin(x), dy=np.full(500, 0.1), labels=("t", "U"), units=("s", "V")
    )
    signal.metadata["note"] = {"gain": 2.0, "steps": [1, 2]}
    back = echoed(signal)
    assert isinstance(back, SignalObj)
    assert (back.title, back.xlabel, back.yunit, back.metadata["note"]) == (
        "sine", "t", "V", {"gain": 2.0, "steps": [1, 2]},
    )  # fmt: skip
    np.testing.assert_array_equal(back.xydata, signal.xydata)


def test_a_large_image_comes_back_with_its_geometry_and_regions() -> None:
    image = create_image("img", np.random.default_rng(0).random((2048, 2048)))
    image.x0, image.dx = 5.0, 0.5
    image.roi = create_image_roi("rectangle", [1, 2, 3, 4])
    back = echoed(image)
    assert isinstance(back, ImageObj)
    assert (back.title, back.x0, back.dx, back.data.dtype) == ("img", 5.0, 0.5, np.float64)
    np.testing.assert_array_equal(back.data, image.data)
    np.testing.assert_equal(back.roi.to_dict(), image.roi.to_dict())
