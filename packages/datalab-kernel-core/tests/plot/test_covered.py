"""Many curves: what others cover in full isn't drawn, and the picture has the same pixels."""

import io

import matplotlib as mpl
import numpy as np
import pytest
from cycler import cycler
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal
from PIL import Image

from datalab_kernel import Plotter, create_signal
from datalab_kernel.plot._matplotlib.covered import TRIAL, SeenParts
from datalab_kernel.plot._matplotlib.many_lines import MANY, QuickLine

X = np.linspace(0, 10, 400)
RANDOM = np.random.default_rng(3)


def noise(count):
    return [RANDOM.standard_normal(len(X)) for _ in range(count)]


def with_gaps(count):
    curves = noise(count)
    for number, y in enumerate(curves):
        y[10 * number : 10 * number + 15] = np.nan
    return curves


def decays(count):
    return [RANDOM.poisson(500 * np.exp(-X / (1 + n / count)) + 20) * 1.0 for n in range(count)]


def plotted(curves, **options):
    signals = [create_signal(f"s{n}", X, y) for n, y in enumerate(curves)]
    return Plotter(None).plot(signals, show=False, **options)


def pixels(plot):
    return np.asarray(Image.open(io.BytesIO(plot.png())).convert("RGB")).astype(int)


def draw_whole(plot):
    for line in plot.axes[0].lines:
        line.set_path_effects([Normal()])


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (noise, {}),
        (with_gaps, {}),
        (decays, {}),
        (decays, {"yscale": "log"}),
        (noise, {"linewidth": 0.5}),
        (noise, {"linewidth": 4}),
        (noise, {"xlim": (2, 3), "ylim": (-1, 5)}),
    ],
)
def test_a_picture_of_many_curves_has_the_same_pixels(make, options):
    with mpl.rc_context({"path.simplify": False}):  # which rounds, and each piece otherwise
        plot = plotted(make(MANY + 10), **options)
        found = pixels(plot)
        draw_whole(plot)
    difference = np.abs(found - pixels(plot)).max(axis=-1)
    assert difference.max() <= 40, "where curves cross, Agg's edges are blended in another order"
    assert np.count_nonzero(difference > 2) < 5e-5 * difference.size


def test_lines_keep_all_their_samples():
    curves = noise(MANY)
    plot = plotted(curves)
    plot.png()
    for line, y in zip(plot.axes[0].lines, curves, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), y)


def test_of_hundreds_of_noisy_curves_only_a_part_is_drawn():
    x = np.linspace(0, 10, 1600)
    signals = [create_signal(f"s{n}", x, RANDOM.standard_normal(len(x))) for n in range(200)]
    plot = Plotter(None).plot(signals, show=False)
    plot.figure.set_dpi(200)  # as a PNG is drawn
    axes = plot.axes[0]
    parts = SeenParts(axes, QuickLine).find()
    below = [parts[line] for line in axes.lines[1:101]]
    drawn = sum(np.isfinite(part[:, 0]).sum() for part in below)
    assert drawn < 0.4 * 100 * len(x)


def test_what_a_person_changes_is_drawn_so():
    with mpl.rc_context({"path.simplify": False}):
        plot = plotted(noise(MANY))
        plot.png()
        for line in plot.axes[0].lines[5:]:
            line.set_visible(False)
        found = pixels(plot)
        draw_whole(plot)
        assert np.abs(found - pixels(plot)).max() <= 2


@pytest.mark.parametrize("options", [{"alpha": 0.5}, {"linestyle": "--"}, {"marker": "o"}])
def test_what_can_be_seen_through_hides_nothing(options):
    axes = plotted(noise(MANY), **options).axes[0]
    parts = SeenParts(axes, QuickLine).find()
    assert all(part is None for part in parts.values())


def test_vectors_have_all_of_each_curve():
    plot = plotted(noise(MANY))
    whole = io.BytesIO()
    plot.figure.savefig(whole, format="svg", metadata={"Date": None})
    draw_whole(plot)
    bare = io.BytesIO()
    plot.figure.savefig(bare, format="svg", metadata={"Date": None})
    assert abs(len(whole.getvalue()) - len(bare.getvalue())) < 0.01 * len(bare.getvalue())


def test_a_legend_of_many_curves_shows_the_colour_of_each():
    with mpl.rc_context({"path.simplify": False}):
        plot = plotted(noise(MANY + 5), legend=True)
        found = pixels(plot)
        draw_whole(plot)
        for handle in plot.axes[0].get_legend().legend_handles:
            assert not handle.get_path_effects()
        assert np.count_nonzero(np.abs(found - pixels(plot)).max(axis=-1) > 2) < 5e-5 * found.size


def test_many_curves_are_limited_as_by_matplotlib():
    curves = with_gaps(MANY)
    curves[3][7] = np.inf
    axes = plotted(curves).axes[0]
    by_hand = Figure().subplots()
    for y in curves:
        by_hand.plot(X, y)
    np.testing.assert_array_equal(axes.dataLim.get_points(), by_hand.dataLim.get_points())
    assert (axes.get_xlim(), axes.get_ylim()) == (by_hand.get_xlim(), by_hand.get_ylim())


def test_a_cycle_with_markers_gives_them_to_many_curves():
    with mpl.rc_context({"axes.prop_cycle": cycler(marker=["o", "s"])}):
        lines = plotted(noise(MANY)).axes[0].lines
    assert [line.get_marker() for line in lines] == ["o", "s"] * (MANY // 2)


def test_long_lines_are_drawn_after_vectors_as_before():
    x = np.linspace(0, 1, 3000)
    signals = [create_signal(f"s{n}", x, RANDOM.standard_normal(len(x))) for n in range(MANY)]
    plot = Plotter(None).plot(signals, show=False)
    before = pixels(plot)
    plot.figure.savefig(io.BytesIO(), format="svg")
    plot.axes[0].lines[-1].set_agg_filter(lambda image, _dpi: (image, 0, 0))
    assert np.count_nonzero(np.abs(pixels(plot) - before).max(axis=-1) > 2) < 0.003 * before.size


def test_lines_from_the_right_and_lines_that_turn_back_have_the_same_pixels():
    turning = (np.cos(X) + np.linspace(4, 5, len(X)), np.sin(X))
    signals = [create_signal(f"s{n}", X[::-1], y) for n, y in enumerate(noise(MANY))]
    signals += [create_signal("t", *turning), create_signal("u", X, RANDOM.standard_normal(len(X)))]
    with mpl.rc_context({"path.simplify": False}):
        plot = Plotter(None).plot(signals, show=False)
        found = pixels(plot)
        draw_whole(plot)
    difference = np.abs(found - pixels(plot)).max(axis=-1)
    assert np.count_nonzero(difference > 2) < 5e-5 * difference.size


def test_where_hardly_anything_is_covered_it_is_no_more_looked_for():
    x = np.linspace(0, 1, 20)
    steps = [create_signal(f"s{n}", x, np.full(20, 1.0 * n)) for n in range(TRIAL + MANY)]
    hidden = [create_signal(f"h{n}", x, np.sin(90 * x)) for n in range(MANY)]
    axes = Plotter(None).plot([*hidden, *steps], show=False).axes[0]
    parts = SeenParts(axes, QuickLine).find()
    assert len(parts) == TRIAL + 2 * MANY - 1
    assert all(len(part) == len(x) for part in parts.values())
