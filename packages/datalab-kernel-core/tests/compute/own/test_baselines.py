"""Baselines: pybaselines' values, regions, what is refused, and what is said."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from pybaselines import Baseline
from sigima import create_signal, create_signal_roi

from datalab_kernel.compute import (
    Request,
    Source,
    _pool,
    plan,
    prepared,
    read_record,
    run,
    run_all,
)
from datalab_kernel.compute._jobs import ahead
from datalab_kernel.compute.own._baselines import METHODS
from datalab_kernel.errors import MissingPackageError, OperandError, ParameterError

X = np.linspace(200, 1800, 401)
TRUE = 100 + 0.02 * X + 40 * np.sin(X / 500)
PEAKS = sum(h * np.exp(-(((X - c) / 12) ** 2)) for h, c in ((300, 520), (150, 1100), (80, 1350)))
Y = TRUE + PEAKS + np.random.default_rng(3).normal(0, 2, X.size)


def run_on(signal: Any, function: str = "baseline_removal", **parameters: Any) -> Any:
    source = Source(name="raman", kind="signal", load=lambda: signal, group="")
    request = Request(name=function, kind="signal", sources=[source], keywords=parameters)
    (job,) = prepared(plan(request))
    return run(job)


def spectrum(y: Any = Y, x: Any = X, **more: Any) -> Any:
    return create_signal("raman", x, y, units=("1/cm", "counts"), **more)


@pytest.mark.parametrize("method", METHODS)
def test_values_are_pybaselines_with_its_defaults(method: str) -> None:
    given = {"half_window": 20} if METHODS[method][0] == "half_window" else {}
    theirs = {"max_half_window" if method == "snip" else name: 20 for name in given}
    expected = getattr(Baseline(X), method)(Y, **theirs)[0]
    run_on(spectrum(5 * Y[::-1]), "baseline", method=method, **given)  # on the same x, before
    found = run_on(spectrum(), "baseline", method=method, **given).obj
    np.testing.assert_array_equal(found.y, expected)
    np.testing.assert_array_equal(found.x, X)
    assert (found.xunit, found.yunit) == ("1/cm", "counts")
    removed = run_on(spectrum(), method=method, **given).obj
    np.testing.assert_array_equal(removed.y, Y - expected)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("asls", {"lam": 1e4, "p": 0.02, "diff_order": 1, "max_iter": 9, "tol": 1e-2}),
        ("drpls", {"lam": 1e5, "eta": 0.3}),
        ("imodpoly", {"poly_order": 4, "tol": 1e-4, "max_iter": 99}),
        ("quant_reg", {"poly_order": 3, "quantile": 0.1}),
    ],
)
def test_parameters_are_handed_on(method: str, given: Any) -> None:
    expected = getattr(Baseline(X), method)(Y, **given)[0]
    found = run_on(spectrum(), "baseline", method=method, **given).obj
    np.testing.assert_array_equal(found.y, expected)


def test_the_baseline_that_was_added_is_found() -> None:
    found = run_on(spectrum(), "baseline", method="arpls", lam=1e5).obj
    assert np.sqrt(np.mean((found.y - TRUE) ** 2)) < 3


def test_a_falling_axis_has_the_same_baseline() -> None:
    falling = spectrum(Y[::-1].copy(), X[::-1].copy())
    found = run_on(falling, "baseline", method="modpoly").obj
    rising = run_on(spectrum(), "baseline", method="modpoly").obj
    np.testing.assert_allclose(found.y[::-1], rising.y, rtol=1e-9)


def test_error_bars_stay_and_a_baseline_has_none() -> None:
    signal = spectrum(dy=np.full(X.size, 2.0))
    np.testing.assert_array_equal(run_on(signal).obj.dy, 2.0)
    assert run_on(signal, "baseline").obj.dy is None


def test_a_spectrum_on_other_x_or_with_other_parameters_is_computed_anew() -> None:
    for x, order in ((X, 2), (X, 3), (X**2, 3), (X[:300], 3), (X, 2)):
        y = Y[: len(x)]
        found = run_on(spectrum(y, x), "baseline", method="modpoly", poly_order=order).obj
        np.testing.assert_array_equal(found.y, Baseline(x).modpoly(y, poly_order=order)[0])


def test_of_regions_only_is_computed_and_the_rest_stays() -> None:
    signal = spectrum()
    signal.roi = create_signal_roi([400.0, 1500.0])
    inside = ~signal.maskdata[1]
    expected = Baseline(X[inside]).arpls(Y[inside])[0]
    removed = run_on(signal).obj
    np.testing.assert_array_equal(removed.y[inside], Y[inside] - expected)
    np.testing.assert_array_equal(removed.y[~inside], Y[~inside])
    found = run_on(signal, "baseline").obj
    np.testing.assert_array_equal(found.x, X[inside])
    np.testing.assert_array_equal(found.y, expected)
    assert found.roi is None


def test_what_ends_before_its_tolerance_is_noted() -> None:
    (note,) = run_on(spectrum(), method="arpls", max_iter=2, tol=1e-9).notes
    assert "by arpls ended after 3 iterations" in note.text
    assert "max_iter=" in note.advice
    assert not run_on(spectrum(), method="arpls").notes
    assert not run_on(spectrum(), method="snip", half_window=20).notes


def test_the_title_and_the_record_say_how() -> None:
    output = run_on(spectrum(), method="asls", p=0.02, lam=1e6)
    assert output.obj.title == "baseline_removal(raman)|asls, p=0.02, lam=1e+06"
    record = read_record(output.obj)
    assert record is not None
    assert set(record.versions) == {"sigima", "datalab-kernel", "pybaselines"}


def test_a_parameter_of_another_method_is_refused() -> None:
    with pytest.raises(ParameterError, match="arpls takes no p and no poly_order, but lam, diff"):
        run_on(spectrum(), method="arpls", poly_order=3, p=0.1)
    with pytest.raises(ParameterError, match="method must be 'arpls' or 'asls'"):
        run_on(spectrum(), method="alps")


def test_complex_and_missing_values_are_refused_with_what_to_do() -> None:
    with pytest.raises(OperandError, match="is complex.*calc\\('absolute'"):
        run_on(spectrum(1j * Y))
    with pytest.raises(OperandError, match="1 of 401 values.*replace_special_values"):
        run_on(spectrum(np.where(X[7] == X, np.nan, Y)))


def test_without_pybaselines_one_error_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setitem(sys.modules, "pybaselines", None)
    with pytest.raises(
        MissingPackageError, match="needs the package pybaselines.*Install"
    ) as caught:
        run_on(spectrum())
    assert caught.value.package == "pybaselines"


def jobs_on(spectra: list[Any], function: str = "baseline_removal", **parameters: Any) -> list[Any]:
    sources = [
        Source(name=f"raman {place}", kind="signal", load=lambda one=one: one, group="")
        for place, one in enumerate(spectra)
    ]
    return plan(Request(name=function, kind="signal", sources=sources, keywords=parameters))


@pytest.mark.parametrize("function", ["baseline", "baseline_removal"])
def test_of_many_each_has_what_it_has_alone(function: str) -> None:
    spectra = [spectrum(Y + place * X / 100) for place in range(80)]
    spectra[50].roi = create_signal_roi([500.0, 900.0])
    run_on(spectra[0], function, method="imodpoly")  # what it imports takes long
    outputs = run_all(jobs_on(spectra, function, method="imodpoly"), "Computing:")
    for place, (output, one) in enumerate(zip(outputs, spectra, strict=True)):
        alone = run_on(one, function, method="imodpoly").obj
        np.testing.assert_array_equal(output.obj.xydata, alone.xydata)
        assert output.obj.title == f"{function}(raman {place})|imodpoly"
        assert output.record.source_names == (f"raman {place}",)


def test_of_many_the_first_that_fails_is_named() -> None:
    spectra = [spectrum(Y + place) for place in range(80)]
    spectra[41] = spectrum(np.where(X > 1000, np.nan, Y))
    spectra[60] = spectrum(Y * 1j)
    run_on(spectra[0], method="imodpoly")
    with pytest.raises(OperandError, match="200 of 401 values"):
        run_all(jobs_on(spectra, method="imodpoly"), "Computing:")


def test_of_many_small_ones_what_takes_long_is_done_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = prepared(jobs_on([spectrum(Y + place) for place in range(80)], method="imodpoly"))
    run(jobs[0])
    seen: list[int] = []
    monkeypatch.setattr(_pool, "_SHORT_S", 60.0)  # also on a machine that stalls
    monkeypatch.setattr(_pool, "ahead", lambda some: seen.append(len(some)) or ahead(some))
    monkeypatch.setattr(_pool, "run", lambda *given: seen.append(1) or run(*given))
    assert len([*_pool.Threads().map(jobs)]) == 80
    assert [count for count in seen if count > 1] == [32, 32, 15]
    assert seen.count(1) == 80


def test_jobs_that_are_not_alike_are_done_one_by_one() -> None:
    ones = jobs_on([spectrum(Y), spectrum(Y + 1)], method="imodpoly")
    others = jobs_on([spectrum(Y)], method="modpoly")
    assert ahead(prepared([*ones, *others])) == [None, None, None]
    assert None not in ahead(prepared(ones))
