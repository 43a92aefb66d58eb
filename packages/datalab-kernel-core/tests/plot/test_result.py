from __future__ import annotations

import base64
import struct
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from datalab_kernel import create_image, create_signal

X = np.linspace(0, 10, 101)


@pytest.fixture(autouse=True)
def _objects(shelf):
    shelf["sine"] = create_signal("s", X, np.sin(X))
    shelf["img"] = create_image("i", np.arange(12.0).reshape(3, 4))


def test_the_bundle_is_a_sharp_png_as_text_with_its_size_on_the_page(draw):
    data, metadata = draw("sine", figsize=(5, 3), dpi=100)._repr_mimebundle_()
    assert {*data} == {"image/png", "text/plain"}
    png = base64.b64decode(data["image/png"])
    assert struct.unpack(">II", png[16:24]) == (1000, 600)
    assert metadata["image/png"] == {"width": 500, "height": 300, "alt": "Plot of the signal sine"}
    assert data["text/plain"] == "<Plot of the signal sine>"


def test_svg_is_given_on_request(draw):
    data, metadata = draw("sine")._repr_mimebundle_(include=["image/svg+xml"])
    assert {*data} == {"image/svg+xml"}
    assert metadata == {}
    assert ElementTree.fromstring(data["image/svg+xml"]).tag.endswith("svg")


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF"), ("a", b"\x89PNG")],
)
def test_a_picture_is_saved_by_its_suffix(draw, tmp_path, name, start):
    path = draw("img").save(tmp_path / name)
    assert path == tmp_path / name
    assert path.read_bytes().startswith(start)


def test_saving_where_it_cannot_be_is_an_error(draw, tmp_path):
    with pytest.raises(ValueError, match="not supported"):
        draw("img").save(tmp_path / "a.doc")
    with pytest.raises(FileNotFoundError):
        draw("img").save(tmp_path / "missing" / "a.png")


def test_settings_are_respected_and_untouched(draw):
    before = {**mpl.rcParams}
    with mpl.rc_context({"figure.figsize": (4, 4), "lines.linewidth": 5, "figure.dpi": 60}):
        plot = draw("sine")
        plot.png()
    assert (tuple(plot.figure.get_size_inches()), plot.figure.dpi) == ((4, 4), 60)
    assert plot.axes[0].lines[0].get_linewidth() == 5
    assert {**mpl.rcParams} == before


@pytest.mark.parametrize("setting", ["figure.autolayout", "figure.constrained_layout.use"])
def test_a_layout_of_the_users_choice_is_kept(draw, setting):
    with mpl.rc_context({setting: True}):
        plot = draw("sine")
        assert plot.png()
        assert plot.figure.get_layout_engine() is not None


def test_drawing_needs_no_pyplot_and_leaves_no_figure_open():
    code = (
        "import sys, numpy as np\n"
        "from datalab_kernel import Plotter, create_image, create_signal\n"
        "assert 'matplotlib' not in sys.modules\n"
        "x = np.arange(5.0)\n"
        "for obj in create_signal('s', x, x), create_image('i', np.eye(3)):\n"
        "    Plotter(None).plot(obj, show=False).png()\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert 'IPython' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
