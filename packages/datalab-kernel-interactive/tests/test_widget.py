"""The kernel's half of the conversation with a page, and what it holds meanwhile."""

import gc
import os
import time
import weakref

import numpy as np
import pytest

from datalab_kernel.plot import AxesSpec, Curve, FigureSpec, Image
from datalab_kernel_interactive import InteractiveRenderer, _widget

WIDGET = "application/vnd.jupyter.widget-view+json"
VIEW = {"panel": 0, "width": 700, "height": 300}


class Page:
    """What a page does: it shows figures, says what it sees, and gets answers."""

    def __init__(self, spec):
        self.drawing = InteractiveRenderer().render(spec)
        self.drawing.mimebundle("", {WIDGET})
        self.widget = self.drawing._widget
        self.got = []
        self.widget.send = lambda content, buffers=None: self.got.append((content, buffers))

    def say(self, kind, view="a", **content):
        self.widget._handle_custom_msg({"kind": kind, "view": view, **content}, [])

    def see(self, x, y=(0, 1), number=1):
        self.say("view", number=number, panels=[{**VIEW, "x": list(x), "y": list(y)}])
        content, buffers = self.got[-1]
        return content, [np.frombuffer(part) for part in buffers]


def spec_of(size=100_000, **keywords):
    x = np.arange(float(size))
    curve = Curve(x=x, y=np.random.default_rng(0).normal(size=size), label="noise")
    return FigureSpec(axes=(AxesSpec(curves=(curve,), **keywords),))


@pytest.fixture
def page():
    return Page(spec_of())


def test_a_view_is_answered_by_the_samples_in_it(page):
    answer, (x, y) = page.see((500, 600))
    (change,) = answer["changes"]
    assert (answer["kind"], answer["view"], answer["number"]) == ("detail", "a", 1)
    assert (change["trace"], change["is_part"]) == (1, True)
    assert x.tolist() == list(range(449, 652))
    assert y.tolist() == page.drawing._spec.axes[0].curves[0].y[449:652].tolist()
    assert answer["note"] == ""


def test_a_wide_view_is_answered_by_extremes(page):
    answer, (x, _) = page.see((0, 50_000))
    assert len(x) == 2 * 2 * VIEW["width"]
    assert "minimum and maximum" in answer["note"]


def test_views_are_told_in_the_unit_of_the_figure():
    page = Page(spec_of(xunit="s", xlim=(0, 1e-5)))
    _, (x, _) = page.see((5e8, 6e8))  # µs
    assert (x[0], x[-1]) == (449e6, 651e6)


def test_an_image_s_view_is_answered_by_its_pixels():
    edges = np.arange(3001.0)
    image = Image(data=np.arange(9e6).reshape(3000, 3000), x_edges=edges, y_edges=edges)
    page = Page(FigureSpec(axes=(AxesSpec(image=image),)))
    answer, _ = page.see((100, 200), (300, 200))
    (change,) = answer["changes"]
    assert change["trace"] == 2
    assert change["arrays"]["z"]["shape"] == [120, 120]
    z = np.frombuffer(page.got[-1][1][change["arrays"]["z"]["buffer"]])
    assert z[0] == 190 * 3000 + 90


def test_nonsense_from_a_page_is_not_answered(page):
    page.say("view", number="x", panels=[])
    page.say("what")
    assert page.got == []


def test_absurd_sizes_are_bounded(page):
    page.say("view", number=1, panels=[{**VIEW, "width": 1e9, "x": [0, 1e5], "y": [0, 1]}])
    assert len(page.got[-1][1][0]) < 8 * 2 * 2 * _widget.LARGEST_PX + 1


def test_the_data_go_when_nobody_holds_or_shows_the_figure():
    page = Page(spec_of())
    y = weakref.ref(page.drawing._spec.axes[0].curves[0].y)
    page.say("shown")
    del page.drawing
    gc.collect()
    assert page.see((0, 10))[0]["is_released"] is False
    page.say("gone")
    gc.collect()
    assert y() is None
    assert page.see((0, 10))[0]["is_released"] is True


def test_the_data_stay_while_somebody_holds_the_figure(page):
    page.say("shown")
    page.say("gone")
    assert page.see((0, 10))[0]["is_released"] is False


def test_the_data_stay_while_another_view_is_shown(page, monkeypatch):
    del page.drawing
    page.say("shown", "a")
    page.say("shown", "b")
    page.say("gone", "a")
    assert page.got[-1][0] == {"kind": "who"}
    page.say("shown", "b")  # its answer
    assert page.widget.has_detail
    monkeypatch.setattr(_widget, "FORGOTTEN_S", 0.0)
    page.say("gone", "b")
    assert not page.widget.has_detail


def test_views_of_a_page_that_was_reloaded_are_forgotten(monkeypatch):
    page = Page(spec_of())
    del page.drawing
    page.say("shown", "before the reload")
    page.say("shown", "a")
    page.say("gone", "a")
    monkeypatch.setattr(_widget, "FORGOTTEN_S", 0.0)
    assert page.widget.has_detail
    Page(spec_of(10))
    assert not page.widget.has_detail


def test_figures_that_no_page_shows_are_let_go_in_time(monkeypatch):
    monkeypatch.setattr(_widget, "MOST_UNSEEN", 2)
    pages = [Page(spec_of(10_000)) for _ in range(3)]
    for page in pages:
        del page.drawing
    pages.append(Page(spec_of(10)))
    assert [page.widget.has_detail for page in pages[:3]] == [False, False, True]


def test_closing_lets_go_of_the_data():
    page = Page(spec_of())
    y = weakref.ref(page.drawing._spec.axes[0].curves[0].y)
    page.widget.close()
    del page.drawing
    gc.collect()
    assert y() is None


def test_a_closed_figure_can_be_shown_again(page):
    page.widget.close()
    data, _ = page.drawing.mimebundle("", {WIDGET})
    assert data[WIDGET]["model_id"] == page.drawing._widget.model_id
    assert page.drawing._widget.has_detail


def test_figures_have_the_library_in_common(page):
    other = Page(spec_of(10))
    assert page.widget.library == other.widget.library
    size = len(str(page.widget.get_state(["_esm", "_css"])))
    assert size < 30_000


@pytest.mark.alone
def test_a_zoom_is_answered_within_a_tenth_of_a_second():
    size = 100_000_000 if os.environ.get("DATALAB_KERNEL_TEST_FULL") else 20_000_000
    y = np.zeros(size)
    y[size // 3] = 1.0
    page = Page(FigureSpec(axes=(AxesSpec(curves=(Curve(x=np.arange(size), y=y),)),)))
    times = []
    for share in (1.0, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-5):
        began = time.perf_counter()
        _, (_, values) = page.see((size / 3 - share * size / 2, size / 3 + share * size / 2))
        times.append(time.perf_counter() - began)
        assert values.max() == 1.0
    assert sorted(times)[len(times) // 2] < 0.1, times
