"""How DataLab's window shows an object, read from the object."""

from __future__ import annotations

import numpy as np
import pytest

from datalab_kernel import create_image, create_signal
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._options import parse_options

X = np.linspace(0, 10, 101)
AS_DATALAB_WRITES = {
    "__curvestyle": "Lines", "__shade": 0.0, "__baseline": 0.0, "style": "SolidLine",
    "color": "#1f77b4", "width": 1.0, "marker": "NoSymbol", "size": 9, "edgecolor": "blue",
    "edgewidth": 1.0, "facecolor": "blue", "alpha": 1.0,
}  # fmt: skip


def axes_of(*objects, **options):
    return build(objects, parse_options(options)).axes[0]


def signal(y=X, **metadata):
    obj = create_signal("s", X, y)
    obj.metadata.update(metadata)
    return obj


def image(data=None, **metadata):
    obj = create_image("i", np.arange(12.0).reshape(3, 4) if data is None else data)
    obj.metadata.update(metadata)
    return obj


def look(*objects, **options):
    curves = axes_of(*objects, **options).curves
    return [(c.style, c.color, c.linestyle, c.linewidth, c.marker) for c in curves]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, ("line", None, None, None, None)),
        (AS_DATALAB_WRITES, ("line", "#1f77b4", None, 1, None)),
        ({**AS_DATALAB_WRITES, "style": "DashLine", "width": 2}, ("line", "#1f77b4", "--", 2, None)),
        ({**AS_DATALAB_WRITES, "style": "NoPen", "marker": "Ellipse"},
         ("line", "#1f77b4", "none", 1, "o")),
        ({**AS_DATALAB_WRITES, "style": "NoPen"}, ("line", "#1f77b4", None, 1, None)),
        ({"__curvestyle": "Sticks"}, ("sticks", None, None, None, None)),
        ({"__curvestyle": "Steps"}, ("steps", None, None, None, None)),
        ({"__curvestyle": "Steps", "__shade": 0.5}, ("bins", None, None, None, None)),
        ({"__curvestyle": "Dots"}, ("dots", None, None, None, None)),
        ({"__curvestyle": 7}, ("line", None, None, None, None)),
        ({"color": "red", "width": 12.5, "size": 3}, ("line", None, None, None, None)),
        ({**AS_DATALAB_WRITES, "color": "no colour", "width": "x"}, ("line", None, None, None, None)),
    ],
)  # fmt: skip
def test_curves_look_as_datalab_keeps_them(metadata, expected):
    assert look(signal(**metadata)) == [expected]


def test_options_win_over_what_is_kept():
    kept = signal(**{**AS_DATALAB_WRITES, "__curvestyle": "Sticks"})
    assert look(kept, color="red", linestyle=":", linewidth=4, marker="x") == [
        ("line", "red", ":", 4, "x")
    ]


def test_colours_that_a_result_inherited_do_not_make_curves_look_alike():
    source = signal(**AS_DATALAB_WRITES)
    assert [one[1] for one in look(source, signal(**AS_DATALAB_WRITES))] == [None, None]
    other = signal(**{**AS_DATALAB_WRITES, "color": "#ff7f0e"})
    assert [one[1] for one in look(source, other)] == ["#1f77b4", "#ff7f0e"]


def test_axis_limits_that_are_kept_count_where_the_object_does_not_scale_itself():
    obj = signal()
    obj.xscalemin, obj.xscalemax, obj.yscalemin = 2.0, 5.0, -3.0
    assert axes_of(obj).xlim is None
    obj.autoscale = False
    assert axes_of(obj).xlim == (2, 5)
    assert axes_of(obj).ylim == (-3, 10)
    assert axes_of(obj, xlim=(0, 1)).xlim == (0, 1)
    assert axes_of(obj, signal()).xlim is None


def test_logarithmic_axes_that_are_kept_are_used_where_they_can_be():
    obj = signal(X + 1)
    obj.yscalelog = True
    assert axes_of(obj).yscale == "log"
    assert axes_of(obj, yscale="linear").yscale == "linear"
    negative = signal(-X)
    negative.yscalelog = True
    assert (axes_of(negative).yscale, axes_of(negative).message) == ("linear", "")


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"__colormap": "plasma"}, "plasma"),
        ({"__colormap": "plasma", "__invert_colormap": True}, "plasma_r"),
        ({"__colormap": "viridis", "__invert_colormap": True}, "viridis_r"),
        ({"__colormap": "gray_r", "__invert_colormap": True}, "gray"),
        ({"__colormap": "only in DataLab"}, "viridis"),
        ({"__colormap": None}, "viridis"),
    ],
)
def test_images_have_the_map_that_was_chosen_in_datalab(metadata, expected):
    assert axes_of(image(**metadata)).image.cmap == expected


def test_the_map_that_datalab_gives_to_all_images_is_no_choice():
    data = np.linspace(-1, 1, 12).reshape(3, 4)
    assert axes_of(image(data, __colormap="viridis")).image.cmap == "RdBu_r"
    assert axes_of(image(data, __colormap="gray")).image.cmap == "gray"


def test_colour_limits_that_are_kept_are_used_and_said():
    obj = image()
    obj.zscalemin, obj.zscalemax = 2.0, 8.0
    found = axes_of(obj).image
    assert (found.vmin, found.vmax, found.extend) == (2, 8, "both")
    assert found.limits_note == "limits as the image keeps them; data: 0 to 11"
    assert axes_of(obj, vmin=0, vmax=11).image.limits_note == ""
    assert axes_of(obj, vmax=9).image.vmin == 2


def test_colour_limits_that_a_result_inherited_do_not_hide_it():
    obj = image()
    obj.zscalemin, obj.zscalemax = 500.0, 900.0
    assert (axes_of(obj).image.vmin, axes_of(obj).image.vmax) == (0, 11)


def test_axis_limits_of_images_are_kept_too():
    obj = image()
    obj.autoscale = False
    obj.xscalemin, obj.yscalemax = 1.0, 2.0
    assert axes_of(obj).xlim == (1, 3.5)
    assert axes_of(obj).ylim == (2, -0.5)
    assert axes_of(obj, origin="lower").ylim == (-0.5, 2)
