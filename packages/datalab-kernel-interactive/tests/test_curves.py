"""What is shown of a curve: nothing that a person could see is lost."""

import numpy as np
import pytest

from datalab_kernel.plot import Curve
from datalab_kernel_interactive._curves import CurveData
from datalab_kernel_interactive._paths import MOST_POINTS, LongPath

EVERYWHERE = (-np.inf, np.inf)


def noise(size=1_000_000):
    return np.random.default_rng(0).normal(size=size)


def test_few_samples_come_as_they_are():
    points = CurveData(Curve(x=np.arange(5), y=np.arange(5) ** 2)).over((1, 2), EVERYWHERE, 100)
    assert points.y.tolist() == [0, 1, 4, 9, 16]
    assert not points.is_reduced


def test_a_spike_of_one_sample_is_there():
    y = noise()
    y[345_678] = 99.0
    points = CurveData(Curve(x=np.arange(y.size), y=y)).over((0, y.size), EVERYWHERE, 700)
    assert points.is_reduced
    assert len(points.x) == 1400
    assert points.y.max() == 99.0
    assert abs(points.x[np.argmax(points.y)] - 345_678) < y.size / 700


def test_a_narrow_range_has_its_samples_and_one_beyond_at_each_side():
    y = noise()
    points = CurveData(Curve(x=np.arange(y.size), y=y)).over((1000, 1010), EVERYWHERE, 700)
    assert points.x.tolist() == list(range(999, 1012))
    assert points.y.tolist() == y[999:1012].tolist()


def test_a_gap_of_one_sample_interrupts_the_line():
    y = np.sin(np.arange(1_000_000.0))
    y[500_000] = np.nan
    points = CurveData(Curve(x=np.arange(y.size), y=y)).over((0, y.size), EVERYWHERE, 700)
    assert np.isnan(points.y).sum() == 10


def test_columns_are_equally_wide_on_a_logarithmic_axis():
    x = np.arange(1_000_000.0)
    points = CurveData(Curve(x=x, y=noise()), is_log_x=True).over((0, 1e6), EVERYWHERE, 100)
    steps = np.diff(np.log10(points.x[::2]))[-30:]
    assert points.x[0] == 1.0
    np.testing.assert_allclose(steps, 0.06, rtol=0.2)


def test_errors_of_many_samples_are_a_band():
    y, error = np.zeros(1_000_000), np.linspace(0, 1, 1_000_000)
    data = CurveData(Curve(x=np.arange(y.size), y=y, y_error=error))
    points = data.over((0, y.size), EVERYWHERE, 100)
    assert points.high[-1] == 1.0
    assert points.low[-1] == -1.0
    assert data.y_range(is_positive=False) == (-1.0, 1.0)
    few = data.over((10, 20), EVERYWHERE, 100)
    assert few.high is None
    np.testing.assert_array_equal(few.y_error, error[9:22])


@pytest.mark.parametrize("size", [300_000, 3_000_000])
def test_a_loop_keeps_its_outline_and_shows_its_samples_when_zoomed(size):
    angle = np.linspace(0, 200 * np.pi, size)
    x, y = np.cos(angle), np.sin(angle)
    x[size // 3], y[size // 3] = 5.0, 5.0
    path = LongPath(x, y)
    seen_x, seen_y, is_reduced = path.over((-9, 9), (-9, 9))
    assert is_reduced
    assert len(seen_x) <= MOST_POINTS
    assert (seen_x.max(), seen_y.max(), seen_x.min().round(6)) == (5.0, 5.0, -1.0)
    seen_x, seen_y, is_reduced = path.over((4.9, 5.1), (4.9, 5.1))
    assert not is_reduced
    where = int(np.flatnonzero(seen_x == 5.0)[0])
    neighbours = slice(size // 3 - 1, size // 3 + 2)
    assert seen_x[where - 1 : where + 2].tolist() == x[neighbours].tolist()


def test_nothing_of_a_loop_is_seen_elsewhere():
    angle = np.linspace(0, 20 * np.pi, 200_000)
    x, _, _ = LongPath(np.cos(angle), np.sin(angle)).over((8, 9), (8, 9))
    assert x.size == 0


def test_descending_x_is_answered_like_ascending():
    y = noise()
    data = CurveData(Curve(x=np.arange(y.size)[::-1], y=y))
    points = data.over((1000, 1010), EVERYWHERE, 700)
    assert points.x.tolist() == list(range(999, 1012))
    assert points.y.tolist() == y[::-1][999:1012].tolist()


def test_whole_numbers_as_positions_are_answered_without_a_copy_of_them():
    data = CurveData(Curve(x=np.arange(1_000_000), y=noise()))
    assert len(data.over((0, 1e6), EVERYWHERE, 50).x) == 100
