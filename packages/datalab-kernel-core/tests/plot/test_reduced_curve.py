"""What is drawn of long curves: nothing that could be seen is missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from support.sampling import combined

from datalab_kernel import create_signal
from datalab_kernel.plot import Curve
from datalab_kernel.plot.rendering import View, order_of, places_in, reduce_curve
from datalab_kernel.plot.rendering._columns import divide, min_max

N = 1_000_000
X = np.linspace(0, 10, N)
STYLES = ["line", "steps", "bins", "sticks", "dots"]
ORDERS = [X, X[::-1], np.cos(7 * X), np.ones(N), np.full(N, np.nan)]


def view(**options):
    given = {"to_x": np.asarray, "from_x": np.asarray, "to_y": np.asarray}
    return View(width=200, height=100, **{**given, **options})


def log(values):
    with np.errstate(all="ignore"):
        return np.log10(np.where(values > 0, values, np.nan))


LOG = {"to_x": log, "from_x": lambda values: 10.0**values}

values = st.integers(-50, 50)


@given(st.lists(values, min_size=1, max_size=60), st.lists(values, max_size=9), st.booleans())
def test_places_are_those_of_searchsorted(xs, wanted, is_after):
    x, wanted = np.sort(xs), np.array(wanted, dtype=int)
    side = "right" if is_after else "left"
    found = places_in(x, wanted, is_after=is_after)
    assert found.tolist() == np.searchsorted(x, wanted, side=side).tolist()


@given(
    st.lists(values, min_size=2, max_size=60).filter(lambda x: min(x) < max(x)),
    st.lists(values, max_size=9),
)
def test_places_in_descending_order_are_those_of_the_mirror(xs, wanted):
    x, wanted = np.sort(xs), np.array(wanted, dtype=int)
    assert places_in(-x, -wanted).tolist() == places_in(x, wanted).tolist()


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=200).filter(lambda x: min(x) < max(x)),
    arrays(float, 200, elements=st.floats(-1e6, 1e6)),
    st.booleans(),
)
def test_each_column_keeps_its_extremes(xs, y, is_descending):
    x = np.sort(xs)[:: -1 if is_descending else 1]
    y = y[: len(x)]
    edges = np.linspace(x[0], x[-1], 8)
    shown = min_max(x, y, edges)[1]
    first, end, _ = divide(x, edges)
    assert end == len(x)
    for part in np.split(y, first[1:]):
        assert part.min() in shown
        assert part.max() in shown


def test_columns_are_ordered_like_the_samples():
    x = np.linspace(0, 1, 100_000)
    found = reduce_curve(Curve(x=x[::-1], y=np.sin(9 * x)), view())
    assert found.x[0] == 1
    assert found.x[-1] == 0
    assert (np.diff(found.x) <= 0).all()


@pytest.mark.parametrize("x", [[1.0, np.nan, 2], [1, 2, 1], [2, 1, 3]])
def test_what_is_in_no_order_is_seen_as_such(x):
    assert order_of(np.array(x)) is None


@pytest.mark.parametrize("x", [[], [1.0], [1, 1, 2], [2, 2, 1], [5, 5]])
def test_any_one_direction_is_an_order(x):
    assert order_of(np.array(x)) is not None


@pytest.mark.parametrize(("step", "xscale"), combined(2, [1, -1], ["linear", "log"]))
def test_a_spike_of_one_sample_is_seen(shelf, draw, pixels, xscale, step):
    y = np.sin(X)
    y[300_000], y[800_001] = 4, -3
    shelf["s"] = create_signal("s", X[::step].copy(), y[::step].copy())
    seen = pixels(draw("s", color="magenta", xscale=xscale))
    assert seen.has("magenta", 3, 3.5)
    assert seen.has("magenta", 8, -2.5)


@pytest.mark.parametrize("step", [1, -1])
def test_a_gap_of_one_sample_is_seen(shelf, draw, pixels, step):
    y = np.sin(X)
    y[500_000] = np.nan
    shelf["s"] = create_signal("s", X[::step].copy(), y[::step].copy())
    seen = pixels(draw("s", color="magenta"))
    assert not seen.column_has("magenta", 5)
    assert seen.column_has("magenta", 4.9)
    assert seen.column_has("magenta", 5.1)


def test_an_infinite_value_is_a_gap_and_hides_nothing_else(shelf, draw, pixels):
    y = np.sin(X)
    y[500_000], y[500_001] = np.inf, 4
    shelf["s"] = create_signal("s", X, y)
    assert pixels(draw("s", color="magenta")).has("magenta", 5, 4)


def test_a_single_value_among_missing_ones_is_seen(shelf, draw, pixels):
    y = np.full(N, np.nan)
    y[[0, 500_000, N - 1]] = 0, 1, 2
    shelf["s"] = create_signal("s", X, y)
    seen = pixels(draw("s", color="magenta", xlim=(-1, 11), ylim=(-1, 3)))
    assert all(seen.has("magenta", *place) for place in ((0, 0), (5, 1), (10, 2)))
    assert not seen.column_has("magenta", 2.5)


def test_a_line_between_clusters_goes_from_last_to_first_sample(shelf, draw, pixels):
    x = np.concatenate([np.linspace(0, 0.001, N // 2), np.linspace(9.999, 10, N // 2)])
    y = np.tile([0.0, 9.0, 5.0, 5.0], N // 4)
    shelf["s"] = create_signal("s", x, y)
    y[0] = 0
    seen = pixels(draw("s", color="magenta", ylim=(-1, 10)))
    assert seen.has("magenta", 2.5, 5 - 2.5 * 0.5)
    assert seen.has("magenta", 7.5, 5 - 7.5 * 0.5)


def test_duplicate_positions_keep_all_their_extremes():
    x = np.repeat(np.arange(100.0), 1000)
    y = np.zeros(x.size)
    y[50_500], y[50_700] = 7, -7
    found = reduce_curve(Curve(x=x, y=y), view())
    assert {7, -7} <= {*found.y}


def test_all_samples_at_one_place_are_a_vertical_line():
    y = np.random.default_rng(0).normal(size=50_000)
    found = reduce_curve(Curve(x=np.ones(50_000), y=y), view())
    assert (found.y.min(), found.y.max()) == (y.min(), y.max())
    assert found.x.size < 20


def test_limits_within_which_few_samples_lie_show_each_and_the_line_beyond():
    found = reduce_curve(Curve(x=X, y=np.sin(X)), view(xlim=(5.0, 5.0001)))
    assert found.x.min() < 5
    assert found.x.max() > 5.0001
    assert found.x.size == ((X >= 5) & (X <= 5.0001)).sum() + 2
    assert found.note == ""


def test_limits_divide_into_columns_what_lies_between_them():
    x = np.concatenate([[-1e6], X, [1e6]])
    found = reduce_curve(Curve(x=x, y=np.sin(40 * x)), view(xlim=(2, 8)))
    inside = (found.x >= 2) & (found.x <= 8)
    assert inside.sum() == 2 * 200 + 2
    assert found.x[~inside].tolist() == [x[x < 2].max(), x[x > 8].min()]


def test_limits_beside_the_data_show_nothing_wrong():
    found = reduce_curve(Curve(x=X, y=X), view(xlim=(20, 30)))
    assert found.x.tolist() == [10]


@pytest.mark.parametrize("limits", [(0.1, 5), (5, 0.1)])
def test_limits_may_be_turned(limits):
    found = reduce_curve(Curve(x=X[::-1], y=X), view(xlim=limits))
    assert 5 < found.x.max() < 5.001
    assert 0.099 < found.x.min() < 0.1


def test_a_logarithmic_axis_begins_at_the_first_positive_sample():
    x = np.linspace(-5, 10, N)
    found = reduce_curve(Curve(x=x, y=x), view(**LOG))
    assert found.x.min() == x[x > 0].min()
    assert found.x.max() == 10


def test_error_bars_become_a_band_of_their_extremes():
    error = np.full(N, 0.5)
    error[500_000] = 9
    found = reduce_curve(Curve(x=X, y=np.zeros(N), y_error=error), view())
    _, low, high = found.band
    assert (low.min(), high.max()) == (-9, 9)
    assert (np.median(low), np.median(high)) == (-0.5, 0.5)


def test_missing_error_bars_leave_the_others():
    error = np.full(N, 0.5)
    error[::3] = np.nan
    _, low, high = reduce_curve(Curve(x=X, y=np.zeros(N), y_error=error), view()).band
    assert (low == -0.5).all()
    assert (high == 0.5).all()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "bool"])
def test_values_of_any_type_are_reduced(dtype):
    y = np.zeros(N, dtype)
    y[500_000] = 1
    assert reduce_curve(Curve(x=X.astype("float32"), y=y), view()).y.max() == 1


# -- in any order -------------------------------------------------------------------------


TURN = np.linspace(0, 2 * np.pi, N)


def test_a_loop_keeps_what_changes_the_picture_and_says_so():
    found = reduce_curve(Curve(x=np.cos(TURN), y=np.sin(TURN)), view())
    assert not found.is_dots
    assert 400 < found.x.size < 2000
    assert np.allclose(found.x**2 + found.y**2, 1)
    assert found.note == "1,000,000 points, repeats within a pixel left out"


def test_a_spike_and_a_gap_in_a_loop_are_seen(shelf, draw, pixels):
    x, y = np.cos(TURN), np.sin(TURN)
    x[N // 4], y[N // 4] = 0, 3
    y[N // 2 : N // 2 + 20_000] = np.nan
    shelf["s"] = create_signal("s", x, y)
    seen = pixels(draw("s", color="magenta", linewidth=1))
    assert seen.has("magenta", 0, 2.5)
    assert not seen.has("magenta", *(np.cos(np.pi + 0.06), np.sin(np.pi + 0.06)), reach=4)
    assert seen.has("magenta", 1, 0)


@given(arrays(float, (2, 300), elements=st.floats(-1, 1, width=16) | st.just(np.nan)))
def test_the_line_through_what_is_kept_goes_through_all_pixels_of_samples(samples):
    x, y = np.repeat(samples, 100, axis=1)  # 100 times at each place
    x[:2], y[:2] = (-1, 1), (-1, 1)
    found = reduce_curve(Curve(x=x, y=y), view())
    known = ~np.isnan(x + y)
    kept = {*zip(found.x.tolist(), found.y.tolist(), strict=True)}
    pixels_of = {(round(a * 99), round(b * 49)) for a, b in kept if a == a and b == b}  # noqa: PLR0124
    near = [(0, 0), (0, 1), (1, 0), (1, 1), (0, -1), (-1, 0), (-1, -1), (1, -1), (-1, 1)]
    for a, b in zip(x[known][::100], y[known][::100], strict=True):
        place = round(a * 99), round(b * 49)
        assert any((place[0] + i, place[1] + j) in pixels_of for i, j in near)


def test_too_much_of_a_line_is_shown_as_dots_one_a_pixel():
    x, y = np.random.default_rng(0).random((2, N))
    found = reduce_curve(Curve(x=x, y=y), view())
    assert found.is_dots
    assert found.x.size <= 100 * 50
    assert found.note == "1,000,000 points, shown as dots"


def test_dots_are_not_reduced_by_columns():
    y = np.tile([0.0, 1, 2, 3, 4], N // 5)
    found = reduce_curve(Curve(x=X, y=y, style="dots"), view())
    assert found.is_dots
    assert {*found.y} == {0, 1, 2, 3, 4}
    assert found.x.size == 5 * 100


def test_sticks_keep_both_ends_of_each_column():
    y = np.tile([0.0, 1, -2, 3, -4], N // 5)
    found = reduce_curve(Curve(x=X, y=y, style="sticks"), view())
    assert not found.is_dots
    assert {3, -4} <= {*found.y}


@pytest.mark.parametrize(("style", "x"), combined(5, STYLES, ORDERS))
def test_every_style_of_every_order_is_drawn(draw, style, x):
    obj = create_signal("s", x, np.sin(X))
    obj.metadata["__curvestyle"] = {"line": "Lines", "dots": "Dots"}.get(style, style.title())
    assert draw(obj).png()


def test_few_samples_are_all_drawn():
    assert reduce_curve(Curve(x=X[:800], y=X[:800]), view()) is None
