"""Interactive figures in JupyterLab and Notebook: zooming shows what the kernel holds."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import matplotlib.image
import pytest
from nbconvert import HTMLExporter
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect
from support.sampling import IS_FULL

from frontends.notebook import NotebookPage, lab_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from playwright.sync_api import BrowserContext, Locator, Page, Request

    from frontends.server import JupyterServer

SETUP = """\
from datalab_kernel import Plotter
plotter = Plotter(workspace, renderer="interactive")
"""
VERY_MANY = 100_000_000 if IS_FULL else 10_000_000
WALK = f"""\
size = {VERY_MANY}
steps = np.random.default_rng(0).normal(size=1_000_000).cumsum()
walk = create_signal("Random walk", steps[:2], steps[:2], units=("s", "V"))
walk.xydata = np.empty((2, size))  # in place: each copy would take seconds
walk.xydata[0] = np.arange(size)
walk.xydata[0] *= 1e-8
walk.xydata[1].reshape(-1, steps.size)[:] = steps
walk.xydata[1, size // 2] += 60
plot = plotter.plot(walk)
"""
SHORT = """\
y = np.random.default_rng(0).normal(size=300_000).cumsum()
plot = plotter.plot(create_signal("walk", np.arange(y.size) * 1e-6, y, units=("s", "V")))
"""
IMAGE = """\
spots = np.add.outer(np.sin(np.arange(4096) / 100), np.cos(np.arange(4096) / 100))
spots[2048, 2048] = 9
plot = plotter.plot(create_image("spots", spots))
"""
SETTLED = re.compile("complete|detailed")
PATIENCE_MS = 30_000
POINTS = "plot => plot.data[1].x.length"
SEEN = "plot => plot._fullLayout.xaxis.range"
ZOOMED = """([plot, before, after]) => plot.dataset.state === "detailed"
  && Number(plot.dataset.answers) > after
  && String(plot._fullLayout.xaxis.range) !== String(before)"""
HIGHEST = """plot => {
  const {x, y} = plot.data[1], [low, high] = plot._fullLayout.xaxis.range;
  return Math.max(...y.filter((_, index) => x[index] >= low && x[index] <= high));
}"""


class FigureOnPage:
    """The figure that a cell shows."""

    def __init__(self, notebook: NotebookPage, index: int) -> None:
        self.page = notebook.page
        self.cell = notebook.cell(index)
        self.plot: Locator = self.cell.locator(".datalab-figure")
        self.note = self.cell.locator(".datalab-figure-note")
        self.wait = self.cell.locator(".datalab-figure-wait")
        expect(self.plot).to_have_attribute("data-state", SETTLED, timeout=PATIENCE_MS)

    def value(self, code: str) -> Any:
        """Return what JavaScript finds out about the figure."""
        return self.plot.evaluate(code)

    def drag(self, down: float = 0.0) -> int:
        """Draw a box around the middle tenth of the x axis, and as much of y if wanted.

        Returns how many answers had come before it was drawn to its end.
        """
        area, mouse = self.place(), self.page.mouse

        def move(share: float) -> None:
            right, below = 0.5 + share, 0.5 + share * down
            mouse.move(area["x"] + right * area["width"], area["y"] + below * area["height"])

        move(-0.05)
        mouse.down()
        move(0)
        number = int(self.plot.get_attribute("data-answers") or 0)
        move(0.05)
        mouse.up()
        return number

    def place(self) -> dict[str, float]:
        """Return where the axes are, once the page has come to rest with them in view.

        The cells of a page that was just loaded get their heights one after another, and push
        what is below them out of view again.
        """
        axes = self.plot.locator(".nsewdrag")
        found = before = None
        while found is None or found != before:
            self.page.wait_for_timeout(200)
            self.plot.scroll_into_view_if_needed()
            found, before = axes.bounding_box(), found
        return found

    def zoom(self, down: float = 0.0) -> None:
        """Zoom in by ten, and wait until the detail of what is then seen is there.

        A page asks by itself too, as when it gets its final width. An answer to that doesn't
        count: while a box is drawn it waits, and then the page asks again at once.
        """
        before = self.value(SEEN)
        after = self.drag(down)
        arguments = [self.plot.element_handle(), before, after]
        self.page.wait_for_function(ZOOMED, arg=arguments, timeout=PATIENCE_MS)

    def picture(self) -> np.ndarray:
        """Return the pixels that are seen."""
        return matplotlib.image.imread(io.BytesIO(self.plot.screenshot()))


def show(notebook: NotebookPage, source: str) -> FigureOnPage:
    index = notebook.start(source)
    assert "Error" not in notebook.finish(index)
    return FigureOnPage(notebook, index)


@pytest.fixture(scope="module")
def ready(notebook: NotebookPage) -> NotebookPage:
    """Give a notebook with a plotter."""
    notebook.run(SETUP)
    return notebook


@pytest.fixture
def elsewhere(page: Page) -> Iterator[list[str]]:
    """Collect the addresses outside of this computer that a page asks."""
    asked = []

    def note(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "blob:", "data:")):
            asked.append(request.url)

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


def test_zooming_into_very_many_samples_shows_a_spike_of_one(
    ready: NotebookPage, elsewhere: list[str]
) -> None:
    figure = show(ready, WALK)
    assert f"{VERY_MANY:,} points" in figure.note.inner_text()
    before = figure.picture()
    for _ in range(5 if IS_FULL else 4):
        figure.zoom()
    expect(figure.note).to_have_text("")
    low, high = figure.value(SEEN)
    assert high - low < 2e-5
    local = ready.run("float(np.median(walk.xydata[1, size // 2 - 1000 : size // 2 + 1000]))")
    assert figure.value(HIGHEST) > float(local) + 40
    assert (figure.picture() != before).mean() > 0.01
    assert elsewhere == []


ZOOM_IN_MS = """plot => new Promise(done => {
  const began = performance.now();
  new MutationObserver((_, observer) => { observer.disconnect(); done(performance.now() - began); })
    .observe(plot, {attributeFilter: ["data-answers"]});
  plot.querySelector("[data-val=in]").dispatchEvent(new MouseEvent("click", {bubbles: true}));
})"""
STATUS_LINE = """plot => [plot, plot.nextElementSibling].map(
  part => [getComputedStyle(part).backgroundColor, part.getBoundingClientRect().width])"""


def test_the_line_below_a_figure_is_as_white_and_wide_in_dark_themes_too(
    ready: NotebookPage,
) -> None:
    figure, line = show(ready, SHORT).value(STATUS_LINE)
    assert figure == line
    assert line[0] == "rgb(255, 255, 255)"


@pytest.mark.alone
def test_an_answer_is_there_before_a_person_waits(ready: NotebookPage) -> None:
    figure = show(ready, SHORT)
    took_ms = min(figure.value(ZOOM_IN_MS) for _ in range(3))
    assert took_ms < 1000


@pytest.mark.alone
def test_while_a_cell_runs_the_overview_is_seen_and_detail_comes_after_it(
    ready: NotebookPage,
    server: JupyterServer,
) -> None:
    figure = show(ready, SHORT)
    go_on = server.folder / "go-on"
    busy = ready.start_busy(
        f"import os, time\nwhile not os.path.exists({str(go_on)!r}): time.sleep(0.05)"
    )
    figure.drag()
    expect(figure.wait).to_contain_text("Overview")
    assert figure.value(POINTS) > 1000
    go_on.touch()
    ready.finish(busy)
    expect(figure.wait).to_have_text("")
    expect(figure.plot).to_have_attribute("data-state", "detailed")


def test_zooming_into_an_image_shows_a_single_pixel(ready: NotebookPage) -> None:
    figure = show(ready, IMAGE)
    assert "4,096 by 4,096 pixels" in figure.note.inner_text()
    for _ in range(2):
        figure.zoom(down=1.0)
    expect(figure.note).to_have_text("")
    highest = "plot => Math.max(...plot.data[2].z.map(row => Math.max(...row)))"
    assert figure.value(highest) == 9


HOLES = """\
pixels = np.random.default_rng(0).normal(size=(3000, 3000))
pixels[::7, ::7] = np.nan
plot = plotter.plot(create_image("holes", pixels))
"""


@pytest.mark.usefixtures("whole_run")
def test_missing_pixels_are_seen_as_missing_when_zoomed_in(ready: NotebookPage) -> None:
    figure = show(ready, HOLES)
    for _ in range(2):
        figure.zoom(down=1.0)
    opacity = "plot => plot.data[1].opacity"
    assert figure.value(opacity) == 0
    area = figure.place()
    ready.page.mouse.dblclick(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    expect(figure.note).to_contain_text("3,000 by 3,000 pixels")
    assert figure.value(opacity) == 1


@pytest.mark.usefixtures("whole_run")
def test_the_wheel_scrolls_the_page_and_with_ctrl_it_zooms(ready: NotebookPage) -> None:
    figure = show(ready, SHORT)
    area, before = figure.place(), figure.value(SEEN)
    ready.page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    ready.page.mouse.wheel(0, -50)
    ready.page.wait_for_timeout(300)
    assert figure.value(SEEN) == before
    number = int(figure.plot.get_attribute("data-answers"))
    ready.page.keyboard.down("Control")
    ready.page.mouse.wheel(0, -200)
    ready.page.keyboard.up("Control")
    expect(figure.plot).not_to_have_attribute("data-answers", str(number), timeout=PATIENCE_MS)
    assert figure.value(SEEN) != before


def test_a_double_click_shows_everything_again(ready: NotebookPage) -> None:
    figure = show(ready, SHORT)
    before = figure.value(SEEN)
    figure.zoom()
    area = figure.place()
    ready.page.mouse.dblclick(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    expect(figure.note).to_contain_text("300,000 points")
    ready.page.wait_for_timeout(300)
    assert figure.value(SEEN) == pytest.approx(before)


def test_the_cursor_reads_name_values_and_units(ready: NotebookPage) -> None:
    figure = show(
        ready,
        "plot = plotter.plot(create_signal('dot', [0.0, 1e-3, 2e-3], [1.0] * 3,"
        " units=('s', 'V'), labels=('Time', 'U')))",
    )
    area = figure.place()
    ready.page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    expect(figure.plot.locator(".hovertext")).to_contain_text("Time: 1 ms")
    expect(figure.plot.locator(".hovertext")).to_contain_text("U: 1 V")
    expect(figure.plot.locator(".hovertext")).to_contain_text("dot")


@pytest.mark.usefixtures("whole_run")
def test_a_figure_shown_twice_is_zoomed_in_each_place_alone(ready: NotebookPage) -> None:
    first = show(ready, SHORT)
    second = show(ready, "plot")
    before = second.value(SEEN)
    first.zoom()
    assert second.value(SEEN) == before
    second.zoom()
    assert second.value(SEEN) != before


def test_a_saved_notebook_holds_the_picture(ready: NotebookPage) -> None:
    index = ready.start(SHORT)
    ready.finish(index)
    (output,) = ready.json(index)["outputs"]
    assert output["data"]["image/png"].startswith("iVBOR")
    assert "walk" in output["metadata"]["image/png"]["alt"]
    cell = new_code_cell(SHORT, outputs=[from_dict(output)])
    page, _ = HTMLExporter().from_notebook_node(new_notebook(cells=[cell]))
    assert "data:image/png;base64,iVBOR" in page
    assert "widget-view" not in page


def test_after_a_refresh_the_figure_is_there_and_asks_for_detail(
    ready: NotebookPage,
) -> None:
    index = ready.start(SHORT)
    ready.finish(index)
    ready.command("docmanager:save")
    ready.page.reload()
    ready.wait_until_ready()
    figure = FigureOnPage(ready, index)
    figure.zoom()
    assert figure.value(SEEN)[0] > 0.1


def test_after_a_restart_the_picture_stays_and_says_that_detail_is_off(
    ready: NotebookPage,
) -> None:
    figure = show(ready, SETUP + SHORT)
    ready.restart()
    figure.drag()
    off = figure.cell.locator(".datalab-figure-off")
    expect(off).to_be_visible()
    assert figure.value(POINTS) > 1000


@pytest.mark.usefixtures("whole_run")
def test_who_gets_the_notebook_without_the_kernel_sees_the_picture(
    ready: NotebookPage, browser: BrowserContext, server: JupyterServer
) -> None:
    index = ready.start(SETUP + SHORT)
    ready.finish(index)
    server.write_notebook("received.ipynb", [SHORT])
    path = server.folder / "received.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"][0] |= {"outputs": ready.json(index)["outputs"], "execution_count": 1}
    path.write_text(json.dumps(document), encoding="utf-8")
    other = browser.new_page()
    received = NotebookPage(other).open(server, lab_path("received.ipynb", "received"))
    picture = received.cell(0).locator(".jp-OutputArea-output img")
    expect(picture).to_be_visible()
    other.close()


def test_notebook_7_shows_and_zooms(browser: BrowserContext, server: JupyterServer) -> None:
    server.write_notebook("interactive7.ipynb", [""])
    page = browser.new_page()
    notebook = NotebookPage(page).open(server, "notebooks/interactive7.ipynb")
    figure = show(notebook, SETUP + SHORT)
    figure.zoom()
    assert figure.value(SEEN)[0] > 0.1
    page.close()
