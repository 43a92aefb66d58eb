"""The core alone: names, an object to DataLab's file and back, and a clear word on what is missing."""

import tempfile
from pathlib import Path

import numpy as np

from datalab_kernel import DataLabKernelError, Workspace, create_signal
from datalab_kernel.storage import Contents, StoredGroup, read_workspace, write_workspace

x = np.linspace(0.0, 1.0, 1000)
signal = create_signal("sine", x, np.sin(x), units=("s", "V"))

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "one.h5")
    write_workspace(path, Contents(signals=[StoredGroup(title="Group", objects=[signal])]))
    (back,) = read_workspace(path).signals[0].objects
assert back.title == "sine"
assert (back.xunit, back.yunit) == ("s", "V")
assert np.array_equal(back.xydata, signal.xydata)


def refusal() -> str:
    """Return what a core says that has nowhere to keep objects."""
    try:
        Workspace().add("sine", signal)
    except DataLabKernelError as error:
        return str(error)
    return ""


assert "datalab-kernel-standalone" in refusal(), refusal()
