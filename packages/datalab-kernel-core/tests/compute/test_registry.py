"""Which functions there are, and what is said of one that there isn't."""

import pytest

from datalab_kernel.compute import all_functions
from datalab_kernel.compute._registry import find, functions
from datalab_kernel.compute._several import SEVERAL
from datalab_kernel.errors import UnknownFunctionError


def test_all_of_sigimas_functions_are_there():
    sigimas = {
        kind: [f for f in functions(kind).values() if not f.is_own] for kind in ("signal", "image")
    }
    assert {kind: len(found) for kind, found in sigimas.items()} == {"signal": 98, "image": 117}
    assert {f.operation_id.split(".")[0] for found in sigimas.values() for f in found} == {"sigima"}


def test_ours_are_found_beside_sigimas_and_take_no_name_of_theirs():
    ours = {info.name for info in all_functions() if info.is_own}
    assert "savitzky_golay" in ours
    assert find("datalab_kernel.signal.savitzky_golay", "signal").is_own
    theirs = {info.name for info in all_functions() if not info.is_own}
    assert ours.isdisjoint(theirs)


@pytest.mark.parametrize("info", all_functions(), ids=lambda info: f"{info.kind}-{info.name}")
def test_every_function_says_what_it_does(info):
    assert info.summary
    assert "`" not in info.summary
    assert "Args:" not in info.description
    assert "---" not in info.description


def test_the_names_of_parameters_leave_calcs_own_arguments_free():
    own = {"function", "param", "on", "operand", "name", "store"}
    names = {parameter.name for info in all_functions() for parameter in info.parameters}
    assert names.isdisjoint(own)


@pytest.mark.parametrize("name", ["fft", "compute_fft", "sigima.signal.fft"])
def test_a_function_has_datalabs_name_its_methods_and_sigimas(name):
    assert find(name, "signal").name == "fft"


def test_datalabs_peak_detection_of_signals_makes_a_table():
    assert find("peak_detection", "signal").name == "extract_peak_positions"
    assert find("sigima.signal.peak_detection", "signal").pattern == "1-to-1"


def test_an_unknown_name_is_answered_by_the_nearest():
    with pytest.raises(UnknownFunctionError, match="Did you mean 'gaussian_filter'") as caught:
        find("gausian_filter", "image")
    assert caught.value.suggestions[0] == "gaussian_filter"


def test_a_function_of_the_other_kind_is_said_to_be_so():
    with pytest.raises(UnknownFunctionError, match="There is one for images"):
        find("threshold_otsu", "signal")


def test_the_nearest_of_the_other_kind_are_said_where_there_are_no_others():
    with pytest.raises(UnknownFunctionError, match="for images. Did you mean 'threshold_otsu'"):
        find("thresold_otsu", "signal")


@pytest.mark.parametrize("name", ["fit", "polyfit", "multigaussianfit", "multilorentzianfit"])
def test_a_dialog_of_datalabs_is_answered_by_what_to_run_instead(name):
    with pytest.raises(UnknownFunctionError, match="is a dialog in DataLab.*_fit"):
        find(name, "signal")


def test_a_name_that_is_no_text_is_an_error():
    with pytest.raises(UnknownFunctionError, match="must be text"):
        find(3, "signal")


@pytest.mark.parametrize("name", SEVERAL)
def test_what_datalab_runs_together_exists(name):
    several = SEVERAL[name]
    for kind in several.kinds:
        classes = {find(function, kind).paramclass for function in several.functions}
        assert not several.shares_parameters or len(classes) == 1
