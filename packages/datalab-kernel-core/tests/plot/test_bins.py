"""A histogram's steps are its bins: from edge to edge, the outermost ones too."""

import numpy as np
import pytest
from sigima.objects import create_signal
from sigima.params import HistogramParam
from sigima.proc.signal import histogram

from datalab_kernel.plot.rendering import whole_bins

VALUES = np.random.default_rng(0).normal(size=400)


@pytest.fixture
def drawn(shelf, draw):
    shelf["h"] = histogram(create_signal("v", VALUES, VALUES), HistogramParam.create(bins=8))
    return draw("h")


def path_of(plot):
    (line,) = plot.axes[0].lines
    return line.get_path().interpolated(1).vertices


def test_a_histogram_is_drawn_from_edge_to_edge(drawn):
    counts, edges = np.histogram(VALUES, bins=8)
    (line,) = drawn.axes[0].lines
    assert line.get_drawstyle() == "steps-mid"
    x, y = line.get_xdata(), line.get_ydata()
    steps = np.unique((x[1:] + x[:-1]) / 2)
    np.testing.assert_allclose(steps[[0, *range(2, len(steps) - 2), -1]], edges)
    np.testing.assert_array_equal(y[2:-2], counts)


def test_a_bins_colour_is_where_the_bin_is(drawn, pixels):
    counts, edges = np.histogram(VALUES, bins=8)
    seen = pixels(drawn)
    for count, left, right in zip(counts, edges, edges[1:], strict=False):
        width = right - left
        for place in (left + 0.1 * width, right - 0.1 * width):
            assert seen.has("#0072b2", place, count), (place, count)


def test_it_stands_on_the_axis(drawn):
    assert drawn.axes[0].get_ylim()[0] == 0


def test_a_contact_sheet_and_a_long_histogram_are_drawn_too(shelf, drawn):
    from datalab_kernel.plot import Plotter

    assert drawn
    many = HistogramParam.create(bins=50_000)
    shelf["long"] = histogram(create_signal("v", VALUES, VALUES), many)
    plotter = Plotter(shelf)
    assert plotter.grid(["h", "long"], show=False).png()
    assert plotter.plot("long", show=False).axes[0].lines[0].get_drawstyle() == "default"


def test_one_bin_and_none_have_a_width_or_nothing():
    x, y = whole_bins(np.array([3.0]), np.array([2]))
    assert (x.tolist(), y.tolist()) == ([2.5, 2.5, 3, 3.5, 3.5], [0, 2, 2, 2, 0])
    assert [len(part) for part in whole_bins(np.empty(0), np.empty(0))] == [0, 0]
