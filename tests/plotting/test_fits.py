"""A fit's picture: the signal as points, the curve, the residuals below, and the parameters."""

import numpy as np
import pytest

pytest.importorskip("lmfit", reason="lmfit, which fit asks people to install, isn't here")

from datalab_kernel import Plotter, Workspace, create_signal

T = np.linspace(0, 10, 100)
DECAY = 5 * np.exp(-T / 2) + 1 + 0.05 * np.sin(40 * T)


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace["decay"] = create_signal("", T, DECAY, units=("ns", "V"), labels=("t", "U"))
    return workspace


def test_a_fit_is_the_signal_the_curve_and_what_is_left(workspace):
    fit = workspace.fit("decay", "exponential")
    spec = Plotter(workspace).plot(fit, show=False).spec
    above, below = spec.axes
    points, line = above.curves
    assert (points.style, points.label, line.label) == ("dots", "decay", "fit")
    np.testing.assert_array_equal(line.y, fit.object.y)
    np.testing.assert_allclose(below.curves[1].y, DECAY - line.y, atol=1e-12)
    assert (below.ylabel, below.yunit, below.xunit) == ("residuals", "V", "ns")
    assert spec.shares_x


def test_its_parameters_stand_below_to_the_digits_that_are_known(workspace):
    fit = workspace.fit("decay", "exponential", fixed={"y0": 1})
    [table] = Plotter(workspace).plot(fit, show=False).spec.tables
    assert table.columns == ("parameter", "value", "unit", "role")
    assert table.rows[2] == ("y0", "1", "V", "fixed")
    assert table.rows[3][0::2] == ("tau", "ns")
    assert " ± " in table.rows[3][1]


def test_the_residuals_are_lower_than_the_curves(workspace):
    above, below = Plotter(workspace).plot(workspace.fit("decay", "linear"), show=False).axes
    heights = [axes.get_position().height for axes in (above, below)]
    assert heights[0] / heights[1] == pytest.approx(2.5, rel=0.01)


def test_options_are_those_of_any_picture(workspace):
    fit = workspace.fit("decay", "exponential")
    above, below = Plotter(workspace).plot(fit, show=False, yscale="log", title="My fit").spec.axes
    assert (above.yscale, below.yscale, above.title) == ("log", "linear", "My fit")


def test_in_given_axes_the_residuals_are_left_out(workspace):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert len(Plotter(workspace).plot(workspace.fit("decay", "linear"), ax=axes).spec.axes) == 1


def test_by_its_name_a_curve_is_drawn_alone_and_several_fits_over_each_other(workspace):
    plotter = Plotter(workspace)
    first = workspace.fit("decay", "exponential")
    second = workspace.fit("decay", "linear")
    assert len(plotter.plot(first.name, show=False).spec.axes[0].curves) == 1
    assert len(plotter.plot(["decay", first, second], show=False).spec.axes[0].curves) == 3


@pytest.mark.parametrize("options", [{"columns": 2}, {"waterfall": True}, {"twin": "decay"}])
def test_what_would_part_the_curve_from_its_points_is_refused(workspace, options):
    fit = workspace.fit("decay", "exponential")
    with pytest.raises(TypeError, match="the picture of a fit has its own arrangement"):
        Plotter(workspace).plot(fit, show=False, **options)
    assert Plotter(workspace).plot(fit, show=False, waterfall=False).spec.shares_x
