"""Objects on their way through a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from datalab_kernel import ImageObj, SignalObj, create_signal
from datalab_kernel.storage import Contents, StoredGroup, read_workspace, write_workspace

Through = Callable[..., list[SignalObj | ImageObj]]


@pytest.fixture(params=[".h5", ".npz", " as HDF5 reads it.h5"])
def through_a_file(tmp_path: Path, request: pytest.FixtureRequest) -> Through:
    """Write objects in each kind of file, read them again, and return those."""

    def write_and_read(*objects: SignalObj | ImageObj) -> list[SignalObj | ImageObj]:
        signals = [obj for obj in objects if isinstance(obj, SignalObj)]
        images = [obj for obj in objects if isinstance(obj, ImageObj)]
        contents = Contents(
            signals=[StoredGroup(title="signals", objects=signals)],
            images=[StoredGroup(title="images", objects=images)],
        )
        path = tmp_path / f"through{request.param}"
        write_workspace(path, contents)
        if "HDF5" in request.param:
            with h5py.File(path, "r+"):
                pass  # which cuts off what lies behind the HDF5 data
        found = read_workspace(path)
        return [obj for group in (*found.signals, *found.images) for obj in group.objects]

    return write_and_read


@pytest.fixture
def through_metadata(through_a_file: Through) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Write metadata in a file, read it again, and return it."""

    def write_and_read(metadata: dict[str, Any]) -> dict[str, Any]:
        signal = create_signal("a", np.arange(3.0), np.arange(3.0))
        signal.metadata = metadata
        (found,) = through_a_file(signal)
        return found.metadata

    return write_and_read
