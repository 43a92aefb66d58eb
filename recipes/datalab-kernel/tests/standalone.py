"""The in-memory backend: add, compute, save, load; and no sibling that it doesn't need."""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from datalab_kernel import Workspace, create_image, create_signal

x = np.linspace(0.0, 10.0, 1000)
workspace = Workspace()
assert workspace.mode.value == "standalone", workspace.mode
workspace["sine"] = create_signal("Sine", x, np.sin(2 * np.pi * x))
workspace["ramp"] = create_image("Ramp", np.arange(12.0).reshape(3, 4))
workspace.calc("fft", on="sine", name="spectrum")
assert workspace.list() == ["sine", "spectrum", "ramp"], workspace.list()

with tempfile.TemporaryDirectory() as folder:
    path = workspace.save(Path(folder, "all.h5"))
    again = Workspace("standalone")
    assert again.load(path) == ["sine", "spectrum", "ramp"]
assert np.array_equal(again["ramp"].data, workspace["ramp"].data)
assert np.array_equal(again["spectrum"].xydata, workspace["spectrum"].xydata)

for sibling in ("datalab_kernel_live", "datalab_kernel_spec", "xpython"):
    assert find_spec(sibling) is None, sibling
