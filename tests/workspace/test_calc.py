"""``workspace.calc``: what comes of each kind of function, and that all or nothing happens."""

import numpy as np
import pandas as pd
import pytest
from sigima import create_image, create_image_roi, create_signal, create_signal_roi
from sigima.objects import GeometryResult, TableResult
from sigima.params import GaussianParam

from datalab_kernel import Plotter, Workspace
from datalab_kernel.compute import read_record
from datalab_kernel.errors import (
    ComputationError,
    NothingSelectedError,
    ObjectNotFoundError,
    OperandError,
    ParameterError,
    UnknownFunctionError,
)

X = np.linspace(0, 10, 201)


def peak(title="", center=5.0, n=201):
    x = np.linspace(0, 10, n)
    y = np.exp(-((x - center) ** 2))
    return create_signal(title, x, y, units=("s", "V"), labels=("Time", "Voltage"))


def spots():
    y, x = np.mgrid[:64, :64]
    data = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / 8) for a, b in ((16, 20), (45, 40)))
    return create_image("", 100 * data, units=("mm", "mm", "lx"))


@pytest.fixture
def workspace():
    return Workspace("standalone")


@pytest.fixture
def measured(workspace):
    workspace.add({"a": peak(), "b": peak(center=4), "img": spots()})
    return workspace


# -- every pattern ----------------------------------------------------------------------------


def test_a_function_makes_one_object_of_one(measured):
    result = measured.calc("gaussian_filter", on="a", sigma=2)
    assert result.names == ("gaussian_filter(a)|sigma=2.0",)
    obj = measured[result.name]
    assert (obj.xunit, obj.yunit, obj.xlabel) == ("s", "V", "Time")
    assert obj.y.max() < 1


def test_several_objects_give_a_result_each(measured):
    assert measured.calc("derivative", on=["b", "a"]).names == ("derivative(b)", "derivative(a)")
    assert measured.calc("absolute", on="?").names == ("absolute(a)", "absolute(b)")


def test_a_function_makes_one_object_of_several(measured):
    result = measured.calc("addition", on=["a", "b"])
    assert result.names == ("Σ(a, b)",)
    np.testing.assert_array_equal(measured["Σ(a, b)"].y, measured["a"].y + measured["b"].y)


def test_a_function_makes_one_object_of_each_group(workspace):
    for name in "abcd":
        workspace.add(name, peak(), group="left" if name in "ab" else "right")
    assert workspace.calc("average", on="?").names == ("µ(a, b)", "µ(c, d)")
    assert workspace.list(group="left") == ["a", "b", "µ(a, b)"]
    assert workspace.list(group="right") == ["c", "d", "µ(c, d)"]


def test_one_object_alone_cant_be_gathered(measured):
    with pytest.raises(OperandError, match="makes one object of several.*only 'a'"):
        measured.calc("addition", on="a")


def test_a_function_takes_a_second_object(measured):
    assert measured.calc("difference", on="a", operand="b").names == ("a-b",)
    np.testing.assert_array_equal(measured["a-b"].y, measured["a"].y - measured["b"].y)


def test_one_operand_serves_all_and_several_serve_pairwise(workspace):
    workspace.add({"a1": peak(), "a2": peak(), "b1": peak(), "b2": peak()})
    assert workspace.calc("difference", on="a?", operand="b1").names == ("a1-b1", "a2-b1")
    assert workspace.calc("difference", on="a?", operand="b?").names == ("a1-b1", "a2-b2")


def test_an_operand_may_be_there_for_several_of_a_list(workspace):
    workspace.update({f"{name}{number}": np.full(3, number) for name in "ab" for number in (1, 2)})
    workspace["a3"] = np.full(3, 3.0)
    result = workspace.calc("difference", on="a*", operand=["b1", "b1", "b2"])
    assert [obj.y[0] for obj in result.objects] == [0, 1, 1]
    with pytest.raises(OperandError, match="was given 2"):
        workspace.calc("difference", on="a1", operand=["b1", "b1"])


def test_pairs_go_to_a_group_of_their_own_as_in_datalab(workspace):
    workspace.add({"a1": peak(), "a2": peak(), "b1": peak(), "b2": peak()})
    workspace.calc("difference", on="a?", operand="b?")
    assert workspace.list(group="difference[...]") == ["a1-b1", "a2-b2"]


def test_an_object_may_be_its_own_operand(measured):
    measured.calc("difference", on="a", operand="a")
    record = read_record(measured["a-a"])
    assert record.source_uuids == (measured["a"].metadata["__uuid"],) * 2


def test_arithmetic_of_images_says_its_formula(measured):
    measured["dark"] = spots()
    result = measured.calc("arithmetic", on="img", operand="dark", operator="-", factor=2)
    assert result.names == ("obj3 = (img - dark) \N{MULTIPLICATION SIGN} 2.0",)


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"on": "a"}, "takes a second object. Give it by operand="),
        ({"on": ["a", "b"], "operand": ["a", "b", "c"]}, "takes 1 operand for all or 2"),
        ({"on": "a", "operand": "img"}, "can't run on signals and images together: 'a', 'img'"),
        ({"on": ["a", "img"]}, "can't run on signals and images together: 'a', 'img'"),
        ({"on": []}, "nothing to compute in an empty list"),
    ],
)
def test_objects_that_dont_go_together_are_an_error(measured, keywords, text):
    measured["c"] = peak()
    with pytest.raises(OperandError, match=f"(?s){text}"):
        measured.calc("difference", **keywords)


def test_an_operand_that_isnt_taken_is_an_error(measured):
    with pytest.raises(OperandError, match="absolute takes no operand"):
        measured.calc("absolute", on="a", operand="b")


def test_signals_on_different_grids_meet_on_the_coarsest(measured):
    measured["coarse"] = peak(n=11)
    result = measured.calc("difference", on="a", operand="coarse")
    assert len(measured[result.name].x) == 11
    np.testing.assert_allclose(measured[result.name].y, 0, atol=1e-12)


def test_an_analysis_goes_into_its_object_under_datalabs_key(measured):
    result = measured.calc("fwhm", on="a")
    assert result.names == ("a",)
    table = measured["a"].metadata["Geometry_fwhm_dict"]
    assert GeometryResult.from_dict(table).func_name == "fwhm"
    assert result.geometry["a"].coords[0][0] == pytest.approx(5 - np.sqrt(np.log(2)), abs=0.05)
    assert measured.results("a", "fwhm")["Δx"][0] == pytest.approx(2 * np.sqrt(np.log(2)), abs=0.05)


def test_an_analysis_again_replaces_its_result(measured):
    measured.calc("x_at_y", on="a", y=0.3)
    measured.calc("x_at_y", on="a", y=0.5)
    assert len(measured.results("a", "x_at_y")) == 1
    assert sum(key.endswith("_dict") for key in measured["a"].metadata) == 1


def test_an_analysis_of_each_region_has_a_row_for_each(measured):
    with measured.edit("a") as signal:
        signal.roi = create_signal_roi([[1, 4], [4, 8]])
    measured.calc("stats", on="a")
    assert set(measured.results("a", "stats")["roi"]) == {pd.NA, 0, 1}


def test_a_detection_can_make_regions_of_what_it_found(measured):
    measured.calc("peak_detection", on="img", size=10, create_rois=True)
    assert len(measured["img"].roi) == 2


def test_an_analysis_that_finds_nothing_says_so(measured):
    result = measured.calc("bandwidth_3db", on="a")
    assert len(result.frame) == 0
    assert "Nothing was found" in result._repr_html_()
    assert not [key for key in measured["a"].metadata if key.startswith(("Table", "Geometry"))]


def test_a_region_becomes_an_object_each(measured):
    with measured.edit("a") as signal:
        signal.roi = create_signal_roi([[1, 4], [4, 8]])
    names = measured.calc("roi_extraction", on="a").names
    assert len(names) == 2
    assert [measured[name].x[0] for name in names] == [1, 4]
    area = create_image_roi("rectangle", [10, 10, 5, 8])
    (cut,) = measured.calc("extract_roi", area, on="img").objects
    assert cut.data.shape == (8, 5)


def test_several_regions_become_one_object(measured):
    regions = create_signal_roi([[1, 2], [4, 5]])
    (name,) = measured.calc("extract_rois", regions, on="a").names
    assert 1 <= measured[name].x[0] < measured[name].x[-1] <= 5


def test_what_datalab_runs_together_runs_together(measured):
    thresholds = measured.calc("all_threshold", on="img").names
    assert len(thresholds) == 7
    assert thresholds[0].startswith("threshold(img)|method=isodata")
    assert len(measured.calc("all_morphology", on="img", radius=2)) == 6
    with pytest.raises(ParameterError, match="each with parameters of its own"):
        measured.calc("all_edges", on="img", sigma=2)


def test_a_table_of_markers_becomes_a_signal(measured):
    measured.calc("peak_detection", on="a")
    (sticks,) = measured.calc("markers_to_signal", on="a").objects
    assert sticks.x[0] == pytest.approx(5)


def test_markers_are_wanted_where_there_are_none(measured):
    with pytest.raises(OperandError, match="extract_peak_positions makes one"):
        measured.calc("markers_to_signal", on="a")


# -- what is given -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "give",
    [
        lambda w: w.calc("gaussian_filter", GaussianParam.create(sigma=3.0), on="a"),
        lambda w: w.calc("gaussian_filter", {"sigma": 3}, on="a"),
        lambda w: w.calc.gaussian_filter(on="a", sigma=3),
        lambda w: w.calc("compute_gaussian_filter", on="a", sigma=3),
        lambda w: w.calc("sigima.signal.gaussian_filter", on="a", sigma=3),
    ],
    ids=["set", "dict", "attribute", "method name", "identifier"],
)
def test_parameters_and_names_may_be_given_in_several_ways(measured, give):
    (first,) = measured.calc("gaussian_filter", on="a", sigma=3).objects
    (second,) = give(measured).objects
    np.testing.assert_array_equal(first.y, second.y)


def test_the_selection_is_acted_on_and_said(measured):
    measured.select("b")
    result = measured.calc("derivative")
    assert repr(result) == "CalcResult(derivative on the selection, 'b': 'derivative(b)')"
    assert "derivative on the selection, &#x27;b&#x27;" in result._repr_html_()
    assert result.is_of_selection
    assert measured.calc("integral").on == ("derivative(b)",)


def test_what_was_named_is_no_selection(measured):
    result = measured.calc("derivative", on="b")
    assert repr(result) == "CalcResult(derivative on 'b': 'derivative(b)')"
    assert not result.is_of_selection


def test_with_nothing_selected_on_is_asked_for(workspace):
    with pytest.raises(NothingSelectedError, match="on="):
        workspace.calc("fft")


def test_a_result_is_what_the_next_step_acts_on(measured):
    result = measured.calc("absolute", on=measured.calc("derivative", on=["a", "b"]))
    assert result.names == ("absolute(derivative(a))", "absolute(derivative(b))")


def test_values_are_widened_without_loss_and_the_result_says_so(workspace):
    workspace["img"] = np.full((4, 4), 2**32 - 1, np.uint32)
    result = workspace.calc("absolute", on="img")
    assert result.conversions == {"img": "uint32 to float64"}
    assert repr(result).endswith("'absolute(img)', computed as uint32 to float64)")
    assert result._repr_html_().count("uint32 to float64") == 1
    assert workspace[result.name].data.max() == 2**32 - 1
    assert workspace["img"].data.dtype == np.uint32


def test_the_sources_are_never_changed(measured):
    before = {name: obj.data.copy() for name, obj in measured.items()}
    measured.calc("normalize", on="a")
    measured.calc("denoise_bilateral", on="img")  # a compiled function that refuses read-only data
    for name, data in before.items():
        np.testing.assert_array_equal(measured[name].data, data)


def test_results_are_independent_of_their_source(measured):
    name = measured.calc("fliph", on="img").name
    with measured.edit(name) as obj:
        obj.data[:] = 0
    assert measured["img"].data.max() > 50


# -- results kept or dropped -------------------------------------------------------------------


def test_results_of_the_source_are_dropped_as_datalab_does(measured):
    measured.calc("centroid", on="img")
    (flipped,) = measured.calc("fliph", on="img").objects
    assert not [key for key in flipped.metadata if key.startswith("Geometry_")]


def test_results_are_kept_and_moved_with_the_pixels_where_asked(measured):
    measured.keep_results = True
    (center,) = measured.calc("centroid", on="img").geometry["img"].coords
    (flipped,) = measured.calc("fliph", on="img").objects
    moved = GeometryResult.from_dict(flipped.metadata["Geometry_centroid_dict"])
    assert moved.coords[0] == pytest.approx((64 - center[0], center[1]))


def test_private_metadata_of_the_source_isnt_inherited(measured):
    with measured.edit("a") as signal:
        signal.metadata.update(note="kept", __colormap="not")
    (result,) = measured.calc("absolute", on="a").objects
    assert result.metadata["note"] == "kept"
    assert "__colormap" not in result.metadata


# -- not stored --------------------------------------------------------------------------------


def test_nothing_is_stored_where_that_is_asked(measured):
    before = list(measured)
    result = measured.calc("derivative", on="a", store=False)
    analysis = measured.calc("stats", on="a", store=False)
    assert list(measured) == before
    assert result.object.title == "derivative(a)"
    assert "Table_stats_dict" not in measured["a"].metadata
    assert isinstance(analysis.tables["a"], TableResult)


def test_what_isnt_stored_goes_on_into_calc_and_plot(measured):
    step = measured.calc("derivative", on="a", store=False)
    step.object.y[:] = 0
    assert measured.calc("absolute", on=step).names == ("absolute(derivative(a))",)
    assert "derivative(a)" in repr(Plotter(measured).plot(step, show=False))


@pytest.fixture
def loose(workspace):
    """Give a result that isn't stored, while something else in the workspace has its name."""
    workspace["a"] = ([0.0, 1.0, 2.0], [1.0, -2.0, 3.0])
    workspace["absolute(a)"] = ([0.0, 1.0, 2.0], [7.0, 7.0, 7.0])
    return workspace.calc("absolute", on="a", store=False)


def test_what_isnt_stored_is_never_taken_for_another_object_of_its_name(workspace, loose):
    assert workspace.get(loose).y.tolist() == [1, 2, 3]
    assert workspace.calc("average", on=["a", loose]).object.y.tolist() == [1, 0, 3]
    both = workspace.calc("addition", on=["absolute(a)", loose]).object
    assert both.y.tolist() == [8, 9, 10]
    difference = workspace.calc("difference", on="absolute(a)", operand=[loose]).object
    assert difference.y.tolist() == [6, 5, 4]


def test_an_analysis_of_what_isnt_stored_is_only_returned(workspace, loose):
    with pytest.raises(OperandError, match="'absolute\\(a\\)' isn't in the workspace.*store=False"):
        workspace.calc("stats", on=loose)
    assert "Table_stats_dict" not in workspace["absolute(a)"].metadata
    analysis = workspace.calc("stats", on=loose, store=False)
    assert analysis.frame["max"].tolist() == [3]
    assert analysis.object.y.tolist() == [1, 2, 3]
    assert workspace.calc("derivative", on=analysis, store=False).on == ("absolute(a)",)


@pytest.mark.parametrize("use", ["select", "results", "remove", "history", "script"])
def test_what_isnt_stored_cant_be_used_as_if_it_were(workspace, loose, use):
    with pytest.raises(OperandError, match="isn't in the workspace"):
        getattr(workspace, use)(loose)
    assert workspace.exists("absolute(a)")


def test_the_history_says_of_what_wasnt_stored(workspace, loose):
    computed = workspace.calc("derivative", on=loose)
    assert workspace.calc("derivative", on=loose).names == computed.names
    (step,) = workspace.history(computed)
    assert step.missing == ("absolute(a) (not stored)",)
    with pytest.raises(ObjectNotFoundError, match="not stored"):
        workspace.script(computed)


def test_patterns_may_be_among_several_names(measured):
    measured["img?"] = np.ones((2, 2))
    measured["img1"] = np.ones((2, 2))
    assert measured.calc("absolute", on=["a*", "a"], store=False).on == ("a",)
    assert measured.calc("absolute", on=["img?", "img1"], store=False).on == ("img?", "img1")
    assert measured.calc("absolute", on=["im*"], store=False).on == ("img", "img?", "img1")
    with pytest.raises(ObjectNotFoundError, match="z"):
        measured.calc("absolute", on=["a", "z*"])


def test_an_object_instead_of_its_name_is_answered_by_what_to_do(measured):
    with pytest.raises(TypeError, match="by their names, not as SignalObj. Add it first"):
        measured.calc("fft", on=measured["a"])


# -- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "keywords", "error"),
    [
        ("ffft", {"on": "a"}, UnknownFunctionError),
        ("fft", {"on": "c"}, ObjectNotFoundError),
        ("gaussian_filter", {"on": "a", "sigma": -1}, ParameterError),
        ("ifft", {"on": "a"}, ComputationError),
        ("stats", {"on": "a", "name": "x"}, OperandError),
        ("absolute", {"on": ["a", "b"], "name": ["only one"]}, OperandError),
        ("gaussian_filter", {"on": "a", "name": " "}, ValueError),
        ("gaussian_filter", {"on": "a", "name": 3}, TypeError),
    ],
)
def test_after_an_error_everything_is_as_before(measured, function, keywords, error):
    before = {name: dict(obj.metadata) for name, obj in measured.items()}
    with pytest.raises(error):
        measured.calc(function, **keywords)
    assert {name: dict(obj.metadata) for name, obj in measured.items()} == before


def test_of_several_objects_the_one_that_failed_is_named(measured):
    measured["complex"] = (X, X * 1j)
    with pytest.raises(ComputationError, match="ifft failed on 'a'.*Nothing was changed") as caught:
        measured.calc("ifft", on=["complex", "a", "b"])
    assert caught.value.names == ["a"]
    assert not measured.exists("ifft(complex)")


def test_parameters_that_dont_fit_each_other_are_an_error_of_parameters(measured):
    with pytest.raises(ParameterError, match="lower must be less"):
        measured.calc("histogram", on="a", lower=2, upper=1)


def test_changes_are_told_once(measured):
    changes = []
    measured.on_change(lambda change: changes.append((change.kind, change.names)))
    measured.calc("absolute", on=["a", "b"])
    measured.calc("absolute", on=["a", "b"])
    measured.calc("stats", on="a")
    names = ("absolute(a)", "absolute(b)")
    assert changes == [("added", names), ("changed", names), ("changed", ("a",))]
