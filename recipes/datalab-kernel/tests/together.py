"""Everything that `conda install datalab-kernel` brings: a notebook's first cells on the kernel."""

import os
import tempfile
from importlib.metadata import distributions, entry_points
from pathlib import Path

from jupyter_client.manager import start_new_kernel

PARTS = ("core", "standalone", "live", "spec")
versions = {
    found.name: found.version for found in distributions() if found.name.startswith("datalab-ker")
}
assert set(versions) >= {"datalab-kernel", *(f"datalab-kernel-{part}" for part in PARTS)}, versions
assert len(set(versions.values())) == 1, versions
backends = {point.name for point in entry_points(group="datalab_kernel.backends")}
assert backends >= {"standalone", "live"}, backends

os.environ["DATALAB_KERNEL_MODE"] = "standalone"
CELLS = """
x = np.linspace(0, 10, 1000)
workspace["sine"] = create_signal("Sine", x, np.sin(x), units=("s", "V"))
spectrum = workspace.calc("fft", on="sine")
plotter.plot(spectrum);
workspace.save("all.h5")
"""
with tempfile.TemporaryDirectory() as folder:
    manager, client = start_new_kernel(kernel_name="datalab", startup_timeout=120, cwd=folder)
    kinds = []
    try:
        reply = client.execute_interactive(
            CELLS,
            output_hook=lambda message: kinds.extend(message["content"].get("data", ())),
            timeout=240,
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok", reply["content"]
    assert "image/png" in kinds, kinds
    assert Path(folder, "all.h5").stat().st_size > 0
