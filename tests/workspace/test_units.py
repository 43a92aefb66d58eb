"""Units in computing: what results are in, what operands are converted into, and what is said."""

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sigima.objects import create_signal_roi

from datalab_kernel import ComputationWarning, Workspace, create_image, create_signal
from datalab_kernel.errors import OperandError, ParameterError, UnitError

SECONDS = np.arange(5.0)
DATES = np.array("2026-01-01", "M8[ms]") + np.arange(256) * np.timedelta64(250, "ms")


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


def signal(y: Any, yunit: str = "V", x: Any = SECONDS, xunit: str = "s") -> Any:
    return create_signal("", x, np.asarray(y, dtype=float), units=(xunit, yunit))


def add_by_date(workspace: Workspace, y: Any) -> None:
    workspace["a"] = (DATES, y)
    with workspace.edit("a") as made:
        made.yunit = "V"


def image(zunit: str = "V", data: Any = None, units: tuple[str, str] = ("mm", "mm")) -> Any:
    values = np.ones((6, 8)) if data is None else data
    return create_image("", values, units=(*units, zunit))


def quietly(workspace: Workspace, *given: Any, **options: Any) -> Any:
    """Compute what nothing is to be said of: a warning fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ComputationWarning)
        result = workspace.calc(*given, **options)
    assert result.notes == ()
    return result


def noted(workspace: Workspace, *given: Any, **options: Any) -> Any:
    """Compute what something is said of, once."""
    with pytest.warns(ComputationWarning) as said:
        result = workspace.calc(*given, **options)
    assert len(said) == 1
    return result


# -- the units of results -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "options", "expected"),
    [
        ("derivative", {}, ("s", "V/s")),
        ("integral", {}, ("s", "V·s")),
        ("fft", {}, ("Hz", "V")),
        ("magnitude_spectrum", {}, ("Hz", "V")),
        ("magnitude_spectrum", {"decibel": True}, ("Hz", "dB")),
        ("phase_spectrum", {}, ("Hz", "°")),
        ("psd", {}, ("Hz", "V²/Hz")),
        ("psd", {"decibel": True}, ("Hz", "dB/Hz")),
        ("sqrt", {}, ("s", "√V")),
        ("power", {"power": 2}, ("s", "V²")),
        ("inverse", {}, ("s", "1/V")),
        ("log10", {}, ("s", "")),
        ("exp", {}, ("s", "")),
        ("normalize", {}, ("s", "")),
        ("allan_variance", {}, ("s", "V²")),
        ("allan_deviation", {}, ("s", "V")),
        ("moving_average", {"n": 3}, ("s", "V")),
        ("product_constant", {"value": 2.0}, ("s", "V")),
    ],
)
def test_a_signal_computed_of_volts_over_seconds_says_what_it_is_in(
    workspace: Workspace, function: str, options: Any, expected: Any
) -> None:
    time = np.arange(300.0)
    workspace["a"] = signal(2 + np.sin(time), x=time)
    found = workspace.calc(function, on="a", **options).object
    assert (found.xunit, found.yunit) == expected


@pytest.mark.parametrize(
    ("function", "yunit"),
    [("product", "V·A"), ("division", "V/A"), ("convolution", "V·A"), ("xy_mode", "A")],
)
def test_what_is_computed_of_two_has_the_unit_of_both(
    workspace: Workspace, function: str, yunit: str
) -> None:
    workspace.add({"u": signal([1, 2, 3, 4, 5]), "i": signal([2, 2, 3, 3, 4], "A")})
    operands: Any = {"on": ["u", "i"]} if function == "product" else {"on": "u", "operand": "i"}
    found = quietly(workspace, function, **operands).object
    assert found.yunit == yunit
    assert found.xunit == ("V" if function == "xy_mode" else "s")


def test_there_and_back_again_a_signal_has_its_units(workspace: Workspace) -> None:
    workspace["a"] = signal(np.sin(SECONDS), "mV", xunit="ms")
    spectrum = workspace.calc("fft", on="a")
    assert (spectrum.object.xunit, spectrum.object.yunit) == ("kHz", "mV")
    back = workspace.calc("ifft", on=spectrum).object
    assert (back.xunit, back.yunit) == ("ms", "mV")


@pytest.mark.parametrize("function", ["fft", "magnitude_spectrum", "phase_spectrum", "psd"])
def test_the_spectrum_of_dates_is_in_hertz(workspace: Workspace, function: str) -> None:
    add_by_date(workspace, np.sin(np.arange(256)))
    found = workspace.calc(function, on="a").object
    assert found.xunit == "Hz"
    assert not found.is_x_datetime()
    assert np.abs(found.x).max() == 2.0  # half of 4 samples a second


def test_the_slope_of_a_signal_by_date_is_per_second(workspace: Workspace) -> None:
    add_by_date(workspace, np.arange(256.0))
    found = workspace.calc("derivative", on="a").object
    assert found.yunit == "V/s"
    assert found.is_x_datetime()
    np.testing.assert_allclose(found.y, 4.0, rtol=1e-9)


@pytest.mark.parametrize(
    ("function", "options", "zunit"),
    [
        ("inverse", {}, "1/V"),
        ("log10", {}, ""),
        ("normalize", {}, ""),
        ("threshold", {"method": "manual", "value": 0.5}, ""),
        ("gaussian_filter", {"sigma": 1.0}, "V"),
        ("binning", {"sx": 2, "sy": 2}, "V"),
    ],
)
def test_an_image_computed_of_volts_says_what_it_is_in(
    workspace: Workspace, function: str, options: Any, zunit: str
) -> None:
    workspace["i"] = image(data=np.arange(1.0, 49).reshape(6, 8))
    assert workspace.calc(function, on="i", **options).object.zunit == zunit


# -- the axes of images of frequencies --------------------------------------------------------


def grating(ny: int = 80, nx: int = 100) -> Any:
    """One line a millimetre along x, half a line along y, in an image that begins at 5 and -2."""
    x, y = 5 + 0.1 * np.arange(nx), -2 + 0.05 * np.arange(ny)
    waves = np.cos(2 * np.pi * x) + 0.5 * np.cos(2 * np.pi * 0.5 * y[:, None])
    made = image(data=waves + 0 * y[:, None])
    made.set_uniform_coords(0.1, 0.05, 5.0, -2.0)
    return made


def lines(spectrum: Any) -> set[tuple[float, float]]:
    """Where an image of frequencies is bright, in its own axes."""
    size = np.abs(spectrum.data)
    return {
        (round(spectrum.x0 + spectrum.dx * column, 9), round(spectrum.y0 + spectrum.dy * row, 9))
        for row, column in np.argwhere(size > 0.2 * size.max())
    }


@pytest.mark.parametrize(
    ("function", "options", "zunit"),
    [("fft", {}, "V"), ("magnitude_spectrum", {}, "V"), ("psd", {}, "V²")],
)
def test_a_grating_is_drawn_at_its_frequency(
    workspace: Workspace, function: str, options: Any, zunit: str
) -> None:
    workspace["g"] = grating()
    found = workspace.calc(function, on="g", **options).object
    assert lines(found) == {(1.0, 0.0), (-1.0, 0.0), (0.0, 0.5), (0.0, -0.5)}
    assert (found.xunit, found.yunit, found.zunit) == ("1/mm", "1/mm", zunit)


def test_frequencies_that_are_not_shifted_begin_at_zero(workspace: Workspace) -> None:
    workspace["g"] = grating()
    found = workspace.calc("fft", on="g", shift=False).object
    assert (found.x0, found.y0) == (0.0, 0.0)
    np.testing.assert_allclose((found.dx, found.dy), (0.1, 0.25), rtol=1e-15)


@pytest.mark.parametrize("size", [(80, 100), (81, 101)])
def test_the_middle_of_an_even_and_an_odd_spectrum_is_frequency_zero(
    workspace: Workspace, size: Any
) -> None:
    workspace["i"] = create_image("", np.ones(size), units=("mm", "mm", "V"))
    found = workspace.calc("magnitude_spectrum", on="i").object
    assert lines(found) == {(0.0, 0.0)}
    frequencies = np.fft.fftshift(np.fft.fftfreq(size[1], d=1.0))
    np.testing.assert_allclose(found.x0 + found.dx * np.arange(size[1]), frequencies, atol=1e-15)


def test_there_and_back_again_an_image_has_its_axes(workspace: Workspace) -> None:
    workspace["g"] = grating()
    back = workspace.calc("ifft", on=workspace.calc("fft", on="g")).object
    assert (back.x0, back.y0, back.dx, back.dy) == (5.0, -2.0, 0.1, 0.05)
    assert (back.xunit, back.yunit, back.zunit) == ("mm", "mm", "V")
    np.testing.assert_allclose(back.data.real, grating().data, atol=1e-12)
    assert [key for key in back.metadata if key.startswith("orig_")] == []


def test_what_lay_in_an_image_does_not_lie_in_its_spectrum(workspace: Workspace) -> None:
    from sigima import create_image_roi

    made = grating()
    made.roi = create_image_roi("rectangle", [[6.0, -1.0, 1.0, 1.0]])
    workspace["g"] = made
    assert noted(workspace, "fft", on="g").object.roi is None
    assert workspace["g"].roi is not None


def test_an_image_whose_pixels_differ_has_frequencies_per_pixel(workspace: Workspace) -> None:
    made = image()
    made.set_coords(np.arange(8.0) ** 2, np.arange(6.0))
    workspace["i"] = made
    found = workspace.calc("fft", on="i").object
    assert (found.xunit, found.dx, found.x0) == ("1/px", 1 / 8, -0.5)


@pytest.mark.parametrize(
    ("function", "options", "expected"),
    [
        ("line_profile", {"direction": "horizontal", "row": 1}, "px"),
        ("line_profile", {"direction": "vertical", "col": 1}, "px"),
        ("segment_profile", {"row2": 5, "col2": 5}, "px"),
        ("radial_profile", {"center": "center"}, "px"),
        ("horizontal_projection", {}, "mm"),
    ],
)
def test_a_profile_that_counts_pixels_says_so(
    workspace: Workspace, function: str, options: Any, expected: str
) -> None:
    workspace["g"] = grating()
    assert workspace.calc(function, on="g", **options).object.xunit == expected


def test_a_profile_along_an_axis_that_counts_pixels_keeps_its_unit(workspace: Workspace) -> None:
    workspace["i"] = image(units=("um", "mm"))
    across = workspace.calc("line_profile", on="i", direction="horizontal", row=1).object
    down = workspace.calc("line_profile", on="i", direction="vertical", col=1).object
    assert (across.xunit, down.xunit) == ("um", "mm")


# -- operands in different units ----------------------------------------------------------------


def test_millivolts_are_taken_from_volts_as_volts(workspace: Workspace) -> None:
    workspace.add({"a": signal([1, 2, 3, 4, 5]), "b": signal([500, 500, 500, 500, 500], "mV")})
    result = noted(workspace, "difference", on="a", operand="b")
    assert result.object.y.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert result.object.yunit == "V"
    (note,) = result.notes
    assert note.text == (
        "difference was given y of 'b' converted from mV to V, which DataLab doesn't do."
    )
    assert workspace.notes(result.names[0]) == result.notes
    assert workspace["b"].yunit == "mV"


def test_x_in_milliseconds_is_put_on_the_grid_of_seconds(workspace: Workspace) -> None:
    """DataLab takes 4,000 ms for 4,000 s: the difference of 10 came out as 10, 11, 12, 13 and 14."""
    workspace["a"] = signal(SECONDS + 10)
    workspace["b"] = signal(SECONDS, x=SECONDS * 1000, xunit="ms")
    found = noted(workspace, "difference", on="a", operand="b").object
    assert found.y.tolist() == [10.0] * 5
    assert (found.x.tolist(), found.xunit) == (SECONDS.tolist(), "s")
    wrong = noted(workspace, "difference", on="a", operand="b", units="as they are").object
    np.testing.assert_allclose(wrong.y, [10, 10.999, 11.998, 12.997, 13.996])


def test_several_are_added_in_the_unit_of_the_first(workspace: Workspace) -> None:
    workspace.add({"a": signal([1] * 5, "mV"), "b": signal([2] * 5), "c": signal([3000] * 5, "uV")})
    for function, expected in (("addition", 2004.0), ("average", 668.0)):
        result = noted(workspace, function, on=["a", "b", "c"])
        assert result.object.y.tolist() == [expected] * 5
        assert result.object.yunit == "mV"
        assert len(result.notes) == 2


def test_errors_and_regions_are_converted_along(workspace: Workspace) -> None:
    from sigima import create_signal_roi

    first = signal(SECONDS)
    other = create_signal("", SECONDS * 1000, SECONDS, SECONDS, SECONDS * 0 + 2, units=("ms", "mV"))
    other.roi = create_signal_roi([[1000.0, 3000.0]])
    workspace.add({"a": first, "b": other})
    found = noted(workspace, "addition", on=["a", "b"]).object
    assert found.roi.single_rois[0].coords.tolist() == [1.0, 3.0]
    assert workspace["b"].roi.single_rois[0].coords.tolist() == [1000.0, 3000.0]


def test_an_image_of_integers_is_converted_without_loss(workspace: Workspace) -> None:
    workspace["a"] = image("V", np.full((4, 4), 2.0))
    workspace["b"] = image("mV", np.full((4, 4), 1500, dtype=np.uint16))
    found = noted(workspace, "difference", on="a", operand="b").object
    assert found.data.tolist() == [[0.5] * 4] * 4
    assert workspace["b"].data.dtype == np.uint16


def test_one_operand_serves_several_in_units_of_their_own(workspace: Workspace) -> None:
    workspace.add(
        {"a": signal([1] * 5), "b": signal([1000] * 5, "mV"), "c": signal([250] * 5, "mV")}
    )
    result = noted(workspace, "difference", on=["a", "b"], operand="c")
    assert [obj.y[0] for obj in result.objects] == [0.75, 750.0]
    assert [obj.yunit for obj in result.objects] == ["V", "mV"]


@pytest.mark.parametrize("function", ["difference", "quadratic_difference", "addition", "average"])
def test_different_quantities_are_an_error_that_names_both_units(
    workspace: Workspace, function: str
) -> None:
    workspace.add({"u": signal([1, 2, 3, 4, 5]), "i": signal([2] * 5, "A")})
    before = workspace.list()
    operands: Any = {"on": ["u", "i"]}
    if "difference" in function:
        operands = {"on": "u", "operand": "i"}
    with pytest.raises(UnitError, match="in V and A, of different quantities") as found:
        workspace.calc(function, **operands)
    assert 'units="as they are"' in str(found.value)
    assert (found.value.function, found.value.names) == (function, ["u", "i"])
    assert found.value.units == ["V", "A"]
    assert isinstance(found.value, OperandError)
    assert pickle.loads(pickle.dumps(found.value)).units == ["V", "A"]
    assert workspace.list() == before
    result = noted(workspace, function, **operands, units="as they are")
    assert result.object.yunit == "V"
    assert "as they are" in result.notes[0].text


def test_x_of_different_quantities_is_an_error_too(workspace: Workspace) -> None:
    workspace.add({"a": signal([1] * 5), "b": signal([1] * 5, xunit="mm")})
    with pytest.raises(UnitError, match="needs x of 'a' and 'b' in one unit"):
        workspace.calc("product", on=["a", "b"])


def test_as_they_are_computes_what_datalab_does_and_is_in_the_script(workspace: Workspace) -> None:
    workspace.add({"a": signal([1, 2, 3, 4, 5]), "b": signal([500] * 5, "mV")})
    converted = noted(workspace, "difference", on="a", operand="b")
    result = noted(workspace, "difference", on="a", operand="b", units="as they are")
    assert result.object.y.tolist() == [-499, -498, -497, -496, -495]
    assert result.names != converted.names
    assert 'units="as they are"' in workspace.script(result.names[0])
    assert "units=" not in workspace.script(converted.names[0])
    assert workspace.history(result.names[0])[0].units == "as they are"
    again = noted(workspace, "difference", on="a", operand="b", units="as they are")
    assert again.names == result.names


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("counts", "ADU", "isn't known"),
        ("counts", "V", "isn't known"),
        ("°C", "K", "never converted"),
        ("degC", "°F", "never converted"),
        ("dB", "%", "never converted"),
        ("dBm", "mW", "never converted"),
    ],
)
def test_what_cannot_be_converted_is_computed_as_datalab_does_and_noted(
    workspace: Workspace, first: str, second: str, why: str
) -> None:
    workspace.add({"a": signal([5] * 5, first), "b": signal([2] * 5, second)})
    result = noted(workspace, "difference", on="a", operand="b")
    assert result.object.y.tolist() == [3.0] * 5
    assert result.object.yunit == first
    (note,) = result.notes
    assert first in note.text
    assert second in note.text
    assert why in note.text


@pytest.mark.parametrize(("first", "second"), [("V", ""), ("", "V"), ("mV", ""), ("counts", "")])
def test_an_operand_without_a_unit_is_taken_in_the_others(
    workspace: Workspace, first: str, second: str
) -> None:
    workspace.add({"a": signal([5] * 5, first), "b": signal([2] * 5, second)})
    result = noted(workspace, "difference", on="a", operand="b")
    assert result.object.y.tolist() == [3.0] * 5
    assert result.object.yunit == first + second
    nameless = "a" if not first else "b"
    assert result.notes[0].text.startswith(f"'{nameless}' has no unit for y")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("V", "V"), ("", ""), ("counts", "counts"), ("°C", "°C"), ("dB", "dB"), ("dBm", "dBm")),
        *(("us", "µs"), ("µs", "\N{GREEK SMALL LETTER MU}s"), ("Ohm", "Ω"), ("V²/Hz", "V^2/Hz")),
        *(("1/cm", "cm-1"), ("a.u.", "a.u."), ("kHz", "1/ms")),
    ],
)
def test_equal_units_are_quiet_in_whatever_spelling(
    workspace: Workspace, first: str, second: str
) -> None:
    workspace.add({"a": signal([5] * 5, first), "b": signal([2] * 5, second)})
    assert quietly(workspace, "difference", on="a", operand="b").object.yunit == first
    quietly(workspace, "addition", on=["a", "b"])
    workspace.add({"i": image(first), "j": image(second)})
    assert quietly(workspace, "difference", on="i", operand="j").object.zunit == first


@pytest.mark.parametrize("function", ["product", "division", "convolution", "interpolate"])
def test_products_and_quotients_of_any_units_are_quiet(workspace: Workspace, function: str) -> None:
    workspace.add({"a": signal([5] * 5), "b": signal([2, 3, 4, 3, 2], "mV")})
    operands: Any = {"on": ["a", "b"]} if function == "product" else {"on": "a", "operand": "b"}
    quietly(workspace, function, **operands)


def test_a_phase_in_degrees_is_taken_as_one(workspace: Workspace) -> None:
    workspace.add({"r": signal([2] * 5), "p": signal([0, 90, 180, 270, 360], "°")})
    wanted = [2, 2j, -2, -2j, 2]
    given = quietly(workspace, "complex_from_magnitude_phase", on="r", operand="p", unit="°").object
    np.testing.assert_allclose(given.y, wanted, atol=1e-12)
    said = noted(workspace, "complex_from_magnitude_phase", on="r", operand="p", unit="rad").object
    np.testing.assert_allclose(said.y, wanted, atol=1e-12)


def test_units_can_only_be_as_they_are(workspace: Workspace) -> None:
    workspace["a"] = signal([1] * 5)
    with pytest.raises(ParameterError, match='must be "as they are"'):
        workspace.calc("difference", on="a", operand="a", units="SI")


def test_two_images_are_computed_pixel_by_pixel_whatever_their_axes_are_in(
    workspace: Workspace,
) -> None:
    workspace.add({"i": image(), "j": image(units=("um", "um"))})
    quietly(workspace, "difference", on="i", operand="j")


def test_what_is_said_stays_in_a_file(workspace: Workspace, tmp_path: Any) -> None:
    workspace.add({"a": signal([1] * 5), "b": signal([500] * 5, "mV")})
    name = noted(workspace, "difference", on="a", operand="b").names[0]
    said = workspace.notes(name)
    workspace.load(workspace.save(tmp_path / "w.h5"), overwrite=True)
    assert workspace.notes(name) == said
    assert workspace[name].yunit == "V"


@pytest.mark.parametrize("function", ["fft", "magnitude_spectrum", "phase_spectrum", "psd"])
def test_regions_in_seconds_are_not_in_a_spectrum(workspace: Workspace, function: str) -> None:
    with_region = signal(np.sin(np.arange(512.0)), x=np.arange(512.0))
    with_region.roi = create_signal_roi([100.0, 300.0])
    workspace["a"] = with_region
    assert noted(workspace, function, on="a").object.roi is None


# -- calibration ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axis", "letter"), [("x", "xunit"), ("y", "yunit")], ids=["along x", "of the values"]
)
def test_calibration_says_what_it_goes_to(workspace: Workspace, axis: str, letter: str) -> None:
    workspace["a"] = signal([1, 2, 3, 4, 5])
    result = quietly(workspace, "calibration", on="a", axis=axis, a=1000.0, units="mUnit")
    assert getattr(result.object, letter) == "mUnit"
    assert 'units="mUnit"' in workspace.script(result.name)


def test_the_values_of_an_image_are_calibrated_to_a_unit(workspace: Workspace) -> None:
    workspace["a"] = image()
    result = quietly(workspace, "calibration", on="a", axis="z", a1=2.0, units="lx")
    assert result.object.zunit == "lx"


@pytest.mark.parametrize("parameters", [{"a": 1000.0}, {"axis": "x", "a": 0.5, "b": 2.0}])
def test_a_new_scale_with_the_unit_of_the_old_one_is_noted(
    workspace: Workspace, parameters: dict[str, Any]
) -> None:
    workspace["a"] = signal([1, 2, 3, 4, 5])
    result = noted(workspace, "calibration", on="a", **parameters)
    assert "which still says" in str(result.notes[0])


@pytest.mark.parametrize("parameters", [{"b": 5.0}, {"a": 0.98, "units": "V"}, {}])
def test_a_shift_and_a_scale_that_keeps_its_unit_are_quiet(
    workspace: Workspace, parameters: dict[str, Any]
) -> None:
    workspace["a"] = signal([1, 2, 3, 4, 5])
    result = quietly(workspace, "calibration", on="a", **parameters)
    assert result.object.yunit == "V"


def test_calibration_of_numbers_without_a_unit_is_quiet(workspace: Workspace) -> None:
    workspace["a"] = signal([1, 2, 3, 4, 5], "")
    quietly(workspace, "calibration", on="a", a=2.0)
