"""Functions are found by the words that people of the field look for."""

import pytest

from datalab_kernel import Workspace
from datalab_kernel.compute import all_functions
from datalab_kernel.compute._synonyms import _CALLED
from datalab_kernel.errors import UnknownFunctionError


@pytest.fixture
def found():
    workspace = Workspace("standalone")
    return lambda *given, **more: {info.name for info in workspace.functions(*given, **more)}


@pytest.mark.parametrize(
    ("word", "kind", "name"),
    [
        ("smooth", "signal", "moving_average"),
        ("Smoothing", "image", "gaussian_filter"),
        ("background", "signal", "detrending"),
        ("background", "image", "white_tophat"),
        ("baseline correction", "signal", "detrending"),
        ("crop", "image", "extract_roi"),
        ("snr", "signal", "stats"),
        ("signal to noise", "image", "stats"),
        ("subtract", "signal", "difference"),
        ("lifetime", "signal", "exponential_fit"),
        ("segmentation", "image", "threshold_otsu"),
        ("normalise", "image", "normalize"),
    ],
)
def test_a_word_of_the_field_finds_functions(found, word, kind, name):
    assert name in found(word, kind)


def test_words_find_no_more_than_they_mean(found):
    assert found("crop") == {"extract_roi", "extract_rois", "roi_extraction"}
    assert found("no such thing") == set()
    assert found("moving_average") == {"moving_average"}


def test_each_function_that_a_word_means_is_there():
    there = {info.name for info in all_functions()}
    assert {name for names in _CALLED.values() for name in names.split()} <= there


def test_calling_a_function_by_such_a_word_names_those_that_are_meant():
    workspace = Workspace("standalone")
    workspace["a"] = [1.0, 2.0, 3.0]
    with pytest.raises(UnknownFunctionError, match="Did you mean 'moving_average'") as caught:
        workspace.calc("smooth", on="a")
    assert caught.value.suggestions[0] == "moving_average"


def test_the_tables_own_search_knows_the_words():
    html = Workspace("standalone").functions("moving_average")._repr_html_()
    assert "<span hidden> smooth, smoothing, running mean" in html
