"""How results and functions look, and what Tab and Shift+Tab say of them."""

import inspect

import numpy as np
import pytest

from datalab_kernel import CalcResult, Plotter, Workspace
from datalab_kernel.errors import ObjectNotFoundError, OperandError

X = np.linspace(0, 1, 50)


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace["<b>"] = (X, np.sin(X))
    workspace["c"] = (X, np.cos(X))
    return workspace


# -- results -----------------------------------------------------------------------------------


def test_a_result_shows_its_objects_with_thumbnails(workspace):
    html = workspace.calc("absolute", on=["<b>", "c"])._repr_html_()
    assert html.count("<svg") == 2
    assert "&lt;b&gt;" in html
    assert "<b>)" not in html


def test_a_result_of_an_analysis_shows_its_table(workspace):
    result = workspace.calc("stats", on=["<b>", "c"])
    assert repr(result) == "CalcResult(stats on '<b>', 'c': 2 rows)"
    assert "<td>&lt;b&gt;</td>" in result._repr_html_()
    assert list(result.frame["object"]) == ["<b>", "c"]


def test_a_result_goes_through_its_names(workspace):
    result = workspace.calc("absolute", on=["<b>", "c"])
    assert list(result) == list(result.names)
    assert len(result) == 2
    assert workspace.select(result) == list(result.names)
    assert "Plot of the signals" in repr(Plotter(workspace).plot(result, show=False))


def test_one_of_several_must_be_chosen(workspace):
    result = workspace.calc("absolute", on=["<b>", "c"])
    with pytest.raises(OperandError, match="stands for 2 objects"):
        workspace.get(result)


def test_the_objects_are_those_of_the_workspace_now(workspace):
    result = workspace.calc("absolute", on="c")
    result.object.y[:] = 0
    assert workspace["absolute(c)"].y.max() > 0
    workspace.remove("absolute(c)")
    with pytest.raises(ObjectNotFoundError):
        _ = result.objects
    assert "absolute(c)" in result._repr_html_()


def test_a_result_is_public():
    assert CalcResult.__doc__


# -- one function ------------------------------------------------------------------------------


def test_a_function_has_its_signature(workspace):
    signature = inspect.signature(workspace.calc.moving_average)
    assert str(signature) == (
        "(param=None, *, on=None, name=None, store=True, n=3, mode='reflect') -> 'CalcResult'"
    )
    assert "operand" in inspect.signature(workspace.calc.difference).parameters
    value = inspect.signature(workspace.calc.addition_constant).parameters["value"]
    assert value.default is inspect.Parameter.empty


def test_a_function_has_a_docstring_with_its_parameters(workspace):
    text = inspect.getdoc(workspace.calc.gaussian_filter)
    assert "sigma : float, at least 0, default 1.0" in text
    assert ":py:" not in text
    assert "Args:" not in text


@pytest.mark.parametrize("name", ["gaussian_filter", "all_edges", "roi_extraction", "fwhm"])
def test_every_function_is_an_attribute(workspace, name):
    assert name in dir(workspace.calc)
    assert getattr(workspace.calc, name).__name__ == name


def test_each_has_a_signature_and_a_docstring(workspace):
    for name in dir(workspace.calc):
        function = getattr(workspace.calc, name)
        assert "on" in inspect.signature(function).parameters
        assert "Parameters\n----------" in function.__doc__


def test_what_isnt_a_function_isnt_an_attribute(workspace):
    assert not hasattr(workspace.calc, "gausian_filter")
    assert not hasattr(workspace.calc, "_private")
    with pytest.raises(AttributeError, match="Did you mean 'gaussian_filter'"):
        _ = workspace.calc.gausian_filter
    with pytest.raises(
        AttributeError, match="no function 'thresold_otsu'. Did you.*threshold_otsu"
    ):
        _ = workspace.calc.thresold_otsu
    with pytest.raises(AttributeError, match="dialog in DataLab"):
        _ = workspace.calc.polyfit


def test_datalabs_other_names_are_attributes_too(workspace):
    assert workspace.calc.compute_fft(on="c").names == ("fft(c)",)


# -- all functions -----------------------------------------------------------------------------


def test_functions_are_found_by_name_pattern_and_description(workspace):
    assert [info.name for info in workspace.functions("fft", kind="signal")] == ["fft"]
    assert "gaussian_fit" in [info.name for info in workspace.functions("*_fit")]
    assert "canny" in [info.name for info in workspace.functions("CANNY filter", kind="image")]
    assert "ifft" in [info.name for info in workspace.functions("fourier", kind="signal")]
    assert {info.group for info in workspace.functions()} >= {"filtering", "threshold", "fitting"}
    assert len(workspace.functions("no such thing")) == 0
    assert len([info for info in workspace.functions() if not info.is_own]) == 223


def test_functions_show_as_a_table_to_search_in(workspace):
    html = workspace.functions()._repr_html_()
    assert html.count("<tr>") == len(workspace.functions()) + 1
    assert 'type="search"' in html
    assert "cut0 (float, in Hz, at least 0, not 0, default from the object)" in html


def test_functions_are_a_sequence(workspace):
    table = workspace.functions(kind="image")
    assert table[0].kind == "image"
    assert len(table[:3]) == 3
    assert repr(workspace.functions("fwhm")).startswith("fwhm(method, xmin, xmax) for signals: ")
    assert "more: workspace.functions" in repr(table)


def test_a_pattern_that_is_no_text_is_an_error(workspace):
    with pytest.raises(TypeError, match="must be text or None, not int"):
        workspace.functions(3)


def test_a_kind_that_isnt_is_an_error(workspace):
    with pytest.raises(ValueError, match="'signal', 'image' or None"):
        workspace.functions(kind="movie")
