"""What plot still understands of datalab-kernel 0.2."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from sigima.objects import GeometryResult, TableResult

from datalab_kernel import create_image, create_signal, create_signal_roi
from datalab_kernel.workspace._calc_result import CalcResult

X = np.linspace(0, 10, 101)


@pytest.fixture
def measured():
    obj = create_signal("measured", X, np.sin(X), units=("s", "V"))
    obj.roi = create_signal_roi([[2, 4]])
    obj.metadata["Geometry_stored_dict"] = width("stored").to_dict()
    return obj


def width(title):
    return GeometryResult(title, "segment", np.array([[1.0, 0, 3, 0]]), None, "f")


def roles(plot):
    return {shape.role for axes in plot.spec.axes for shape in axes.shapes}


def labels(plot):
    return [
        shape.label for axes in plot.spec.axes for shape in axes.shapes if shape.role == "result"
    ]


def test_show_roi_and_show_results_leave_them_out(draw, measured):
    assert roles(draw(measured)) == {"roi", "result"}
    assert roles(draw(measured, show_roi=False)) == {"result"}
    assert roles(draw(measured, show_results=False)) == {"roi"}


def test_colormap_is_cmap(draw):
    image = create_image("i", np.zeros((4, 5)))
    plot = draw(image, colormap="magma")
    assert plot.spec.axes[0].image.cmap == "magma"


def test_titles_name_the_curves_and_the_objects_keep_theirs(draw, measured):
    other = create_signal("other", X, X, units=("s", "V"))
    plot = draw([measured, other], titles=["before", "after"])
    assert [curve.label for curve in plot.spec.axes[0].curves] == ["before", "after"]
    assert [measured.title, other.title] == ["measured", "other"]


def test_titles_stand_above_images(draw):
    images = [create_image(name, np.zeros((4, 5))) for name in "ab"]
    plot = draw(images, titles=["left", "right"])
    assert [axes.title for axes in plot.spec.axes] == ["left", "right"]


def test_units_stand_at_the_axes_and_the_object_keeps_its_own(draw, measured):
    axes = draw(measured, xunit="counts", yunit="mA").spec.axes[0]
    assert (axes.xunit, axes.yunit) == ("counts", "mA")
    assert (measured.xunit, measured.yunit) == ("s", "V")


def test_listed_results_are_drawn_and_no_others(draw, measured):
    assert labels(draw(measured, results=[width("given")])) == ["given: 2 s"]
    assert "Geometry_stored_dict" in measured.metadata


def test_results_are_taken_from_what_calc_returned(draw, measured):
    table = TableResult("Peaks", "results", ["height"], [[1.5]], None, "f")
    analysis = CalcResult(
        function="f", names=("measured",), on=("measured",), tables={"measured": table},
        geometry={"measured": width("found")}, is_analysis=True,
    )  # fmt: skip
    plot = draw(measured, results=[analysis])
    assert labels(plot) == ["found: 2 s"]
    assert len(plot.spec.tables) == 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"colormap": "magma", "cmap": "gray"}, TypeError, "are the same option. Give cmap alone"),
        ({"titles": ["a", "b"]}, ValueError, "titles has 2 entries for 1 objects"),
        ({"titles": [1]}, TypeError, "titles must be texts"),
        ({"xunit": 1}, TypeError, "xunit must be text such as 'mm'"),
        ({"results": [5]}, TypeError, "int .5. is no result. Give what workspace.calc returned"),
        ({"show_rois": True}, TypeError, "plot has no option 'show_rois'"),
    ],
)
def test_a_wrong_value_says_what_to_give(draw, measured, options, error, message):
    with pytest.raises(error, match=message):
        draw(measured, **options)


def test_a_plot_as_html_is_its_picture(draw, measured):
    plot = draw(measured, title="a < b")
    found = re.fullmatch(
        r'<img src="data:image/png;base64,([^"]+)" width="\d+" alt="([^"<>]*)">', plot._repr_html_()
    )
    assert found is not None
    assert base64.b64decode(found[1])[:4] == b"\x89PNG"
    assert found[2]
