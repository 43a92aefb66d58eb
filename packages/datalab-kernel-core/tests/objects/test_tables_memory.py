"""What giving an object to pandas or xarray costs in memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.objects import share_object
from datalab_kernel.objects._to_tables import to_pandas

SAMPLES = np.arange(200_000.0)


@pytest.mark.parametrize(
    ("given", "size_bytes"),
    [
        (create_signal("s", SAMPLES, SAMPLES), 2 * SAMPLES.nbytes),
        (create_image("i", SAMPLES.reshape(400, 500)), SAMPLES.nbytes),
    ],
    ids=["signal", "image"],
)
def test_data_are_copied_once_and_belong_to_the_frame(given, size_bytes):
    view = share_object(given)
    to_pandas(view)
    tracemalloc.start()
    found = to_pandas(view)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1.05 * size_bytes
    found.iloc[0] = -1
    assert given.data.flat[0] == 0 if hasattr(given, "data") else given.y[0] == 0
