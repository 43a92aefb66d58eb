"""silx, which draws NeXus files at beamlines, takes each object for the plot that it is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.storage import Contents, StoredGroup, write_workspace

silx_io = pytest.importorskip("silx.io", reason="silx is in the environment `formats` only")
nxdata = pytest.importorskip("silx.io.nxdata")

X = np.linspace(0, 1, 50)


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    signal = create_signal("sine", X, np.sin(X), units=("s", "V"), labels=("Time", "Voltage"))
    bars = create_signal("bars", X, np.sin(X))
    bars.set_xydata(X, np.sin(X), X * 0 + 0.1, X * 0 + 0.2)
    image = create_image("picture", np.arange(600.0).reshape(20, 30), units=("mm", "µm", "cd"))
    image.set_uniform_coords(0.5, 2.0, 10.0, -1.0)
    contents = Contents(
        signals=[StoredGroup(title="g", objects=[signal, bars])],
        images=[StoredGroup(title="g", objects=[image])],
    )
    write_workspace(tmp_path / "a.h5", contents, nexus=True)
    with silx_io.open(str(tmp_path / "a.h5")) as file:
        yield file


def test_a_signal_is_a_curve_with_its_axes(opened: Any) -> None:
    found = nxdata.NXdata(opened["entry/sine"])
    assert (found.is_valid, found.is_curve, found.title) == (True, True, "sine")
    assert (found.axes_names, found.signal_name) == (["Time (s)"], "Voltage (V)")
    np.testing.assert_array_equal(found.signal, np.sin(X))
    np.testing.assert_array_equal(found.axes[0], X)


def test_error_bars_are_drawn(opened: Any) -> None:
    found = nxdata.NXdata(opened["entry/bars"])
    np.testing.assert_array_equal(found.errors, X * 0 + 0.2)
    np.testing.assert_array_equal(found.get_axis_errors("x"), X * 0 + 0.1)


def test_an_image_is_an_image_with_its_axes(opened: Any) -> None:
    found = nxdata.NXdata(opened["entry/picture"])
    assert (found.is_valid, found.is_image) == (True, True)
    assert (found.axes_names, found.signal_name) == (["y (µm)", "x (mm)"], "data (cd)")
    np.testing.assert_array_equal(found.axes[1][:2], [10, 10.5])


def test_the_first_object_is_drawn_when_the_file_is_opened(opened: Any) -> None:
    assert nxdata.get_default(opened).title == "sine"


def test_an_images_own_group_is_drawn_too(opened: Any) -> None:
    assert nxdata.NXdata(opened["DataLab_Ima/gi001: g/i001: picture"]).is_image
