"""Masks and labels over an image, and its scale bar: where they lie, and in which colours."""

import numpy as np
import pytest

from datalab_kernel import create_image
from datalab_kernel.display._scale_bar import bar_length
from datalab_kernel.plot import Overlay, Plotter
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._describing.overlays import check_overlays
from datalab_kernel.plot._options import PlotOptions, parse_options
from datalab_kernel.plot.rendering import OVERLAY_COLORS, outlines_of, reduced_labels

LABELS = np.array([[0, 1, 1, 0], [0, 1, 2, 2], [0, 0, 2, 2]])


def field(data, step=1.0, unit="", **others):
    image = create_image("field", np.asarray(data), units=(unit, unit, ""))
    image.dx = image.dy = step
    for name, value in others.items():
        setattr(image, name, value)
    return image


def described(image, *overlays, **options):
    (axes,) = build([image], PlotOptions(overlay=overlays, **options)).axes
    return axes


def overlay_of(labels, **others):
    ny, nx = labels.shape
    edges = {"x_edges": np.arange(nx + 1.0), "y_edges": np.arange(ny + 1.0)}
    return Overlay(**{"labels": labels, **edges, "colors": OVERLAY_COLORS, **others})


def segments(outline):
    x, y = outline.x.reshape(-1, 3), outline.y.reshape(-1, 3)
    assert np.isnan(x[:, 2]).all()
    return {
        (x0, y0, x1, y1) for (x0, x1, _), (y0, y1, _) in zip(x.tolist(), y.tolist(), strict=True)
    }


def test_outlines_run_along_the_edges_of_pixels():
    first, second = outlines_of(overlay_of(LABELS))
    assert (first.color, second.color) == OVERLAY_COLORS[:2]
    assert segments(first) == {(1, 0, 3, 0), (1, 2, 2, 2), (1, 0, 1, 2), (3, 0, 3, 1)}
    assert segments(second) == {
        *((2, 1, 4, 1), (2, 3, 4, 3), (2, 1, 2, 3), (4, 1, 4, 3)),
    }


def test_each_edge_of_a_region_is_drawn_once_whatever_its_form():
    labels = (np.random.default_rng(0).random((30, 40)) > 0.5).astype(int)
    (outline,) = outlines_of(overlay_of(labels, colors=("red",)))
    drawn = sum(abs(x1 - x0) + abs(y1 - y0) for x0, y0, x1, y1 in segments(outline))
    padded = np.pad(labels, 1)
    edges = sum(int((np.diff(padded, axis=axis) != 0).sum()) for axis in (0, 1))
    assert drawn == edges


def test_very_large_labels_are_drawn_by_some_of_their_pixels():
    labels = np.zeros((3000, 4100), dtype=int)
    labels[1000:2000, 1000:3000] = 1
    overlay = overlay_of(labels, colors=("red",))
    small, x_edges, y_edges = reduced_labels(overlay)
    assert max(small.shape) <= 1024
    assert (x_edges[0], x_edges[-1], y_edges[-1]) == (0, 4100, 3000)
    assert len(x_edges), len(y_edges) == tuple(size + 1 for size in small.shape[::-1])
    (outline,) = outlines_of(overlay)
    assert np.nanmin(outline.x) == pytest.approx(1000, abs=5)
    assert np.nanmax(outline.y) == pytest.approx(2000, abs=5)


def brightness(color):
    parts = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("color", OVERLAY_COLORS)
def test_each_colour_is_seen_on_black_and_on_white(color):
    # The contrast that the Web Content Accessibility Guidelines ask of graphics
    assert (brightness(color) + 0.05) / 0.05 >= 3
    assert 1.05 / (brightness(color) + 0.05) >= 3


def test_an_overlay_lies_where_its_own_axes_say():
    coarse = field(LABELS, 2.0, "µm", x0=1.0, y0=1.0)
    axes = described(field(np.zeros((6, 8)), 1.0, "µm"), coarse)
    (overlay,) = axes.overlays
    assert overlay.x_edges.tolist() == [0, 2, 4, 6, 8]
    assert overlay.y_edges.tolist() == [0, 2, 4, 6]


def test_an_array_lies_on_the_images_pixels():
    axes = described(field(np.zeros((3, 4)), 0.5, "µm", x0=7.0), field(LABELS))
    assert axes.overlays[0].x_edges.tolist() == axes.image.x_edges.tolist()


@pytest.mark.parametrize("mask", [[[0, 255], [255, 0]], [[False, True], [True, False]]])
def test_a_mask_has_one_colour_and_the_next_mask_another(mask):
    axes = described(field(np.zeros((2, 2))), field(np.array(mask)), field(np.eye(2, dtype=int)))
    assert [overlay.labels.max() for overlay in axes.overlays] == [1, 1]
    assert [overlay.colors for overlay in axes.overlays] == [
        OVERLAY_COLORS[:1],
        OVERLAY_COLORS[1:2],
    ]


def test_numbers_are_at_the_centres_of_regions():
    axes = described(field(np.zeros((3, 4))), field(LABELS), overlay_numbers=True)
    places = {shape.label: shape.coords for shape in axes.shapes}
    assert places["2"] == (2.5, 1.5)
    assert places["1"] == pytest.approx((4 / 3, 1 / 3))


@pytest.mark.parametrize(
    ("span", "length"), [(104, 20), (0.008, 0.002), (4096, 1000), (20, 5), (1, 0.2), (0, 0)]
)
def test_a_scale_bar_is_one_two_or_five_times_a_power_of_ten(span, length):
    assert bar_length(span) == length


@pytest.mark.parametrize(
    ("step", "unit", "asked", "label"),
    [
        (0.1, "µm", True, "2 µm"),
        (1e-7, "m", True, "2 µm"),
        (1.0, "", True, "20"),
        (0.1, "µm", 3, "3 µm"),
    ],
)
def test_a_scale_bar_says_its_length_in_a_readable_unit(step, unit, asked, label):
    axes = described(field(np.zeros((50, 100)), step, unit), scalebar=asked)
    assert axes.scale_bar.label == label


def test_a_scale_bar_is_of_what_is_seen():
    axes = described(field(np.zeros((50, 100)), 1, "µm"), scalebar=True, xlim=(10.0, 20.0))
    assert axes.scale_bar.length == 2


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"overlay": np.full((2, 2), 0.5)}, TypeError, "label_regions"),
        ({"overlay": ([0, 1], [2, 3])}, TypeError, "is a signal"),
        ({"overlay": field(np.eye(2), x0=99.0)}, ValueError, "lies beside the image: x from 98.5"),
        ({"overlay": "cells"}, TypeError, "no workspace"),
        ({"overlay": np.eye(2), "overlay_style": "area"}, ValueError, "areas"),
        ({"scalebar": -2}, ValueError, "more than 0"),
        ({"scalebar": 2.5}, ValueError, "longer than what is seen of the image, 2 along x"),
        ({"scale_bar": True}, TypeError, "Did you mean 'scalebar'"),
    ],
)
def test_what_can_t_lie_over_an_image_is_said_kindly(options, error, text):
    with pytest.raises(error, match=text):
        Plotter(None).plot(field(np.zeros((2, 2))), show=False, **options)


def test_a_signal_has_no_overlay():
    with pytest.raises(TypeError, match="overlay"):
        Plotter(None).plot(([0, 1], [2, 3]), overlay=np.eye(2), show=False)
    assert parse_options({"scalebar": True}).scalebar is True
    assert check_overlays([]) == ()


@pytest.mark.parametrize("style", ["contours", "areas", "both"])
def test_an_overlay_leaves_the_limits_of_the_axes(style):
    image = field(np.zeros((6, 8)), 1.0, "µm")
    plain = Plotter(None).plot(image, show=False).axes[0]
    wide = field(np.ones((20, 20), dtype=int) * (np.indices((20, 20)).sum(axis=0) % 3), 1.0, "µm")
    over = Plotter(None).plot(image, overlay=wide, overlay_style=style, scalebar=True, show=False)
    assert over.axes[0].get_xlim() == plain.get_xlim()
    assert over.axes[0].get_ylim() == plain.get_ylim()
