"""Many curves: what others cover in full isn't drawn, and the picture has the same pixels."""

import io

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from datalab_kernel import Plotter, create_signal
from datalab_kernel.plot._matplotlib.covered import MANY, _Seen, _WhereSeen

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
        line.set_path_effects([])


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
    parts = _Seen(axes)._found()
    below = [parts[line] for line in axes.lines[:100]]
    drawn = sum(len(x) if part is None else np.isfinite(part[:, 0]).sum() for part in below)
    assert drawn < 0.75 * 100 * len(x)


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
    lines = plotted(noise(MANY), **options).axes[0].lines
    assert not any(isinstance(e, _WhereSeen) for line in lines for e in line.get_path_effects())


def test_vectors_have_all_of_each_curve():
    plot = plotted(noise(MANY))
    whole = io.BytesIO()
    plot.figure.savefig(whole, format="svg", metadata={"Date": None})
    draw_whole(plot)
    bare = io.BytesIO()
    plot.figure.savefig(bare, format="svg", metadata={"Date": None})
    assert abs(len(whole.getvalue()) - len(bare.getvalue())) < 0.01 * len(bare.getvalue())
