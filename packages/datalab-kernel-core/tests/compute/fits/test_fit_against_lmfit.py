"""Weights, ranges, bounds and ties of a fit are lmfit's own; named models are DataLab's curves."""

import numpy as np
import pytest

pytest.importorskip("lmfit", reason="lmfit, which fit asks people to install, isn't here")

import lmfit
from sigima import create_signal, create_signal_roi
from sigima.tools.signal.fitting import FIT_TYPE_MAPPING

from datalab_kernel.compute.fits._dimensions import unit_of
from datalab_kernel.compute.fits._fit import fit_signal
from datalab_kernel.compute.fits._models import model_of
from datalab_kernel.compute.fits._options import options_of
from datalab_kernel.compute.fits._shapes import shapes
from datalab_kernel.objects._results import results_of

T = np.linspace(0, 10, 120)
X = np.linspace(0, 100, 400)
RANDOM = np.random.default_rng(5)
NOISE = RANDOM.normal(size=400)
DY = 0.02 + 0.1 * np.exp(-T / 3)
DECAY = 5 * np.exp(-T / 2) + 1 + DY * NOISE[:120]
PEAKS = 10 * np.exp(-((X - 30) ** 2) / 18) + 4 * np.exp(-((X - 45) ** 2) / 50) + 0.02 * X + 1


def run(signal, model, p0=None, bounds=None, fixed=None):
    return fit_signal(signal, options_of(model, model_of(model), p0, bounds, fixed))


def parameters(curve):
    table = results_of(curve)[0]
    return {row[0]: dict(zip(table.headers, row, strict=True)) for row in table.data}


def statistics(curve):
    table = results_of(curve)[1]
    return dict(zip(table.headers, table.data[0], strict=True))


def decay(x, a, tau, c):
    return a * np.exp(-x / tau) + c


def by_lmfit(x, y, *, ties=None, bounds=None, **options):
    model = lmfit.Model(decay)
    params = model.make_params(a=4, tau=3, c=0)
    for name, (low, high) in (bounds or {}).items():
        params[name].set(min=low, max=high)
    for name, expression in (ties or {}).items():
        params[name].set(expr=expression)
    return model.fit(y, params, x=x, fit_kws={"ftol": 1e-14, "xtol": 1e-14}, **options)


def assert_same(curve, found):
    for name, row in parameters(curve).items():
        expected = found.params[name]
        assert row["value"] == pytest.approx(expected.value, rel=1e-6)
        assert row["uncertainty"] == pytest.approx(expected.stderr, rel=1e-4)
    assert statistics(curve)["chi_square"] == pytest.approx(found.chisqr, rel=1e-9)


def test_without_error_bars_the_scatter_of_the_points_gives_the_uncertainties():
    assert_same(run(create_signal("d", T, DECAY), decay), by_lmfit(T, DECAY))


def test_error_bars_are_weights_and_give_the_uncertainties():
    found = by_lmfit(T, DECAY, weights=1 / DY, scale_covar=False)
    assert_same(run(create_signal("d", T, DECAY, dy=DY), decay), found)


def test_weights_make_tau_scatter_less_as_they_must():
    taus, told = {True: [], False: []}, {}
    dy = 0.02 + np.exp(-T)
    for seed in range(40):
        y = 5 * np.exp(-T / 2) + 1 + dy * np.random.default_rng(seed).normal(size=T.size)
        for is_weighted in (True, False):
            signal = create_signal("d", T, y, dy=dy if is_weighted else None)
            found = parameters(run(signal, decay, [5, 2, 1]))["tau"]
            taus[is_weighted].append(found["value"])
            told[is_weighted] = found["uncertainty"]
    assert np.std(taus[True]) < 0.5 * np.std(taus[False])
    assert np.std(taus[True]) == pytest.approx(told[True], rel=0.35)


def test_only_the_region_of_interest_is_fitted_and_the_curve_ends_there():
    signal = create_signal("d", T, DECAY)
    signal.roi = create_signal_roi([2.0, 7.0])
    inside = ~signal.maskdata[0]
    curve = run(signal, decay)
    assert_same(curve, by_lmfit(T[inside], DECAY[inside]))
    np.testing.assert_array_equal(curve.x, T[inside])
    assert curve.roi is None


def test_between_two_regions_the_curve_goes_on():
    signal = create_signal("d", T, np.where((T > 3) & (T < 4), 100, DECAY))
    signal.roi = create_signal_roi([[1.0, 3.0], [4.0, 9.0]])
    inside = ~signal.maskdata[0]
    curve = run(signal, decay)
    assert_same(curve, by_lmfit(T[inside], DECAY[inside]))
    np.testing.assert_array_equal(curve.x[[0, -1]], T[inside][[0, -1]])
    assert len(curve.x) > inside.sum()


def test_ties_are_lmfits_expressions():
    found = by_lmfit(T, DECAY, ties={"c": "a/5"})
    assert_same(run(create_signal("d", T, DECAY), decay, fixed={"c": "a/5"}), found)


def test_bounds_hold_and_it_is_said_where_the_fit_ends_at_one():
    curve = run(create_signal("d", T, DECAY), decay, bounds={"tau": (None, 1.5)})
    assert parameters(curve)["tau"]["value"] <= 1.5
    [note] = results_of(curve)[0].attrs["datalab_kernel_notes"]
    assert "ended with tau at its bound, 1.5" in note["text"]


def test_bounds_that_dont_bind_change_nothing():
    curve = run(create_signal("d", T, DECAY), decay, bounds={"tau": (0, 20), "a": (None, 90)})
    assert_same(curve, by_lmfit(T, DECAY))


def test_what_is_fixed_stays():
    rows = parameters(run(create_signal("d", T, DECAY), decay, {"a": 5}, None, {"c": 1, "a": None}))
    assert (rows["c"]["value"], rows["a"]["value"]) == (1, 5)
    assert (rows["c"]["uncertainty"], rows["c"]["role"]) == (0, "fixed")
    assert rows["tau"]["value"] == pytest.approx(2, abs=0.1)


def test_peaks_on_a_slope_are_found_without_start_values():
    rows = parameters(run(create_signal("p", X, PEAKS + 0.05 * NOISE), "gaussian+gaussian+linear"))
    assert rows["gaussian1_x0"]["value"] == pytest.approx(30, abs=0.1)
    assert rows["gaussian2_sigma"]["value"] == pytest.approx(5, abs=0.2)
    assert rows["gaussian2_fwhm"]["value"] == pytest.approx(
        2 * np.sqrt(2 * np.log(2)) * rows["gaussian2_sigma"]["value"]
    )
    assert rows["linear_a"]["value"] == pytest.approx(0.02, abs=0.001)
    numbers = {type(row[name]) for row in rows.values() for name in ("value", "uncertainty")}
    assert numbers == {float}


def test_a_sum_of_peaks_alone_has_one_offset():
    assert model_of("lorentzian+lorentzian").parameters[-1] == "y0"
    assert model_of("gaussian+linear").parameters[:3] == (
        "gaussian_amplitude",
        "gaussian_sigma",
        "gaussian_x0",
    )


@pytest.mark.parametrize("name", [name for name, shape in shapes().items() if shape.fit_type])
def test_a_named_model_is_datalabs_curve_for_the_same_parameters(name):
    shape = shapes()[name]
    values = {parameter: 0.3 + 0.4 * place for place, parameter in enumerate(shape.parameters)}
    expected = FIT_TYPE_MAPPING[shape.fit_type].evaluate(T + 0.1, **values)
    np.testing.assert_array_equal(model_of(name).draw(T + 0.1, values), expected)


TRUE = {
    "constant": {"y0": 2.0},
    "linear": {"a": 2.0, "b": -1.0},
    "polynomial3": {"a": 0.1, "b": -1.0, "c": 2.0, "d": 3.0},
    "gaussian": {"amplitude": -3.0, "sigma": 0.7, "x0": 4.0, "y0": 2.0},
    "lorentzian": {"amplitude": 3.0, "sigma": 0.7, "x0": 4.0, "y0": 2.0},
    "voigt": {"amplitude": 3.0, "sigma": 0.7, "x0": 4.0, "y0": 2.0},
    "exponential": {"a": 5.0, "b": -0.5, "y0": 1.0},
    "sinusoidal": {"amplitude": 2.0, "frequency": 0.61, "phase": 0.8, "offset": 1.0},
    "cdf": {"amplitude": 2.0, "mu": 6.0, "sigma": 1.2, "baseline": 3.0},
    "sigmoid": {"amplitude": -2.0, "k": 2.5, "x0": 4.0, "offset": 1.0},
    "planckian": {"amp": 4.0, "x0": 3.0, "sigma": 1.0, "y0": 0.5},
    "twohalfgaussian": {
        "amp_left": 3.0,
        "amp_right": 2.0,
        "sigma_left": 0.8,
        "sigma_right": 1.5,
        "x0": 4.02,
        "y0_left": 0.0,
        "y0_right": 1.0,
    },
}


@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e6])
@pytest.mark.parametrize("name", [name for name in TRUE if name != "twohalfgaussian"])
def test_a_named_model_is_found_whatever_the_scale_of_x(name, scale):
    """Of noiseless data, without start values; the curve is right, so are its parameters."""
    y = model_of(name).draw(T + 0.1, TRUE[name])
    curve = run(create_signal("s", (T + 0.1) * scale, y), name)
    np.testing.assert_allclose(curve.y, y, rtol=0, atol=1e-6 * np.ptp(y) + 1e-9)


def test_two_half_gaussians_are_found():
    y = model_of("twohalfgaussian").draw(T, TRUE["twohalfgaussian"]) + 0.01 * NOISE[: T.size]
    rows = parameters(run(create_signal("s", T, y), "twohalfgaussian"))
    assert rows["sigma_right"]["value"] == pytest.approx(1.5, abs=0.05)


def test_an_exponential_tells_its_time_constant():
    rows = parameters(run(create_signal("d", T, DECAY, dy=DY, units=("ns", "V")), "exponential"))
    direct = parameters(run(create_signal("d", T, DECAY, dy=DY, units=("ns", "V")), decay))
    for column in ("value", "uncertainty"):
        assert rows["tau"][column] == pytest.approx(direct["tau"][column], rel=1e-5)
    assert (rows["tau"]["unit"], rows["b"]["unit"]) == ("ns", "1/ns")


def test_units_follow_from_how_a_model_scales_whatever_it_is():
    signal = create_signal("d", T, DECAY, units=("ns", "V"))
    units = {name: row["unit"] for name, row in parameters(run(signal, decay)).items()}
    assert units == {"a": "V", "tau": "ns", "c": "V"}
    stretched = parameters(run(signal, "a*exp(-(x/tau)**n)+c+slope*x"))
    assert {name: row["unit"] for name, row in stretched.items()} == {
        "a": "V",
        "tau": "ns",
        "n": "",
        "c": "V",
        "slope": "V/ns",
    }


def test_a_unit_that_isnt_known_is_none():
    signal = create_signal("d", T, DECAY, units=("ns", "V"))
    units = {name: row["unit"] for name, row in parameters(run(signal, "a+b*cos(x/2)")).items()}
    assert units == {"a": "", "b": ""}
    assert unit_of((-1, 1), "s", "") == ""


def test_lmfit_and_sigima_can_draw_the_curve_elsewhere():
    curve = run(create_signal("d", T, DECAY), "exponential")
    from sigima.proc.signal import evaluate_fit

    longer = create_signal("l", np.linspace(0, 20, 50), np.zeros(50))
    found = evaluate_fit(curve, longer)
    rows = {name: row["value"] for name, row in parameters(curve).items() if name != "tau"}
    np.testing.assert_array_equal(found.y, model_of("exponential").draw(longer.x, rows))


@pytest.mark.parametrize(
    ("text", "is_compiled"),
    [
        ("a*exp(-x/tau)+c", True),
        ("a*sin(2*pi*x+b)**2", True),
        ("where(x < b, a, 0)*x", False),
        ("a*x.real", False),
        ("a*open(x)", False),
    ],
)
def test_arithmetic_is_compiled_and_the_rest_is_left_to_lmfits_interpreter(
    text: str, is_compiled: bool
) -> None:
    from lmfit.models import ExpressionModel

    from datalab_kernel.compute.fits._models import _compiled

    model = ExpressionModel(text)
    draw = _compiled(model, text)
    assert (draw is not None) == is_compiled
    if draw is not None:
        x = np.linspace(0.1, 2, 50)
        values = {"a": 2.0, "b": 0.3, "c": 1.0, "tau": 0.7}
        given = {name: values[name] for name in model.param_names}
        np.testing.assert_array_equal(draw(x, given), model.func(x=x, **given))


def test_a_fit_of_three_parameters_draws_few_curves():
    drawn = []

    def counted(x, a, tau, c):
        drawn.append((a, tau, c))
        return decay(x, a, tau, c)

    run(create_signal("", T, DECAY), counted, p0={"a": 4, "tau": 3, "c": 0})
    found = lmfit.Model(decay).fit(DECAY, x=T, a=4, tau=3, c=0)
    assert len(drawn) <= 2 * found.nfev, "9 of them are a sample that tells the units"


@pytest.mark.parametrize(("center", "sigma"), [(1332, 2), (1004, 3), (15_000, 0.5), (30, 4)])
def test_a_narrow_peak_far_from_zero_has_its_units(center, sigma):
    x = np.linspace(center - 100 * sigma, center + 100 * sigma, 1024)
    y = 30 / (1 + ((x - center) / sigma) ** 2) + 5 + np.resize(NOISE, 1024)
    signal = create_signal("line", x, y, units=("nm", "counts"))
    found = parameters(run(signal, "lorentzian+constant"))
    assert {name: row["unit"] for name, row in found.items()} == {
        "lorentzian_amplitude": "counts",
        "lorentzian_sigma": "nm",
        "lorentzian_x0": "nm",
        "constant_y0": "counts",
        "lorentzian_fwhm": "nm",
    }
