"""``workspace.fit``: what it adds, tells and refuses, and how it comes back from files and scripts."""

import pickle
import sys
import warnings

import numpy as np
import pytest

pytest.importorskip("lmfit", reason="lmfit, which fit asks people to install, isn't here")

from sigima import create_signal, create_signal_roi

from datalab_kernel import ComputationWarning, FitResult, Workspace
from datalab_kernel.errors import (
    ComputationError,
    MissingPackageError,
    OperandError,
    ParameterError,
)

T = np.linspace(0, 10, 200)
DECAY = 5 * np.exp(-T / 2) + 1 + np.random.default_rng(0).normal(0, 0.05, T.size)


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace["decay"] = create_signal("", T, DECAY, units=("ns", "V"), labels=("t", "U"))
    workspace.add("image", np.eye(4), group="images")
    return workspace


def lifetime(x, a, tau=1.0, c=0.0):
    return a * np.exp(-x / tau) + c


def test_a_fit_adds_its_curve_with_what_was_found(workspace):
    fit = workspace.fit("decay", "exponential")
    assert isinstance(fit, FitResult)
    assert workspace.list() == ["decay", "fit(decay)|exponential", "image"]
    assert fit.values["tau"] == pytest.approx(2.02, abs=0.01)
    assert fit.uncertainties["tau"] == pytest.approx(0.013, abs=0.001)
    assert fit.units == {"a": "V", "b": "1/ns", "y0": "V", "tau": "ns"}
    assert fit.statistics["points"] == 200
    assert (
        fit.correlations.loc["a", "b"]
        == fit.correlations.loc["b", "a"]
        == pytest.approx(-0.397, abs=0.001)
    )
    assert repr(fit).startswith(
        "FitResult(fit(decay)|exponential: a = 4.992 ± 0.015 V, b = -0.4950"
    )


def test_its_tables_are_results_like_any_other(workspace):
    fit = workspace.fit("decay", "exponential")
    frame = workspace.results(fit, "fit").set_index("parameter")
    assert frame.loc["tau", "value"] == fit.values["tau"]
    assert frame.loc["tau", "unit"] == "ns"
    assert workspace.results(fit, "fit_statistics")["points"].tolist() == [200]
    assert len(workspace.results(fit, "fit_correlations")) == 3
    assert fit.frame["parameter"].tolist() == ["a", "b", "y0", "tau"]


def test_the_curve_and_the_residuals_are_the_signal(workspace):
    fit = workspace.fit("decay", "exponential")
    np.testing.assert_allclose(fit.object.y + fit.residuals.y, DECAY, rtol=0, atol=1e-12)
    assert (fit.residuals.xunit, fit.residuals.yunit) == ("ns", "V")


def test_the_residuals_end_where_the_region_of_interest_does(workspace):
    with workspace.edit("decay") as signal:
        signal.roi = create_signal_roi([2, 5])
    fit = workspace.fit("decay", "linear")
    inside = ~workspace["decay"].maskdata[0]
    np.testing.assert_array_equal(fit.residuals.x, T[inside])
    np.testing.assert_allclose(fit.object.y + fit.residuals.y, DECAY[inside], atol=1e-12)


def test_a_spectrum_whose_x_falls_is_fitted_as_if_it_rose(workspace):
    workspace["falling"] = create_signal("", T[::-1].copy(), DECAY[::-1].copy())
    for name in ("decay", "falling"):
        with workspace.edit(name) as signal:
            signal.roi = create_signal_roi([2, 5])
    rising, falling = (workspace.fit(name, "linear") for name in ("decay", "falling"))
    assert falling.values == pytest.approx(rising.values, rel=1e-9)
    np.testing.assert_array_equal(falling.object.x[::-1], rising.object.x)
    np.testing.assert_array_equal(falling.residuals.x[::-1], rising.residuals.x)


def test_the_same_fit_again_replaces_it_and_another_is_added(workspace):
    first = workspace.fit("decay", "exponential")
    assert workspace.fit("decay", "exponential").names == first.names
    other = workspace.fit("decay", "exponential", fixed={"y0": 1})
    assert other.names == ("fit(decay)|exponential (2)",)
    assert workspace.fit("decay", "exponential", fixed={"y0": 1}).names == other.names


def test_several_signals_are_fitted_each(workspace):
    workspace["decay 2"] = (T, 3 * np.exp(-T / 4))
    fit = workspace.fit("decay*", "exponential", name=["one", "two"])
    assert fit.names == ("one", "two")
    assert fit.frame.query("parameter == 'tau'")["value"].tolist() == pytest.approx(
        [2.02, 4], abs=0.01
    )
    with pytest.raises(OperandError, match="stands for 2 objects"):
        _ = fit.values


@pytest.mark.parametrize("given", ["a*exp(-x/tau)+c", lifetime])
def test_an_expression_and_a_function_fit_as_the_named_model_does(workspace, given):
    fit = workspace.fit("decay", given)
    assert fit.values["tau"] == pytest.approx(workspace.fit("decay", "exponential").values["tau"])
    assert fit.units["tau"] == "ns"


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("exponential", {}),
        ("a*exp(-x/tau)+c", {"p0": {"tau": 3}, "bounds": {"tau": (0, np.inf)}, "fixed": {"c": 1}}),
        ("exponential+exponential", {"fixed": {"exponential2_b": "2*exponential1_b"}}),
        (lifetime, {"p0": [4, 1, 0], "fixed": ["c"]}),
    ],
)
def test_its_script_gives_it_back(workspace, model, options):
    fit = workspace.fit("decay", model, **options)
    curve, script = fit.object, workspace.script(fit)
    workspace.remove(fit)
    exec(script, {"workspace": workspace, "np": np})
    again = workspace[fit.name]
    np.testing.assert_array_equal(again.y, curve.y)
    assert "workspace.fit(" in script


def test_a_function_without_a_name_has_no_script(workspace):
    fit = workspace.fit("decay", lambda x, a, b: a * x + b)
    with pytest.raises(OperandError, match="written with def, or an expression"):
        workspace.script(fit)


def test_the_history_says_what_was_fitted(workspace):
    [step] = workspace.history(workspace.fit("decay", "exponential", p0={"b": -1}))
    assert (step.function, step.sources) == ("fit", ("decay",))
    assert step.parameters == {"model": "exponential", "p0": {"b": -1.0}}


def test_a_saved_fit_is_the_same_when_loaded(workspace, tmp_path):
    fit = workspace.fit("decay", lifetime, fixed={"c": 1})
    script = workspace.script(fit)
    path = workspace.save(tmp_path / "fit.h5")
    other = Workspace("standalone")
    other.load(path)
    for table in ("fit", "fit_statistics", "fit_correlations"):
        assert other.results(fit.name, table).equals(workspace.results(fit, table))
    assert other.script(fit.name) == script


def test_a_value_that_is_fixed_counts_more_than_the_start_value_of_all(workspace):
    fit = workspace.fit("decay", lifetime, p0=[4, 1, 0], fixed={"c": 1})
    assert fit.values["c"] == 1
    alone = workspace.fit("decay", lifetime, fixed={"c": 1}, name="alone")
    assert fit.values == pytest.approx(alone.values)


def test_what_is_computed_of_a_fit_doesnt_keep_its_tables(workspace):
    fit = workspace.fit("decay", "exponential")
    derivative = workspace.calc("derivative", on=fit)
    assert workspace.results(derivative).empty
    assert len(workspace.fit(fit, "exponential").values) == 4


def test_a_result_can_be_pickled(workspace):
    fit = workspace.fit("decay", "exponential")
    again = pickle.loads(pickle.dumps(fit))
    assert (again.values, again.statistics) == (fit.values, fit.statistics)


def test_it_shows_parameters_and_the_curve(workspace):
    html = workspace.fit("decay", "exponential")._repr_html_()
    assert "tau" in html
    assert "fit(decay)|exponential" in html


# -- what is known to mislead, and what can't be ------------------------------------------


def test_a_fit_that_doesnt_converge_is_kept_and_says_so(workspace, monkeypatch):
    from lmfit import Minimizer

    leastsq = Minimizer.leastsq
    monkeypatch.setattr(
        Minimizer, "leastsq", lambda self, **options: leastsq(self, max_nfev=3, **options)
    )
    with pytest.warns(ComputationWarning, match="didn't converge in"):
        fit = workspace.fit("decay", "exponential", p0={"b": -5.0})
    assert fit.name in workspace
    assert any("didn't converge" in note.text for note in workspace.notes(fit))


def test_parameters_that_only_matter_together_are_said(workspace):
    with pytest.warns(ComputationWarning, match="can't tell the uncertainty of a and b"):
        fit = workspace.fit("decay", "a*b*exp(x*c)")
    assert np.isnan(fit.uncertainties["a"])
    assert fit.uncertainties["c"] > 0


def test_points_without_values_and_error_bars_are_left_out_and_said(workspace):
    dy = np.full(T.size, 0.05)
    dy[3] = 0
    y = DECAY.copy()
    y[5:8] = np.nan
    workspace["holes"] = create_signal("", T, y, dy=dy)
    with pytest.warns(ComputationWarning, match="3 points without a finite value"):
        fit = workspace.fit("holes", "exponential")
    assert fit.statistics["points"] == 196
    assert "1 point whose error bars" in str(workspace.notes(fit))
    assert np.isfinite(fit.object.y).all()


def test_error_bars_that_say_nothing_are_none(workspace):
    workspace["plain"] = create_signal("", T, DECAY, dy=np.zeros(T.size))
    assert workspace.fit("plain", "exponential").statistics["weighted"] == 0


def refusals():
    yield "gausian", {}, ParameterError, "no model 'gausian' .did you mean 'gaussian'"
    yield "a*b", {}, ParameterError, "has no x in it"
    yield "a*exp(-x", {}, ParameterError, "can't be read"
    yield "linear+constant", {}, ParameterError, "can't be told apart"
    yield 3, {}, ParameterError, "a text or a function"
    yield (lambda: 1), {}, ParameterError, "function of"
    yield (lambda x: x), {}, ParameterError, "no parameters but x"
    yield (lambda x, *rest: x + rest[0]), {}, ParameterError, "must name its parameters"
    yield "linear", {"p0": {"c": 1}}, ParameterError, "'c', which is no parameter"
    yield "linear", {"p0": [1]}, ParameterError, "1 values for 2 parameters"
    yield "linear", {"p0": {"a": "x"}}, ParameterError, "must be a number"
    yield "linear", {"bounds": {"a": (2, 1)}}, ParameterError, "must rise"
    yield "linear", {"bounds": {"a": 1}}, ParameterError, "two numbers"
    yield (
        "linear",
        {"bounds": {"a": (0, 1)}, "p0": {"a": 2}},
        ParameterError,
        "more than its bound, 1",
    )
    yield "linear", {"bounds": {"a": (0, 1)}, "fixed": {"a": -2}}, ParameterError, "less than its"
    yield "gaussian", {"p0": {"sigma": -1}}, ParameterError, "p0 of sigma is -1, less than"
    yield "linear", {"p0": {"a": np.inf}}, ParameterError, "must be finite"
    yield "a*x^2", {}, ParameterError, r"which isn't a power: write \*\*"
    yield "a*np.exp(x)", {}, ParameterError, r"by their names alone there: exp\(…\)"
    yield (
        "a*exq(x)",
        {},
        ParameterError,
        "'exq', which is no function of NumPy's .did you mean 'exp'",
    )
    yield "a*exp(-t/tau)", {}, ParameterError, "has no x in it"
    yield "linear", {"fixed": {"a": "b", "b": "a"}}, ParameterError, "back to itself"
    yield "linear", {"fixed": {"a": "nothing*2"}}, ParameterError, "can't be tied"
    yield "linear", {"fixed": ["a", "b"]}, ParameterError, "nothing is left"


@pytest.mark.parametrize(("model", "options", "error", "text"), [*refusals()])
def test_what_cant_be_fitted_is_said_and_changes_nothing(workspace, model, options, error, text):
    before = workspace.list()
    with pytest.raises(error, match=text):
        workspace.fit("decay", model, **options)
    assert workspace.list() == before


@pytest.mark.parametrize("noise", [0.001, 0.05])
@pytest.mark.parametrize("distance", [1.0, 1.2, 4.0])
def test_two_peaks_are_found_also_in_one_hump_and_not_in_the_noise(workspace, distance, noise):
    x = np.linspace(0, 10, 500)
    peaks = [3 * np.exp(-((x - c) ** 2) / 2 / 0.5**2) for c in (4, 4 + distance)]
    scatter = np.random.default_rng(1).normal(0, noise, x.size)
    workspace["humps"] = create_signal("", x, sum(peaks) + 0.5 + scatter)
    fit = workspace.fit("humps", "gaussian+gaussian")
    centres = fit.values["gaussian1_x0"], fit.values["gaussian2_x0"]
    assert sorted(centres) == pytest.approx([4, 4 + distance], abs=0.1)
    assert fit.statistics["reduced_chi_square"] == pytest.approx(noise**2, rel=0.2)


@pytest.mark.parametrize("seed", [1, 7, 25])
def test_a_peak_that_is_hardly_above_the_noise_is_found(workspace, seed):
    x = np.linspace(0, 10, 500)
    scatter = np.random.default_rng(seed).normal(0, 1, x.size)
    workspace["weak"] = create_signal("", x, 1.5 * np.exp(-((x - 7.5) ** 2) / 2 / 0.4**2) + scatter)
    assert workspace.fit("weak", "gaussian").values["x0"] == pytest.approx(7.5, abs=0.5)


def test_an_unknown_model_lists_those_that_there_are(workspace):
    with pytest.raises(ParameterError) as caught:
        workspace.fit("decay", "exponetial")
    assert {"exponential", "gaussian", "voigt"} <= {*caught.value.parameters}


def test_a_signal_that_cant_be_fitted_is_named(workspace):
    workspace["empty"] = (T, np.full(T.size, np.nan))
    workspace["short"] = ([0.0, 1.0], [1.0, 2.0])
    workspace["complex"] = (T, DECAY * 1j)
    with pytest.raises(OperandError, match="'empty' has no finite values"):
        workspace.fit("empty", "linear")
    with pytest.raises(OperandError, match="'short' has 2 finite values for 3 parameters"):
        workspace.fit("short", "exponential")
    with pytest.raises(OperandError, match="'complex' is complex"):
        workspace.fit("complex", "linear")
    with pytest.raises(OperandError, match="'image' is an image"):
        workspace.fit("image", "linear")


def test_of_several_signals_all_or_none_are_fitted(workspace):
    workspace["decay empty"] = (T, np.full(T.size, np.nan))
    before = workspace.list()
    with pytest.raises(OperandError, match="'decay empty' has no finite values"):
        workspace.fit("decay*", "linear")
    assert workspace.list() == before


def test_a_model_that_has_no_values_is_said(workspace):
    with pytest.raises(ComputationError, match="Give others by p0="):
        workspace.fit("decay", "a*log(x-b)", p0={"b": 5}, bounds={"b": (4, 6)})


def test_a_model_that_fails_is_named(workspace):
    def fails(x, a):
        return {}["nothing here"] * x * a

    with pytest.raises(ComputationError, match="nothing here"):
        workspace.fit("decay", fails)


def test_a_function_whose_values_cant_be_those_of_a_signal_is_said(workspace):
    with pytest.raises(ComputationError, match="complex. Give their real part"):
        workspace.fit("decay", lambda x, a: a * np.exp(1j * x))
    with pytest.raises(ComputationError, match=r"shape \(199,\) where x has \(200,\)"):
        workspace.fit("decay", lambda x, a: a * x[1:])


def test_a_function_that_gives_one_number_is_a_constant(workspace):
    fit = workspace.fit("decay", lambda _x, a: a)
    assert fit.values["a"] == pytest.approx(DECAY.mean(), rel=1e-9)


def test_without_lmfit_it_is_said_what_to_install(workspace, monkeypatch):
    monkeypatch.setitem(sys.modules, "lmfit", None)
    with pytest.raises(MissingPackageError, match="Install it with: .*lmfit") as caught:
        workspace.fit("decay", "linear")
    assert caught.value.package == "lmfit"


def test_a_fit_warns_of_nothing_by_itself(workspace):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        workspace.fit("decay", "a*exp(-(x/tau)**n)+c")


def test_an_axis_of_dates_is_fitted_in_seconds_from_its_first(workspace):
    import pandas as pd

    dates = pd.date_range("2026-01-01", periods=T.size, freq="50ms")
    workspace["dated"] = pd.Series(DECAY, index=dates)
    with pytest.warns(ComputationWarning, match="in seconds from 2026-01-01"):
        fit = workspace.fit("dated", "exponential")
    assert fit.values["tau"] == pytest.approx(2.02 * 0.995, abs=0.02)  # noqa: PD011 - a dict
    np.testing.assert_array_equal(fit.object.x, workspace["dated"].x)
    assert workspace.to_pandas(fit.name).index.equals(dates)
