"""Gwyddion's files: .gwy written by gwyfile, .gsf by hand after its layout."""

import io

import numpy as np
import pytest

from datalab_kernel.notes import notes_of
from datalab_kernel.testing import ReaderContract, SampleFile
from datalab_kernel_formats._gwyddion import GSF, GWY

HEIGHTS = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.5]])


def gsf(data=HEIGHTS, **said):
    header = {"XRes": 4, "YRes": 2, "XReal": 4e-6, "YReal": 1e-6, **said}
    text = "Gwyddion Simple Field 1.0\n" + "".join(f"{key} = {v}\n" for key, v in header.items())
    head = text.encode()
    return head + b"\0" * (4 - len(head) % 4) + np.asarray(data, "<f4").tobytes()


def gwy(**more):
    objects = pytest.importorskip("gwyfile").objects
    container = objects.GwyContainer()
    for number, title in enumerate(["Topography", "Phase"]):
        field = objects.GwyDataField(
            HEIGHTS + number,
            xreal=4e-6,
            yreal=1e-6,
            xoff=1e-6,
            si_unit_xy="m",
            si_unit_z="deg" if number else "m",
        )
        container[f"/{number}/data"] = field
        container[f"/{number}/data/title"] = title
    container.update(more)
    file = io.BytesIO()
    container.tofile(file)
    return file.getvalue()


class TestGwyddionSimpleField(ReaderContract):
    reader = GSF

    def samples(self):
        arrays = (HEIGHTS.astype("f4"),)
        titles = ["", "a", "ab", "abc"]  # the padding of 1 to 4 bytes
        return [
            SampleFile(name=f"f{len(title)}.gsf", content=gsf(Title=title), arrays=arrays)
            for title in titles
        ]


class TestGwyddion(ReaderContract):
    reader = GWY

    def samples(self):
        return [SampleFile(name="a.gwy", content=gwy(), arrays=(HEIGHTS, HEIGHTS + 1))]


def test_a_field_has_its_lengths_and_units(tmp_path, read):
    path = tmp_path / "f.gsf"
    path.write_bytes(gsf(XYUnits="m", ZUnits="V", Title="a = b", XOffset=2e-6, Owner="Ada"))
    (obj,) = read(GSF, path)
    assert (obj.title, obj.zlabel, obj.zunit, obj.xunit, obj.yunit) == ("f", "a = b", "V", "m", "m")
    assert (obj.dx, obj.dy) == (1e-6, 0.5e-6)
    assert (obj.x0, obj.y0) == (2e-6 + 0.5e-6, 0.25e-6)  # the centre of the first pixel
    assert obj.metadata["Owner"] == "Ada"


def test_channels_are_named_and_calibrated(tmp_path, read):
    path = tmp_path / "a.gwy"
    path.write_bytes(gwy())
    first, second = read(GWY, path)
    assert (first.title, second.title) == ("a Topography", "a Phase")
    assert (first.zunit, second.zunit, first.xunit) == ("m", "deg", "m")
    assert (first.dx, first.dy, first.x0) == (1e-6, 0.5e-6, 1.5e-6)


def test_curves_of_a_graph_are_signals(tmp_path, read):
    objects = pytest.importorskip("gwyfile").objects
    curve = objects.GwyObject(
        "GwyGraphCurveModel",
        {"xdata": np.array([0.0, 1.0]), "ydata": np.array([3.0, 5.0]), "description": "cut"},
    )
    graph = objects.GwyObject(
        "GwyGraphModel",
        {"title": "Profiles", "x_unit": objects.GwySIUnit(unitstr="m"), "curves": [curve]},
        {"curves": "O"},
    )
    path = tmp_path / "a.gwy"
    path.write_bytes(gwy(**{"/0/graph/graph/1": graph}))
    obj = read(GWY, path)[-1]
    assert (obj.title, obj.xunit) == ("a Profiles cut", "m")
    assert obj.xydata.tolist() == [[0.0, 1.0], [3.0, 5.0]]


def test_volume_data_is_skipped_and_named(tmp_path, read):
    objects = pytest.importorskip("gwyfile").objects
    path = tmp_path / "a.gwy"
    path.write_bytes(gwy(**{"/brick/0": objects.GwyObject("GwyBrick", {"xres": 1})}))
    assert "volume data" in notes_of(read(GWY, path)[0])[0].text
