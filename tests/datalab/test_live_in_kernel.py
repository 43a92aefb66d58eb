"""The DataLab kernel's own process with DataLab open: the cells of the docs, and its window."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel
from support.kernel.driver import Kernel

from datalab_kernel import Workspace

CELLS = """
t = np.linspace(0, 1, 500)
workspace["pulse"] = create_signal(
    "", t, np.exp(-(((t - 0.4) / 0.1) ** 2)), units=("s", "V"), labels=("Time", "Voltage")
)
smooth = workspace.calc("moving_average", on="pulse", n=9)
width = workspace.calc("fwhm", on=smooth)
""".strip()


@pytest.fixture
def kernel(datalab_application: Any) -> Iterator[Kernel]:
    """Start the kernel as it is installed: nothing says that there is a DataLab."""
    env = {**os.environ, "XDG_CONFIG_HOME": str(datalab_application.config)}
    env.pop("DATALAB_KERNEL_MODE", None)
    manager, client = start_new_kernel(kernel_name="datalab", env=env)
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_cells_reach_datalabs_window(
    kernel: Kernel, datalab_application: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
    here = Workspace("live")
    here.clear(everything=True)
    ran = kernel.run(CELLS)
    assert ran.error is None, ran.error
    assert kernel.value("workspace.mode.name") == "'LIVE'"
    name = "moving_average(pulse)|size=9, mode=reflect"
    assert here.list() == ["pulse", name]
    assert kernel.value("smooth.name") == repr(name)
    assert len(here.results(name, "fwhm")) == 1
    drawn = kernel.run("plotter.plot(smooth)")
    assert drawn.error is None, drawn.error
    assert drawn.displays
    said = kernel.run("%datalab status")
    assert "DataLab 1.3" in said.text + str(said.displays)
