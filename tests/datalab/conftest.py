"""The real DataLab, in an environment of its own, for files that go there and back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.datalab.interpreter import in_datalab, interpreter
from support.datalab.window_driver import emptied

from datalab_application import Running
from datalab_application import running_datalab as datalab_application_process
from datalab_kernel import Workspace, create_signal
from datalab_kernel.testing import _samples


def full_workspace() -> Workspace:
    """Everything that a workspace can hold, in groups; over 999 objects would take minutes."""
    workspace = Workspace("standalone")
    workspace.add("full signal", _samples.full_signal(), group="first")
    workspace.add("with roi", _samples.signal_with_roi(), group="second")
    workspace.add("many points", np.arange(10_000.0), group="first")
    workspace.add("complex", ([0.0, 1.0], [1 + 1j, 2.0]))
    workspace.add("scales", _scaled())
    for number, name in enumerate(_samples.NAMES):
        workspace.add(name, np.full(3, float(number)), group="names")
    for dtype in _samples.IMAGE_DTYPES:
        workspace.add(f"image {dtype}", _samples.full_image(dtype=dtype), group="dtypes")
    workspace.add("coordinates", _samples.image_with_coordinates(), group="others")
    workspace.add("masked", _samples.masked_image(), group="others")
    return workspace


def _scaled() -> Any:
    signal = create_signal("", np.arange(4.0), np.arange(4.0))
    signal.autoscale = False
    signal.xscalemin, signal.xscalemax, signal.yscalelog = 0.5, 2.5, True
    signal.set_annotations([{"type": "label", "text": "x" * 70_000}])
    return signal


class Round:
    """What went to DataLab, what it saw, and where its files are."""

    def __init__(self, folder: Path) -> None:
        self.workspace = full_workspace()
        self.ours = self.workspace.save(folder / "ours.h5", nexus=True)
        self.resaved = folder / "resaved.h5"
        self.made = folder / "made.h5"
        self.made_by_us = folder / "made-resaved-by-us.h5"
        self.made_again = folder / "made-again.h5"
        self.result, self.made_result, self.functions = in_datalab(
            ["resave", str(self.ours), str(self.resaved)], ["make", str(self.made)], ["functions"]
        )
        workspace = Workspace("standalone")
        workspace.load(self.made)
        workspace.save(self.made_by_us)
        (self.again_result,) = in_datalab(["resave", str(self.made_by_us), str(self.made_again)])


@pytest.fixture(scope="session")
def datalab_round(tmp_path_factory: pytest.TempPathFactory) -> Round:
    """Start DataLab twice for all tests: the second time, with what we made of its own file."""
    return Round(tmp_path_factory.mktemp("datalab"))


@contextmanager
def running_datalab(home: Path, *options: str) -> Iterator[Running]:
    """Start a DataLab with settings of its own; end it afterwards."""
    with datalab_application_process(interpreter(), home, *options) as running:
        yield running


@pytest.fixture(scope="session")
def datalab_application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start one DataLab for all tests that need its window."""
    with running_datalab(tmp_path_factory.mktemp("application")) as running:
        yield running


@pytest.fixture
def workspace(datalab_application: Running, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Give an empty workspace in DataLab, found by its connection file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
    return emptied()


LIMITED_TOKEN = "Secret_of.the-tests"


@pytest.fixture(scope="session")
def limited_datalab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start one DataLab that wants a token, and whose XML-RPC interface is closed."""
    home = tmp_path_factory.mktemp("limited")
    options = ("--require-token", "--without-xmlrpc")
    with datalab_application_process(interpreter(), home, *options, token=LIMITED_TOKEN) as running:
        yield running


@pytest.fixture(scope="session")
def run_in_datalab() -> Callable[..., list[dict[str, Any]]]:
    """Give other modules the way into DataLab."""
    return in_datalab


@pytest.fixture(scope="session")
def datalab_python() -> str:
    """Give the interpreter to what starts DataLab in its own way."""
    return interpreter()
