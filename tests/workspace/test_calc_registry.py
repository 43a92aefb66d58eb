"""All of Sigima's functions run through ``workspace.calc`` and give what Sigima gives."""

import sys

import numpy as np
import pytest
from sigima import create_image, create_image_roi, create_signal, create_signal_roi

from datalab_kernel import Workspace
from datalab_kernel.compute import read_record
from datalab_kernel.compute._registry import functions
from datalab_kernel.errors import MissingPackageError

X = np.linspace(0, 10, 512)
Y, Z = np.mgrid[:64, :64]
ALL = [function for kind in ("signal", "image") for function in functions(kind).values()]
REGIONS = {
    "signal": create_signal_roi([2, 3]),
    "image": create_image_roi("rectangle", [5, 5, 20, 20]),
}
ONE_REGION = {"signal": {"xmin": 2, "xmax": 3}, "image": {"x0": 5, "y0": 5, "dx": 20, "dy": 20}}
NEEDED = {
    "addition_constant": {"value": 2},
    "difference_constant": {"value": 2},
    "product_constant": {"value": 2},
    "division_constant": {"value": 2},
    "log10_z_plus_n": {"n": 1},
    "hough_circle_peaks": {"min_radius": 5, "max_radius": 9, "min_distance": 10},
}

NEEDED_IMAGES = {
    "equalize_adapthist": "i flat",
    "region_properties": "i labels",
    "watershed_split": "i labels",
}


def signal(seed):
    noise = np.random.default_rng(seed).normal(size=X.size)
    return create_signal("", X, 2 + seed + np.exp(-((X - 5) ** 2)) + 0.01 * noise)


def image(seed):
    noise = np.random.default_rng(seed).normal(size=Y.shape)
    return create_image("", 100 + 50 * np.exp(-((Z - 32) ** 2 + (Y - 32) ** 2) / 60) + noise)


pytestmark = pytest.mark.filterwarnings("ignore")  # what a function warns of is its own


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace.add({"s1": signal(1), "s2": signal(2), "i1": image(1), "i2": image(2)})
    spectrum = create_image("", np.fft.fft2(image(1).data))
    workspace.add({"s complex": (X, np.exp(1j * X)), "i complex": spectrum})
    workspace["i flat"] = image(1).data / 200
    workspace["i labels"] = (image(1).data > 120).astype(np.int32)
    return workspace


def arguments(function, workspace):
    """What a function is to be run on and with."""
    letter = function.kind[0]
    match function.name:
        case "ifft":
            return {"on": f"{letter} complex"}
        case name if name in NEEDED_IMAGES:
            return {"on": NEEDED_IMAGES[name]}
        case "evaluate_fit":
            fitted = workspace.calc("gaussian_fit", on="s1").name
            return {"on": fitted, "operand": "s2"}
        case "extract_roi" | "extract_rois" | "erase":
            return {"on": f"{letter}1", "param": REGIONS[function.kind]}
        case "offset_correction":
            return {"on": f"{letter}1", "param": ONE_REGION[function.kind]}
    names = [f"{letter}1", f"{letter}2"]
    several = {"n-to-1": {"on": names}, "2-to-1": {"on": names[0], "operand": names[1]}}
    return several.get(function.pattern, {"on": names[0]}) | NEEDED.get(function.name, {})


@pytest.mark.parametrize(
    "function", [f for f in ALL if f.name != "blob_opencv"], ids=lambda f: f.operation_id
)
def test_the_function_runs_and_its_result_is_kept(workspace, function):
    given = arguments(function, workspace)
    before = {name: workspace[name].data for name in workspace}
    result = workspace.calc(function.operation_id, **given)
    for name, data in before.items():
        np.testing.assert_array_equal(workspace[name].data, data)
    if function.pattern == "1-to-0":
        assert result.names == (given["on"],)
        return
    (name,) = result.names
    record = read_record(workspace.get(name, copy=False))
    assert record.function == function.name
    assert workspace.calc(function.operation_id, **given).names == result.names


@pytest.mark.parametrize(
    "function", [f for f in ALL if f.pattern != "1-to-0"], ids=lambda f: f.operation_id
)
def test_its_script_computes_the_same_bit_by_bit(workspace, function):
    given = arguments(function, workspace)
    (name,) = workspace.calc(function.operation_id, **given).names
    result = np.ma.asarray(workspace[name].data)
    script = workspace.script(name)
    workspace.remove(name)
    exec(script, {"workspace": workspace})
    again = np.ma.asarray(workspace[name].data)
    assert (again.data.dtype, again.data.tobytes()) == (result.data.dtype, result.data.tobytes())
    np.testing.assert_array_equal(np.ma.getmaskarray(again), np.ma.getmaskarray(result))


def test_a_missing_library_of_a_function_is_said_with_what_to_install(workspace, monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    before = workspace.list()
    with pytest.raises(MissingPackageError, match="Install it with: .*opencv") as caught:
        workspace.calc("blob_opencv", on="i1")
    assert caught.value.package == "opencv-python-headless"
    assert workspace.list() == before
