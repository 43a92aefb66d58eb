from __future__ import annotations

import base64
import io
import re
import time
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.image import imread

from datalab_kernel import create_image, create_signal
from datalab_kernel.backends import ObjectInfo
from datalab_kernel.display._objects_table import object_size, workspace_html
from datalab_kernel.display._thumbnail import image_png, signal_svg
from datalab_kernel.errors import ObjectNotFoundError

X = np.linspace(0, 10, 5000)


def info(name, kind="signal", **facts):
    shape, units = ((5000,), ("s", "V")) if kind == "signal" else ((20, 30), ("", "", ""))
    facts = {"group": "", "shape": shape, "units": units, "size_bytes": 80_000, **facts}
    return ObjectInfo(name=name, kind=kind, dtype="float64", is_from_notebook=True, **facts)


def view(name):
    return create_image(name, np.eye(20, 30)) if name.startswith("i") else signal(name)


def signal(name):
    return create_signal(name, X, np.sin(X))


def table(*infos, **options):
    html = workspace_html(infos, options.pop("view", view), "Workspace(standalone)", **options)
    return ElementTree.fromstring(html)


def cells(row):
    return ["".join(cell.itertext()) for cell in row]


@pytest.mark.alone  # a busy machine hasn't the time for previews
def test_the_table_says_what_each_object_is():
    rows = table(info("sine"), info("img", "image")).findall(".//tr")
    assert cells(rows[0]) == ["name", "preview", "kind", "shape", "dtype", "units", "size"]
    assert cells(rows[1]) == ["sine", "", "signal", "5,000", "float64", "s, V", "80.0 kB"]
    assert cells(rows[2]) == [
        "img",
        "",
        "image",
        "20 \N{MULTIPLICATION SIGN} 30",
        "float64",
        "",
        "80.0 kB",
    ]
    assert rows[1].find(".//svg/path").get("d").startswith("M")
    assert rows[2].find(".//img").get("src").startswith("data:image/png;base64,")


def test_screen_readers_find_their_way():
    root = table(info("sine"), info("img", "image"))
    assert "".join(root.find(".//caption").itertext()) == "Workspace(standalone)"
    assert {head.get("scope") for head in root.findall("table/thead//th")} == {"col"}
    assert {head.get("scope") for head in root.findall("table/tbody//th")} == {"row"}
    assert root.find(".//svg").get("aria-label") == "signal sine"
    assert root.find(".//img").get("alt") == "image img"


def test_colours_are_those_of_the_page():
    html = workspace_html([info("sine")], view, "h")
    assert "color:var(--jp-content-font-color1,inherit)" in html
    assert "background" not in html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\" onload='x' &amp;", "שלום"])
def test_any_text_is_shown_as_it_is(name):
    root = table(info(name, units=(name, "V"), group=name), view=signal)
    row = root.findall(".//tr")[1]
    assert cells(row)[0] == name
    assert cells(row)[5] == f"{name}, V"
    assert row.find(".//svg").get("aria-label") == f"signal {name}"
    assert root.find(".//script") is None


def test_groups_are_told_where_there_are_several():
    assert "group" not in cells(table(info("a", group="g"), info("b", group="g")).find(".//tr"))
    rows = table(info("a", group="g"), info("b", group="h")).findall(".//tr")
    assert cells(rows[2])[7] == "h"


def test_of_many_objects_fifty_are_listed():
    root = table(*[info(f"s{number}") for number in range(1234)])
    assert len(root.findall("table/tbody/tr")) == 50
    assert "".join(root.find("p").itertext()) == "… and 1,184 more: workspace.list()"


def test_thumbnails_stop_when_time_is_up():
    def slow(name):
        time.sleep(0.02)
        return signal(name)

    root = table(*[info(f"s{number}") for number in range(50)], view=slow, budget_s=0.1)
    assert 1 <= len(root.findall(".//svg")) <= 6
    assert len(root.findall("table/tbody/tr")) == 50


def test_an_object_that_was_removed_meanwhile_has_no_thumbnail():
    def gone(name):
        raise ObjectNotFoundError(f"{name} not found", name=name)

    assert table(info("a"), view=gone).find(".//svg") is None


@pytest.mark.alone
def test_a_hundred_large_objects_are_listed_at_once():
    rng = np.random.default_rng(0)
    objects = {
        "s": create_signal("s", np.arange(1e6), rng.normal(size=1_000_000)),
        "i": create_image("i", rng.random((2048, 2048))),
    }
    infos = [info(f"{kind[0]}{n}", kind) for n in range(50) for kind in ("signal", "image")]

    def seconds():
        start = time.process_time()
        workspace_html(infos, lambda name: objects[name[0]], "h")
        return time.process_time() - start

    assert (
        min(seconds() for _ in range(3)) < 0.065
    )  # of the processor; the goal is 50 ms, 12 ms were measured


# -- signals' thumbnails ------------------------------------------------------------------


def points(y, x=None):
    svg = signal_svg(np.array([np.arange(len(y)) if x is None else x, y]), "s")
    path = ElementTree.fromstring(svg).find("path").get("d")
    return [(kind, float(a), float(b)) for kind, a, b in re.findall(r"([ML])(\S+?) ([\d.]+)", path)]


def test_a_curve_goes_up_where_values_do():
    assert points(np.array([0.0, 1.0, 0.5])) == [("M", 0, 32), ("L", 48, 0), ("L", 96, 16)]


def test_a_spike_of_one_sample_reaches_the_top():
    y = np.zeros(50_000)
    y[25_001] = 1
    assert [round(x) for _, x, level in points(y) if level == 0] == [48]


def test_a_gap_interrupts_the_line():
    y = np.sin(X)
    y[2000:2500] = np.nan
    assert [kind for kind, *_ in points(y)].count("M") == 2


def test_a_constant_is_in_the_middle_and_nothing_is_nothing():
    assert {level for *_, level in points(np.full(9, 7.0))} == {16}
    assert points(np.full(9, np.nan)) == []
    assert points(np.array([])) == []


@pytest.mark.parametrize(
    "y", [np.array([-1.7e308, 1.7e308]), np.array([0, np.inf, 1]), np.array([3 + 4j, 0])]
)
def test_extreme_infinite_and_complex_values_are_drawn(y):
    assert {level for *_, level in points(y)} == {0, 32}


# -- images' thumbnails -------------------------------------------------------------------


def pixels(data):
    source = ElementTree.fromstring(image_png(data, "i")).get("src")
    return imread(io.BytesIO(base64.b64decode(source.split(",")[1])), format="png")


def test_an_image_is_grey_with_missing_pixels_transparent():
    seen = pixels(np.array([[0.0, 1.0], [0.5, np.nan]]))
    assert np.allclose(seen[..., 0], [[0, 1], [0.5, 0]], atol=0.01)
    assert seen[..., 3].tolist() == [[1, 1], [1, 0]]


def test_masked_pixels_are_transparent():
    seen = pixels(np.ma.array([[0.0, 1.0]], mask=[[True, False]]))
    assert seen[..., 3].tolist() == [[0, 1]]


def test_a_large_image_keeps_its_shape_and_orientation():
    data = np.zeros((3000, 1500))
    data[:1000] = 1
    seen = pixels(data)
    assert max(seen.shape[:2]) <= 64
    assert seen[5, 5, 0] == 1
    assert seen[-5, 5, 0] == 0
    assert "width:24px;height:48px" in image_png(data, "i")


@pytest.mark.parametrize("data", [np.eye(3, dtype=bool), np.eye(3, dtype="u2"), np.eye(3) * 1j])
def test_images_of_every_dtype_are_drawn(data):
    assert np.allclose(pixels(data)[..., 0], np.eye(3))


def test_sizes_are_written_for_people():
    sizes = [0, 999, 8_000_000, 7.6e6, 5e12]
    assert [*map(object_size, sizes)] == ["0 B", "999 B", "8.0 MB", "7.6 MB", "5000.0 GB"]
