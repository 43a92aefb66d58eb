"""Parameters: what is accepted, what is derived, and one error for all that is wrong."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigima import create_image, create_image_roi, create_signal, create_signal_roi
from sigima.enums import FilterMode
from sigima.params import GaussianParam, MovingAverageParam, ZeroPadding1DParam

from datalab_kernel.compute import Source, values_of
from datalab_kernel.compute._parameter_sets import make_parameters, parameters_for
from datalab_kernel.compute._registry import find, functions
from datalab_kernel.errors import ParameterError

SIGNAL = create_signal("s", np.linspace(0, 1, 100), np.linspace(0, 1, 100) ** 2)
IMAGE = create_image("i", np.arange(20.0 * 30).reshape(20, 30))
FIRST = {
    "signal": Source(name="s", kind="signal", load=lambda: SIGNAL),
    "image": Source(name="i", kind="image", load=lambda: IMAGE),
}
WITH_PARAMETERS = [
    function
    for kind in FIRST
    for function in functions(kind).values()
    if function.paramclass and not function.takes_list and function.pattern != "1-to-n"
]


def made(name, kind="signal", param=None, /, **keywords):
    return values_of(make_parameters(find(name, kind), param, keywords, FIRST[kind]))


def required(function):
    """Values for what has no default."""
    if function.name == "offset_correction":
        return {"title": "here"}
    return {p.name: 2 for p in parameters_for(function).values() if p.is_required}


@pytest.mark.parametrize("param", [{"n": 7}, MovingAverageParam.create(n=7)], ids=["dict", "set"])
def test_a_dict_and_a_set_say_the_same(param):
    assert made("moving_average", "signal", param) == {"n": 7, "mode": "reflect"}


def test_a_keyword_counts_more_than_the_set():
    assert made("moving_average", "signal", {"n": 7}, n=9)["n"] == 9


@pytest.mark.parametrize("mode", ["mirror", "MIRROR", "Mirror", FilterMode.MIRROR])
def test_a_choice_is_a_text_in_any_case_or_a_member(mode):
    assert made("moving_average", mode=mode)["mode"] == "mirror"


def test_a_choice_between_texts_and_none_and_pairs():
    pulse = made("extract_pulse_features", reference_levels=[20, 80])
    assert pulse["reference_levels"] == (20, 80)
    assert pulse["signal_shape"] is None
    assert made("extract_pulse_features", signal_shape="STEP")["signal_shape"] == "step"


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int16(2)])
def test_a_number_may_be_numpys(value):
    sigma = made("gaussian_filter", sigma=value)["sigma"]
    assert (type(sigma), sigma) == (float, 2.0)


def test_defaults_are_the_classes_own_each_time():
    assert made("gaussian_filter", sigma=9)["sigma"] == 9
    assert made("gaussian_filter")["sigma"] == 1


def test_the_given_set_is_not_changed():
    param = GaussianParam.create(sigma=3.0)
    made("gaussian_filter", "signal", param, sigma=5)
    assert param.sigma == 3.0


def test_a_filters_cut_off_is_derived_from_the_sampling():
    nyquist = 99 / 2
    assert made("lowpass")["cut0"] == pytest.approx(0.1 * nyquist)
    assert made("lowpass", cut0=3)["cut0"] == 3


def test_what_was_given_counts_for_what_is_derived():
    assert made("zero_padding", strategy="double")["n"] == 100


def test_how_far_to_pad_must_be_said_where_no_strategy_says_it():
    with pytest.raises(ParameterError, match="n must be given with strategy='custom'"):
        made("zero_padding", strategy="custom")
    assert made("zero_padding", strategy="custom", n=7)["n"] == 7
    padding = ZeroPadding1DParam.create(strategy="custom")
    assert made("zero_padding", "signal", padding)["n"] == 1


def test_an_images_own_size_and_dtype_are_defaults_as_in_datalabs_dialogs():
    assert made("binning", "image")["dtype_str"] == "float64"
    assert made("peak_detection", "image")["size"] == 50


def test_a_region_goes_where_regions_are_taken():
    parameters = make_parameters(
        find("extract_roi", "signal"), create_signal_roi([0.2, 0.4]), {}, FIRST["signal"]
    )
    assert [(one.xmin, one.xmax) for one in parameters] == [(0.2, 0.4)]
    area = create_image_roi("rectangle", [[1, 2, 3, 4], [5, 6, 7, 8]])
    erased = make_parameters(find("erase", "image"), area, {}, FIRST["image"])
    assert [one.x0 for one in erased] == [1, 5]


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"sgma": 1}, "no parameter 'sgma' (did you mean sigma?)"),
        ({"sigma": -1}, "sigma must be at least 0, not -1"),
        ({"sigma": math.nan}, "sigma must be at least 0, not nan"),
        ({"sigma": "wide"}, "sigma must be a number, not 'wide'"),
        ({"sigma": True}, "sigma must be a number, not True"),
        ({"sigma": None}, "sigma must be given"),
    ],
)
def test_what_is_wrong_is_said_with_what_there_is(keywords, text):
    with pytest.raises(ParameterError) as caught:
        made("gaussian_filter", **keywords)
    assert text in str(caught.value)
    assert "sigma (float, at least 0, default 1.0)" in str(caught.value)
    assert caught.value.parameters == ["sigma"]


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ParameterError) as caught:
        made("moving_median", n=4, mode="around", width=3)
    assert len(caught.value.problems) == 3
    assert "n must be odd, not 4" in str(caught.value)
    assert "mode must be 'reflect' or 'constant'" in str(caught.value)


def test_the_nearest_parameters_are_listed_first():
    with pytest.raises(ParameterError) as caught:
        made("bandpass", cut_0=3)
    listed = str(caught.value).split("Parameters of")[1].splitlines()[1:]
    assert listed[0].strip().startswith("cut0 (float, in Hz")


@pytest.mark.parametrize("value", [3.0, 2.5, "3", True])
def test_a_whole_number_is_nothing_else(value):
    with pytest.raises(ParameterError, match="n must be a whole number"):
        made("moving_average", n=value)


def test_a_missing_parameter_is_said_to_be():
    with pytest.raises(ParameterError, match="(?s)value must be given.*required"):
        made("addition_constant")


def test_a_set_of_another_function_is_an_error():
    with pytest.raises(ParameterError, match="it takes a MovingAverageParam, not a GaussianParam"):
        made("moving_average", "signal", GaussianParam())


def test_a_function_without_parameters_says_so():
    with pytest.raises(ParameterError, match="takes no parameters, but was given shift"):
        made("absolute", shift=1)


@pytest.mark.parametrize("function", WITH_PARAMETERS, ids=lambda f: f.operation_id)
def test_plain_values_make_the_same_set_again(function):
    first = FIRST[function.kind]
    values = values_of(make_parameters(function, None, required(function), first))
    assert values_of(make_parameters(function, values, {}, first)) == values


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.floats())
)


@given(data=st.data())
def test_any_values_make_a_set_or_our_error(data):
    function = data.draw(st.sampled_from(WITH_PARAMETERS))
    names = [item.get_name() for item in function.paramclass._items]
    keywords = data.draw(st.dictionaries(st.sampled_from(names) | st.text(), ANYTHING, max_size=4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            values = values_of(make_parameters(function, None, keywords, FIRST[function.kind]))
        except ParameterError as exc:
            assert exc.problems  # noqa: PT017 - either of two outcomes is right
        else:
            assert set(keywords) <= set(values)


@given(sigma=st.floats(min_value=0, allow_infinity=False))
def test_a_value_in_range_is_kept_exactly(sigma):
    assert made("gaussian_filter", sigma=sigma)["sigma"] == sigma
