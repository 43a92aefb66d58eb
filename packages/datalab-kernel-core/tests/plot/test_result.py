from __future__ import annotations

import base64
import io
import os
import struct
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from datalab_kernel import create_image, create_signal
from datalab_kernel.errors import ExportError, MissingFileError

X = np.linspace(0, 10, 101)


@pytest.fixture(autouse=True)
def _objects(shelf):
    shelf["sine"] = create_signal("s", X, np.sin(X))
    shelf["img"] = create_image("i", np.arange(12.0).reshape(3, 4))


def test_the_bundle_is_a_sharp_png_as_text_with_its_size_on_the_page(draw):
    plot = draw("sine", figsize=(5, 3), dpi=100)
    data, metadata = plot._repr_mimebundle_()
    assert {*data} == {"image/png", "text/plain"}
    png = base64.b64decode(data["image/png"])
    assert struct.unpack(">II", png[16:24]) == (1000, 600)
    assert metadata["image/png"] == {"width": 500, "alt": plot.spec.alt}
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


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("a.doc", ExportError, r"Can't save '.*a\.doc': Format 'doc' is not supported.*png"),
        ("missing/a.png", MissingFileError, "the folder '.*missing' doesn't exist. Make it"),
        ("folder", MissingFileError, "it is a folder. Give a file in it"),
    ],
)
def test_saving_where_it_cannot_be_is_an_error_and_leaves_nothing(
    draw, tmp_path, name, error, said
):
    (tmp_path / "folder").mkdir()
    with pytest.raises(error, match=said):
        draw("img").save(tmp_path / name)
    assert [*tmp_path.rglob("*")] == [tmp_path / "folder"]


def test_a_file_that_cannot_be_replaced_is_left_as_it_is(draw, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(ExportError, match="not supported"):
        draw("img").save(path, format="doc")
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_is_read_only_is_an_error(draw, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    path.chmod(0o400)
    with pytest.raises(PermissionError, match="The file that was there is as it was"):
        draw("img").save(path)


def test_a_picture_that_is_interrupted_while_it_is_saved_leaves_nothing(
    draw, tmp_path, monkeypatch
):
    plot = draw("img")

    def interrupted(path, **_):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(plot.figure, "savefig", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plot.save(tmp_path / "a.png")
    assert [*tmp_path.iterdir()] == []


def test_a_picture_replaces_the_one_before(draw, tmp_path):
    first = draw("img").save(tmp_path / "a.png").read_bytes()
    assert draw("sine").save(tmp_path / "a.png").read_bytes() != first


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


@pytest.mark.parametrize(("alpha", "mode"), [(1.0, "RGB"), (0.5, "RGBA")])
def test_a_png_has_the_figures_pixels_and_alpha_only_where_some_are_seen_through(draw, alpha, mode):
    plot = draw("img")
    plot.figure.patch.set_alpha(alpha)
    plot.figure.savefig(expected := io.BytesIO(), format="png", dpi=2 * plot.figure.dpi)
    with Image.open(io.BytesIO(plot.png())) as ours, Image.open(expected) as theirs:
        assert ours.mode == mode
        assert np.array_equal(np.asarray(ours.convert("RGBA")), np.asarray(theirs))
        assert ours.info["dpi"] == theirs.info["dpi"]
