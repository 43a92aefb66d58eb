"""Arithmetic with what a workspace gives: calc's values, axes, units, errors, and its history."""

from __future__ import annotations

import copy
import operator
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sigima import create_image, create_image_roi, create_signal, create_signal_roi
from sigima.objects import ImageObj, SignalObj

from datalab_kernel import Workspace
from datalab_kernel.errors import ComputationWarning, OperandError, UnitError

X = np.linspace(0, 2, 101)
SINE, RAMP = 3 + np.sin(6 * X), 1 + X
PIXELS = np.arange(12.0).reshape(3, 4) + 1


def volts(y: Any, **more: Any) -> Any:
    return create_signal("", X, y, units=("s", "V"), labels=("time", "voltage"), **more)


@pytest.fixture
def workspace() -> Workspace:
    found = Workspace("standalone")
    found["a"], found["b"] = volts(SINE), volts(RAMP)
    for name, data in {"i": PIXELS, "j": PIXELS**2}.items():
        image = create_image("", data, units=("mm", "mm", "lx"))
        image.set_uniform_coords(0.5, 0.25, 1.0, 2.0)
        found[name] = image
    return found


def values(obj: Any) -> Any:
    return obj.y if isinstance(obj, SignalObj) else obj.data


BOTH = [
    ("addition", operator.add),
    ("difference", operator.sub),
    ("product", operator.mul),
    ("division", operator.truediv),
]


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("i", "j")])
@pytest.mark.parametrize(("function", "compute"), BOTH)
def test_two_objects_give_what_calc_gives_bit_by_bit(
    workspace: Any, first: str, second: str, function: str, compute: Any
) -> None:
    is_of_two = function in ("difference", "division")
    given = {"on": first, "operand": second} if is_of_two else {"on": [first, second]}
    expected = workspace.calc(function, **given).object
    found = compute(workspace[first], workspace[second])
    assert values(found).tobytes() == values(expected).tobytes()
    for name in ("xunit", "yunit", "zunit", "xlabel", "x0", "dx", "roi"):
        assert getattr(found, name, None) == getattr(expected, name, None), name


@pytest.mark.parametrize(
    ("compute", "expected", "unit"),
    [
        (lambda a: 2 * a, 2 * SINE, "V"),
        (lambda a: a * 2, SINE * 2, "V"),
        (lambda a: a / 4, SINE / 4, "V"),
        (lambda a: a + 1, SINE + 1, "V"),
        (lambda a: 1 - a, 1 - SINE, "V"),
        (lambda a: 2 / a, 2 / SINE, "1/V"),
        (lambda a: a**2, np.power(SINE, 2.0), "V²"),
        (lambda a: a**0.5, np.power(SINE, 0.5), "√V"),
        (lambda a: 2**a, 2**SINE, ""),
        (lambda a: -a, -SINE, "V"),
        (lambda a: abs(-a), SINE, "V"),
        (lambda a: 1j * a, 1j * SINE, "V"),
        (lambda a: np.float64(3) * a, 3 * SINE, "V"),
        (lambda a: RAMP * a, RAMP * SINE, "V"),
        (lambda a: a - RAMP, SINE - RAMP, "V"),
        (np.log10, np.log10(SINE), ""),
        (np.sqrt, np.sqrt(SINE), "√V"),
        (np.square, np.square(SINE), "V²"),
        (np.cbrt, np.cbrt(SINE), "V^(1/3)"),
        (np.sin, np.sin(SINE), ""),
        (np.arctan, np.arctan(SINE), "rad"),
        (lambda a: np.maximum(a, 3), np.maximum(SINE, 3), "V"),
        (lambda a: (a - 1) / a, (SINE - 1) / SINE, ""),
    ],
)
def test_numbers_arrays_and_numpys_functions_keep_axes(
    workspace: Any, compute: Any, expected: Any, unit: str
) -> None:
    found = compute(workspace["a"])
    np.testing.assert_allclose(found.y, expected, rtol=1e-15)
    np.testing.assert_array_equal(found.x, X)
    assert (found.xunit, found.yunit, found.xlabel, found.ylabel) == ("s", unit, "time", "voltage")


@pytest.mark.parametrize(
    ("compute", "expected", "unit"),
    [
        (lambda i: i**2, PIXELS**2, "lx²"),
        (np.sqrt, np.sqrt(PIXELS), "√lx"),
        (lambda i: 1 / i, 1 / PIXELS, "1/lx"),
        (lambda i: PIXELS * i, PIXELS**2, "lx"),
        (np.log10, np.log10(PIXELS), ""),
    ],
)
def test_images_compute_alike(workspace: Any, compute: Any, expected: Any, unit: str) -> None:
    found = compute(workspace["i"])
    np.testing.assert_allclose(found.data, expected, rtol=1e-15)
    assert (found.dx, found.dy, found.x0, found.y0) == (0.5, 0.25, 1.0, 2.0)
    assert (found.xunit, found.yunit, found.zunit) == ("mm", "mm", unit)


def test_whole_numbers_of_an_image_have_roots_and_powers() -> None:
    workspace = Workspace("standalone")
    workspace["counts"] = np.array([[4, 9], [16, 0]], dtype=np.uint8)
    np.testing.assert_array_equal(np.sqrt(workspace["counts"]).data, [[2, 3], [4, 0]])
    assert (workspace["counts"] ** 2).data.max() == 256


def test_operands_in_other_units_are_converted_and_that_is_said(workspace: Any) -> None:
    millivolts = create_signal("", X, 1000 * RAMP, units=("ms", "mV"))
    millivolts.xydata[0] *= 1000
    workspace["m"] = millivolts
    with pytest.warns(ComputationWarning, match="converted from mV to V"):
        found = workspace["a"] - workspace["m"]
    np.testing.assert_allclose(found.y, SINE - RAMP)
    assert (found.xunit, found.yunit) == ("s", "V")
    workspace["t"] = create_signal("", X, RAMP, units=("s", "K"))
    with pytest.raises(UnitError, match="different quantities"):
        workspace["a"] + workspace["t"]
    assert (workspace["a"] * workspace["t"]).yunit == "V·K"


def test_an_angle_in_degrees_is_one_in_radians_before(workspace: Any) -> None:
    workspace["angle"] = create_signal("", X, 90 * X, units=("s", "°"))
    np.testing.assert_allclose(np.sin(workspace["angle"]).y, np.sin(np.pi / 2 * X))


# -- error bars, regions, masks, dates ---------------------------------------------------------


def test_error_bars_are_those_of_sigimas_functions_and_else_what_each_error_changes() -> None:
    workspace = Workspace("standalone")
    workspace["a"] = volts(SINE, dy=np.full(101, 0.01))
    workspace["b"] = volts(RAMP, dy=0.02 * X)
    expected = workspace.calc("difference", on="a", operand="b").object
    np.testing.assert_array_equal((workspace["a"] - workspace["b"]).dy, expected.dy)
    np.testing.assert_allclose(np.sin(workspace["a"]).dy, 0.01 * np.abs(np.cos(SINE)), rtol=1e-3)
    np.testing.assert_allclose((2 / workspace["a"]).dy, 0.02 / SINE**2, rtol=1e-3)
    both = np.hypot(workspace["a"], workspace["b"])
    by_hand = np.hypot(SINE * 0.01, RAMP * 0.02 * X) / np.hypot(SINE, RAMP)
    np.testing.assert_allclose(both.dy, by_hand, rtol=1e-3)


def test_only_a_region_is_computed_as_calc_does(workspace: Any) -> None:
    with workspace.edit("a") as signal:
        signal.roi = create_signal_roi([0.5, 1.0])
    with workspace.edit("i") as image:
        image.roi = create_image_roi("rectangle", [1.0, 2.0, 0.6, 0.3])
    expected = workspace.calc("product_constant", on="a", value=2).object
    np.testing.assert_array_equal((2 * workspace["a"]).y, expected.y)
    outside = workspace["a"].maskdata[1]
    np.testing.assert_array_equal(np.sin(workspace["a"]).y[outside], SINE[outside])
    assert not np.array_equal(np.sin(workspace["a"]).y[~outside], SINE[~outside])
    root = np.sqrt(workspace["i"])
    np.testing.assert_array_equal(root.data[~root.maskdata], np.sqrt(PIXELS)[~root.maskdata])
    np.testing.assert_array_equal(root.data[root.maskdata], PIXELS[root.maskdata])


@pytest.mark.filterwarnings("ignore::datalab_kernel.errors.ComputationWarning")
def test_masked_pixels_are_no_values_as_for_calc() -> None:
    workspace = Workspace("standalone")
    workspace["m"] = np.ma.array(PIXELS, mask=PIXELS == 3)
    expected = workspace.calc("addition_constant", on="m", value=1).object
    np.testing.assert_array_equal((workspace["m"] + 1).data, expected.data)
    assert np.isnan(np.sqrt(workspace["m"]).data[0, 2])


def test_signals_by_date_keep_their_dates() -> None:
    workspace = Workspace("standalone")
    days = np.datetime64("2026-01-01T00:00:00.000000001") + np.arange(4) * np.timedelta64(1, "D")
    workspace["a"], workspace["b"] = (days, np.arange(4.0)), (days, np.ones(4))
    workspace["d"] = workspace["a"] - workspace["b"]
    assert workspace.to_pandas("d").index.to_numpy().tolist() == days.tolist()
    workspace["n"] = (np.arange(4.0), np.ones(4))
    with pytest.raises(OperandError, match="only one of them is by date"):
        workspace["a"] - workspace["n"]


# -- what can't be computed --------------------------------------------------------------------


def test_other_axes_are_an_error_that_names_resampling(workspace: Any) -> None:
    workspace["few"] = (X[::2], X[::2])
    workspace["late"] = (X + 1, SINE)
    with pytest.raises(OperandError, match=r"'a' has 101 of them and 'few' has 51.*resampling"):
        workspace["a"] - workspace["few"]
    with pytest.raises(OperandError, match=r"from 0 to 2 and of 'late' from 1 to 3.*resampling"):
        np.maximum(workspace["a"], workspace["late"])
    with pytest.raises(OperandError, match="one is a signal, the other an image"):
        workspace["a"] * workspace["i"]
    moved = workspace["i"].copy()
    moved.x0 = 7.0
    with pytest.raises(OperandError, match="x of 'i' is from 1 to 2.5 and of 'i' from 7"):
        workspace["i"] - moved


def test_what_is_no_number_array_or_object_is_refused(workspace: Any) -> None:
    a = workspace["a"]
    for compute in (lambda: a + "x", lambda: a * True, lambda: a - None, lambda: a > 3):
        with pytest.raises(TypeError):
            compute()
    with pytest.raises(OperandError, match="not|array of shape \\(3,\\)"):
        a + np.ones(3)
    with pytest.raises(OperandError, match=r"np.isnan\(a\) isn't computed of signals.*\.y"):
        np.isnan(a)
    with pytest.raises(OperandError, match="gives a new one: call it without out="):
        np.add(a, 1, out=np.ones(101))


# -- Sigima's objects in all else --------------------------------------------------------------


def test_objects_are_sigimas_and_copy_with_their_operators(workspace: Any) -> None:
    a, i = workspace["a"], workspace["i"]
    assert isinstance(a, SignalObj)
    assert isinstance(i, ImageObj)
    assert not hasattr(SignalObj, "__sub__"), "Sigima's class is as it was"
    for twin in (a.copy(), copy.copy(a), copy.deepcopy(a), workspace.get("a", copy=False)):
        np.testing.assert_array_equal((twin - 1).y, SINE - 1)
    deep = copy.deepcopy(a)
    deep.xydata[1] = 0
    np.testing.assert_array_equal(a.y, SINE)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_they_are_pickled_as_sigimas(workspace: Any, protocol: int) -> None:
    found = 2 * workspace["a"]
    data = pickle.dumps(found, protocol)
    assert b"datalab_kernel" not in data.replace(b"datalab_kernel_", b"").replace(
        b"__datalab_kernel", b""
    ).replace(b"datalab-kernel", b"")
    again = pickle.loads(data)
    assert type(again) is SignalObj
    np.testing.assert_array_equal(again.y, 2 * SINE)
    buffers: list[Any] = []
    pickle.dumps(found, 5, buffer_callback=buffers.append)
    assert len(buffers) == 1, "the array isn't copied into the pickle"


def test_what_is_stored_is_sigimas_own(workspace: Any, tmp_path: Any) -> None:
    workspace["d"] = workspace["a"] - workspace["b"]
    assert type(workspace._shelf.backend.view("d")) is SignalObj
    workspace.save(tmp_path / "d.h5")
    again = Workspace("standalone")
    again.load(tmp_path / "d.h5")
    np.testing.assert_array_equal(again["d"].y, SINE - RAMP)
    assert again.script("d") == workspace.script("d")


def test_a_result_has_operators_and_goes_into_calc_and_plot(workspace: Any) -> None:
    smooth = workspace.calc("moving_average", on="a", n=3)
    workspace["rest"] = workspace["a"] - smooth.object
    workspace["rest"] /= 2
    np.testing.assert_array_equal(workspace["rest"].y, (SINE - smooth.object.y) / 2)
    assert workspace.calc("stats", on="rest").frame["mean"].iloc[0] == pytest.approx(0, abs=0.1)


# -- history -----------------------------------------------------------------------------------


def test_history_and_script_are_what_was_typed(workspace: Any) -> None:
    workspace["d"] = (workspace["a"] - workspace["b"]) / workspace["b"]
    workspace["e"] = np.log10(abs(workspace["d"])) ** -2
    assert [str(step) for step in workspace.history("e")] == [
        "d = (a - b) / b",
        "e = np.log10(abs(d)) ** (-2)",
    ]
    script = workspace.script("e")
    assert script.splitlines() == [
        "# Computes 'e' from 'a', 'b'.",
        "import numpy as np",
        'workspace["d"] = (workspace["a"] - workspace["b"]) / workspace["b"]',
        'workspace["e"] = np.log10(abs(workspace["d"])) ** (-2)',
    ]
    before = workspace["e"].y
    workspace.remove(["d", "e"])
    exec(script, {"workspace": workspace})
    assert workspace["e"].y.tobytes() == before.tobytes()
    assert "(a - b) / b" in workspace.history("d")._repr_html_()


def test_a_name_that_was_computed_of_itself_has_no_script(workspace: Any) -> None:
    workspace["a"] -= 1
    np.testing.assert_array_equal(workspace["a"].y, SINE - 1)
    assert str(workspace.history("a")) == "a = a - 1 (not here any more: a)"
    with pytest.raises(OperandError, match="computed of what had that name before"):
        workspace.script("a")


def test_notes_of_the_parts_of_a_formula_stay_with_it(workspace: Any) -> None:
    workspace["m"] = create_signal("", X, 1000 * RAMP, units=("s", "mV"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ComputationWarning)
        workspace["d"] = 2 * (workspace["a"] - workspace["m"])
    (step,) = workspace.history("d")
    assert any("converted from mV to V" in note.text for note in step.notes)


def test_objects_among_others_are_written_in_a_line_each(workspace: Any) -> None:
    workspace["s"] = create_signal("", np.arange(3.0), np.arange(3.0), units=("ms", "V"))
    workspace["i"] = create_image("", np.zeros((3, 4), np.uint8))
    assert repr([workspace["s"], 2 * workspace["i"]]) == (
        "[SignalObj('s', 3 points, float64, x in ms, y in V), "
        "ImageObj('2 * i', 4 \N{MULTIPLICATION SIGN} 3 pixels, float64)]"
    )
    empty = workspace["s"]
    empty.xydata = None
    assert repr(empty) == "SignalObj('s', no data)"
    assert "xunit" in workspace["s"].to_string(debug=True)


@pytest.mark.parametrize(
    "function",
    [np.mean, np.median, np.std, np.sum, np.max, np.argmax, np.flip, np.gradient, np.fft.fft],
)
@pytest.mark.parametrize("name", ["a", "i"])
def test_what_numpy_makes_of_arrays_isnt_made_of_an_object(
    workspace: Any, name: str, function: Any
) -> None:
    with pytest.raises(OperandError, match=r"isn't computed of signals and images as a whole") as e:
        function(workspace[name])
    assert str(e.value).startswith("np.")
    with pytest.raises(OperandError, match=r"\.y of a signal"):
        np.concatenate([workspace[name], workspace[name]])
