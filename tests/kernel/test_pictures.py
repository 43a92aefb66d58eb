"""Pictures in the real kernel: shown once, stopped, and with nothing left behind."""

from __future__ import annotations

import os
import re
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.kernel.driver import Kernel, Shown

PICTURES = 500 if os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1" else 40

SETUP = """
from datalab_kernel import Plotter
from IPython.display import display
x = np.arange(5.0)
workspace["s"] = create_signal("s", x, x)
workspace["i"] = np.eye(4)
class Slow:
    def list(self, pattern=None, *, kind=None): return [f"s{i}" for i in range(90)]
    def exists(self, name): return False
    def get(self, name, *, copy=True, xlim=None, ylim=None):
        import time
        if name == "s5": print("on", flush=True)
        time.sleep(0.3)
        return create_signal(name, x, x)
    view_from_afar = get

"""


@pytest.fixture(scope="module")
def drawing(kernel: Kernel) -> Kernel:
    kernel.value(SETUP)
    return kernel


def pictures(shown: Shown) -> list[str]:
    return [data["image/png"] for data in shown.displays if "image/png" in data]


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("plotter.plot('s')", 1),
        ("plotter.plot('s');", 1),
        ("plotter.plot('s')\n3", 1),
        ("p = plotter.plot('s')", 1),
        ("p = plotter.plot('s')\np", 1),
        ("p = plotter.plot('s')\ndisplay(p)", 2),
        ("plotter.plot('s')\nplotter.plot('i')", 2),
        ("for _ in range(3): p = plotter.plot('s')", 3),
        ("def draw(): return plotter.plot('s')\ndraw()", 1),
        ("plotter.plot('s', show=False)", 1),
        ("p = plotter.plot('s', show=False)", 0),
        ("try:\n    plotter.plot('s')\n    plotter.plot('none')\nexcept KeyError:\n    pass", 1),
        ("plotter.grid()", 1),
        ("p = plotter.grid()\np", 1),
    ],
)
def test_a_picture_is_shown_once(drawing: Kernel, code: str, count: int) -> None:
    shown = drawing.run(code)
    assert shown.error is None, shown.error[2]
    assert len(pictures(shown)) == count
    assert "Plot of" not in shown.text


def test_an_error_after_a_picture_leaves_it(drawing: Kernel) -> None:
    shown = drawing.run("plotter.plot('s')\n1 / 0")
    assert shown.error is not None
    assert len(pictures(shown)) == 1


@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_a_notebook_has_shown_takes_little_memory(drawing: Kernel) -> None:
    drawing.value("many = np.linspace(0, 20, 200_000); workspace['many'] = (many, np.sin(many))")
    used_mb = "int(open('/proc/self/statm').read().split()[1]) * 4096 / 1e6"

    def show(count: int) -> None:
        for _ in range(count):
            for name in ("s", "many"):
                assert len(pictures(drawing.run(f"plotter.plot('{name}')"))) == 1

    show(8)
    before_mb = float(drawing.value(used_mb))
    show(PICTURES // 2)
    assert float(drawing.value(used_mb)) - before_mb < 50
    assert drawing.value("Out[max(Out) - 10].axes[0].lines[0].get_ydata().size > 4") == "True"


def test_the_pixels_of_a_shown_picture_are_freed_when_its_cell_has_ended(drawing: Kernel) -> None:
    canvases = "sum(type(one).__name__ == 'RendererAgg' for one in gc.get_objects())"
    drawing.value("import gc; gc.collect(); gc.disable()")
    before = drawing.value(canvases)
    for name in ("s", "i", "s"):
        drawing.run(f"plotter.plot('{name}')")
    after = drawing.value(canvases)
    drawing.value("gc.enable()")
    assert after == before


def test_no_figure_stays_open_and_pyplot_is_not_imported(drawing: Kernel) -> None:
    drawing.run("plotter.plot('s'); plotter.grid()")
    code = "import sys; 'matplotlib.pyplot' in sys.modules"
    assert drawing.value(code) == "False"


@pytest.mark.parametrize("method", ["grid", "plot"])
def test_drawing_many_objects_shows_how_far_it_is_and_can_be_stopped(
    drawing: Kernel, method: str
) -> None:
    begun_s = time.monotonic()
    shown = drawing.run(f"Plotter(Slow()).{method}('*')", meanwhile=drawing.interrupt)
    assert time.monotonic() - begun_s < 15
    assert shown.error is not None
    assert shown.error[0] == "KeyboardInterrupt"
    lines = [data["text/plain"] for data in shown.displays]
    assert re.fullmatch(r"(Drawing|Reading) \d of 90 …", lines[0])
    assert pictures(shown) == []
    assert len(pictures(drawing.run("plotter.plot('s')"))) == 1


@pytest.fixture
def formats(drawing: Kernel) -> Iterator[Kernel]:
    yield drawing
    drawing.value("%config InlineBackend.figure_formats = ['png']")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("['svg']", ["image/svg+xml"]),
        ("['retina']", ["image/png"]),
        ("['pdf', 'svg']", ["application/pdf", "image/svg+xml"]),
        ("['jpeg']", ["image/jpeg"]),
    ],
)
def test_a_picture_is_sent_in_the_formats_that_are_asked_for(
    formats: Kernel, asked: str, shown: list[str]
) -> None:
    formats.value(f"%config InlineBackend.figure_formats = {asked}")
    (data,) = formats.run("plotter.plot('s');").displays
    assert sorted(data) == [*shown, "text/plain"]


def test_one_picture_may_be_interactive(drawing: Kernel) -> None:
    widget = "application/vnd.jupyter.widget-view+json"
    asked = ["interactive=True", "interactive=None", "interactive=False"]
    found = [drawing.run(f"plotter.plot('s', {one});").displays[0] for one in asked]
    assert [widget in data for data in found] == [True, False, False]
    shown = drawing.run("plotter.plot('s', interactive='yes')")
    assert shown.error is not None
    assert "interactive must be True, False or None, not 'yes'" in shown.error[1]
