"""The user's settings are respected, and defaults are read by everybody."""

from __future__ import annotations

import io

import matplotlib as mpl
import matplotlib.style
import numpy as np
import pytest
from cycler import cycler
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure

from datalab_kernel.plot import AxesSpec, Curve, FigureSpec, Image, Shape
from datalab_kernel.plot._matplotlib import MatplotlibRenderer
from datalab_kernel.plot._matplotlib.texts import shortened
from datalab_kernel.plot.rendering._palette import COLORS

X = np.linspace(0, 1, 20)
CURVES = tuple(Curve(x=X, y=X + n, label=str(n)) for n in range(9))
ROI = Shape(kind="interval", coords=(0.2, 0.6), label="roi")


def render(ax=None, **axes):
    spec = FigureSpec(axes=(AxesSpec(**{"curves": CURVES, **axes}),))
    return MatplotlibRenderer().render(spec, ax)


def brightness(color):
    return float(np.dot(to_rgb(color), (0.3, 0.59, 0.11)))


def test_colours_repeat_with_another_line_style():
    lines = render().axes[0].lines
    assert [line.get_color() for line in lines[:7]] == [*COLORS]
    assert (lines[7].get_color(), lines[7].get_linestyle()) == (COLORS[0], "--")


def test_a_given_colour_is_drawn_as_a_plain_line():
    curves = tuple(Curve(x=X, y=X, color="black") for _ in range(9))
    assert {line.get_linestyle() for line in render(curves=curves).axes[0].lines} == {"-"}


def test_the_users_colour_cycle_is_kept():
    with mpl.rc_context({"axes.prop_cycle": cycler(color=["red", "black"])}):
        lines = render().axes[0].lines
    assert [line.get_color() for line in lines[:3]] == ["red", "black", "red"]


def test_axes_of_the_user_keep_their_colours():
    ax = Figure().add_subplot()
    ax.set_prop_cycle(color=["green"])
    assert {line.get_color() for line in render(ax).axes[0].lines} == {"green"}


def test_the_users_font_size_and_figure_size_are_used():
    with mpl.rc_context({"font.size": 17, "figure.figsize": (7, 3)}):
        drawing = render()
        assert drawing.axes[0].xaxis.label.get_fontsize() == 17
        assert tuple(drawing.figure.get_size_inches()) == (7, 3)


def test_on_a_dark_face_shapes_are_light_and_their_rims_dark():
    with matplotlib.style.context("dark_background"):
        drawing = render(shapes=(ROI,), curves=CURVES[:1])
        (label,) = drawing.axes[0].texts
        assert brightness(label.get_color()) > 0.5
        assert brightness(to_rgba(label.get_path_effects()[0]._gc["foreground"])) < 0.1
        assert brightness(drawing.figure.get_facecolor()) < 0.1
    (label,) = render(shapes=(ROI,), curves=CURVES[:1]).axes[0].texts
    assert brightness(label.get_color()) < 0.5


@pytest.mark.parametrize("role", ["roi", "result", "annotation"])
def test_roles_are_told_apart_and_an_own_colour_wins(role, pixels):
    shape = Shape(kind="rectangle", coords=(2, 2, 4, 4), role=role)
    others = {"roi": "#d62728", "result": "#111111", "annotation": "#542788"}
    edges = np.arange(11.0)
    image = Image(data=np.ones((10, 10)), x_edges=edges, y_edges=edges, cmap="gray", vmin=0, vmax=1)
    seen = pixels(render(curves=(), image=image, shapes=(shape,)))
    found = {name for name, color in others.items() if seen.has(color, 2, 4)}
    assert found == {role}
    own = Shape(kind="rectangle", coords=(2, 2, 4, 4), role=role, color="#00ff00")
    assert pixels(render(curves=(), image=image, shapes=(own,))).has("#00ff00", 2, 4)


@pytest.mark.parametrize(
    ("face", "text"), [((1, 1, 1, 0), "black"), ("none", "black"), ("none", "white")]
)
def test_a_picture_without_a_face_gets_one_that_its_text_is_read_on(face, text):
    with mpl.rc_context({"figure.facecolor": face, "text.color": text}):
        drawn = render().figure.get_facecolor()
    assert drawn[3] == 1
    assert abs(brightness(drawn) - brightness(text)) > 0.8


def test_a_picture_has_two_pixels_for_one_of_the_page(pixels):
    drawing = render()
    assert pixels(drawing).rgb.shape[:2] == (960, 1280)


def test_settings_and_backend_are_as_before():
    before = dict(mpl.rcParams)
    render(shapes=(ROI,), legend="best").png()
    assert dict(mpl.rcParams) == before


def test_a_shared_colour_bar_spans_all_images():
    edges = np.arange(5.0)
    image = Image(data=np.eye(4), x_edges=edges, y_edges=edges, vmin=0, vmax=1)
    spec = FigureSpec(axes=(AxesSpec(image=image),) * 4, shares_colors=True)
    drawing = MatplotlibRenderer().render(spec)
    drawing.figure.canvas.draw()
    bars = [bar for axes in drawing.axes for bar in axes.child_axes]
    assert len(bars) == 1
    assert bars[0].bbox.y0 == pytest.approx(drawing.axes[3].bbox.y0)
    assert bars[0].bbox.y1 == pytest.approx(drawing.axes[0].bbox.y1)
    assert bars[0].bbox.x0 > max(axes.bbox.x1 for axes in drawing.axes)


def test_stacked_axes_move_together():
    part = AxesSpec(curves=CURVES[:1], xlabel="Time", xunit="s")
    drawing = MatplotlibRenderer().render(FigureSpec(axes=(part, part), columns=1, shares_x=True))
    first, second = drawing.axes
    first.set_xlim(0, 1e-3)
    drawing.figure.canvas.draw()
    assert second.get_xlim() == (0, 1e-3)
    assert (first.get_xlabel(), second.get_xlabel()) == ("", "Time (ms)")


def test_a_user_may_go_on_adjusting_the_axes():
    drawing = render()
    drawing.figure.subplots_adjust(left=0.3)
    assert drawing.axes[0].get_position().x0 == pytest.approx(0.3)


def test_shortening_keeps_both_ends_and_leaves_mathematics_whole():
    assert shortened("a" * 5 + "b" * 5, 7) == "aaa…bbb"
    assert shortened(r"$\alpha_{long} + \beta$", 7) == r"$\alpha_{long} + \beta$"


def test_an_image_with_all_its_parts_is_drawn_into_part_of_a_figure():
    figure = Figure(layout="constrained")
    left, right = figure.subfigures(1, 2)
    edges = np.arange(11.0)
    image = Image(data=np.eye(10), x_edges=edges, y_edges=edges, label="I", unit="A")
    ax = left.subplots()
    render(ax, curves=(), image=image, shapes=(Shape(kind="point", coords=(5, 5), label="p"),))
    render(right.subplots(), legend="best")
    figure.savefig(io.BytesIO(), format="png")
    (bar,) = ax.child_axes
    assert ax.bbox.x1 < bar.bbox.x0 < bar.bbox.x1 < left.bbox.x1
