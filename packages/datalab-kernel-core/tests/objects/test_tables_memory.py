"""What giving an object to pandas or xarray costs in memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.objects import share_object
from datalab_kernel.objects._to_tables import to_pandas, to_xarray

SAMPLES = np.arange(200_000.0)


SIGNAL = create_signal("s", SAMPLES, SAMPLES)
IMAGE = create_image("i", SAMPLES.reshape(400, 500))


@pytest.mark.parametrize("to", [to_pandas, to_xarray])
@pytest.mark.parametrize(
    ("given", "size_bytes"),
    [(SIGNAL, 2 * SAMPLES.nbytes), (IMAGE, SAMPLES.nbytes)],
    ids=["signal", "image"],
)
def test_data_are_copied_once_and_belong_to_whom_they_were_given(to, given, size_bytes):
    if to is to_xarray:
        pytest.importorskip("xarray", reason="to_xarray asks people to install it")
    view = share_object(given)
    to(view)
    tracemalloc.start()
    found = to(view)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1.05 * size_bytes
    (found if to is to_xarray else found.iloc)[0] = -1
    assert (given.y if given is SIGNAL else given.data).flat[0] == 0
