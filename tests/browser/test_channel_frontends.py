"""The ready front ends, as a person uses them in JupyterLab: by mouse, keys and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from frontends.notebook import NotebookPage, lab_path

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer

SETUP = """\
import datetime
import numpy as np
from datalab_kernel_channel.frontends import download, pick_points, pick_roi, status_line, upload
y, x = np.mgrid[:200, :300]
workspace["beam"] = np.exp(-((x - 180) ** 2 + (y - 90) ** 2) / 1500.0)
workspace["wave"] = (np.linspace(0, 1, 500), np.sin(np.linspace(0, 20, 500)))
noon = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)
day = create_signal("", np.arange(100.0), np.sin(np.arange(100.0) / 9))
day.set_x_from_datetime([noon.replace(tzinfo=None) + datetime.timedelta(minutes=i) for i in range(100)])
workspace["day"] = day
"""


@pytest.fixture(scope="module")
def ready(notebook: NotebookPage) -> NotebookPage:
    """Give a notebook with an image and a signal."""
    assert notebook.run(SETUP) == ""
    return notebook


def start(notebook: NotebookPage, source: str) -> int:
    """Start a cell that waits for a person to draw; wait until it can be drawn on."""
    index = notebook.start(source)
    stage = notebook.page.locator(".dlk-stage")
    expect(stage).to_be_focused()
    stage.scroll_into_view_if_needed()
    return index


def drag(notebook: NotebookPage, *places: tuple[float, float]) -> None:
    """Press at the first of some places of the picture, given as shares, and let go at the last."""
    box = notebook.page.locator(".dlk-stage").bounding_box()
    mouse = notebook.page.mouse
    for number, (across, down) in enumerate(places):
        mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
        if number == 0:
            mouse.down()
    mouse.up()


def test_a_rectangle_is_drawn_by_mouse_and_kept_in_the_image(ready: NotebookPage) -> None:
    index = start(ready, "roi = await pick_roi(workspace, 'beam', renderer='matplotlib')")
    drag(ready, (0.4, 0.3), (0.5, 0.5), (0.6, 0.6))
    ready.page.get_by_role("button", name="Use it").click()
    assert "Plot of the image beam" in ready.finish(index)
    shown = ready.run(
        "[single] = workspace['beam'].roi.single_rois; print(roi == workspace['beam'].roi)\n"
        "print(bool((abs(single.coords - [119, 53, 72, 70]) < 3).all()))"
    )
    assert shown == "True\nTrue\n"


def test_esc_leaves_the_object_as_it_was(ready: NotebookPage) -> None:
    before = ready.run("print(workspace['wave'].roi)")
    index = start(ready, "await pick_roi(workspace, 'wave')")
    ready.page.keyboard.press("Escape")
    assert "CancelledByUser" in ready.finish(index)
    assert ready.run("print(workspace['wave'].roi)") == before
    assert ready.run("len(workspace)") == "3"  # no key reached the notebook's shortcuts


def test_of_two_windows_the_one_in_which_the_cell_is_run_shows_it(
    ready: NotebookPage, browser: BrowserContext, server: JupyterServer
) -> None:
    ready.save()
    path = ready.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    second = NotebookPage(browser.new_page()).open(server, lab_path(path, "second"))
    for notebook in (second, ready, ready, second):
        notebook.page.bring_to_front()
        index = start(notebook, "await pick_roi(workspace, 'wave', renderer='matplotlib')")
        notebook.page.keyboard.press("Escape")
        assert "CancelledByUser" in notebook.finish(index)
    second.page.close()
    ready.page.bring_to_front()


@pytest.mark.usefixtures("whole_run")
def test_a_segment_is_drawn_by_keys_alone(ready: NotebookPage) -> None:
    index = start(ready, "roi = await pick_roi(workspace, 'wave')")
    keys = ready.page.keyboard
    keys.press("Space")
    for _ in range(8):
        keys.press("Shift+ArrowRight")
    keys.press("Space")
    keys.press("Enter")
    ready.finish(index)
    shown = ready.run("print(*[float(x) for x in roi.single_rois[0].coords])")
    first, last = map(float, shown.split())
    assert first == pytest.approx(0.5, abs=0.01)
    assert last > first + 0.1


@pytest.mark.usefixtures("whole_run")
def test_what_is_drawn_on_the_interactive_plot_stays_there_when_it_is_zoomed(
    ready: NotebookPage,
) -> None:
    index = start(ready, "roi = await pick_roi(workspace, 'wave', renderer='interactive')")
    drag(ready, (0.3, 0.5), (0.4, 0.5), (0.5, 0.5))
    shape = ready.page.locator(".dlk-shape")
    before = shape.bounding_box()
    ready.page.keyboard.down("Control")
    for _ in range(4):  # each zooms by a tenth
        ready.page.mouse.wheel(0, -100)
    ready.page.keyboard.up("Control")
    ready.page.wait_for_function(
        "least => document.querySelector('.dlk-shape').getBoundingClientRect().width > least",
        arg=1.2 * before["width"],
    )
    values = ready.page.locator(".dlk-values").inner_text()
    ready.page.keyboard.press("Enter")
    assert "Plot of the signal wave" in ready.finish(index)
    shown = ready.run("print(*[float(x) for x in roi.single_rois[0].coords])")
    first, last = map(float, shown.split())
    assert 0 < first < last < 1
    assert float(values.split("width = ")[1]) == pytest.approx(last - first, rel=1e-3)


@pytest.mark.usefixtures("whole_run")
@pytest.mark.parametrize("renderer", ["matplotlib", "interactive"])
def test_on_an_axis_of_dates_moments_are_read_and_seconds_are_kept(
    ready: NotebookPage, renderer: str
) -> None:
    index = start(ready, f"roi = await pick_roi(workspace, 'day', renderer='{renderer}')")
    drag(ready, (0.4, 0.5), (0.5, 0.5), (0.6, 0.5))
    expect(ready.page.locator(".dlk-values")).to_contain_text("2026-11-29 1")
    ready.page.keyboard.press("Enter")
    ready.finish(index)
    shown = ready.run(
        "first, last = roi.single_rois[0].coords\n"
        "print(noon.timestamp() < first < last < noon.timestamp() + 6000, 900 < last - first < 1900)"
    )
    assert shown == "True True\n"


@pytest.mark.usefixtures("whole_run")
def test_a_polygon_and_a_circle_are_drawn_too(ready: NotebookPage) -> None:
    index = start(
        ready, "polygon = await pick_roi(workspace, 'beam', kind='polygon', renderer='matplotlib')"
    )
    for place in ((0.3, 0.3), (0.6, 0.3), (0.5, 0.7)):
        drag(ready, place)
    ready.page.keyboard.press("Enter")
    ready.finish(index)
    assert ready.run("len(polygon.single_rois[0].coords)") == "6"
    index = start(
        ready, "circle = await pick_roi(workspace, 'beam', kind='circle', renderer='matplotlib')"
    )
    drag(ready, (0.5, 0.5), (0.6, 0.5))
    ready.page.keyboard.press("Enter")
    ready.finish(index)
    assert 28 < float(ready.run("print(circle.single_rois[0].coords[2])")) < 42


@pytest.mark.usefixtures("whole_run")
def test_points_are_chosen_in_order_and_the_last_wanted_one_ends_it(ready: NotebookPage) -> None:
    index = start(ready, "points = await pick_points(workspace, 'wave', 2)")
    drag(ready, (0.4, 0.5))
    drag(ready, (0.7, 0.5))
    ready.finish(index)
    assert ready.run("points.shape, bool(points[0, 0] < points[1, 0])") == "((2, 2), True)"


def test_a_file_is_uploaded_into_the_workspace(ready: NotebookPage, tmp_path: Path) -> None:
    (tmp_path / "rise.csv").write_text("x,y\n0,1\n1,2\n2,4\n")
    index = ready.start("await upload(workspace, accept='.csv')")
    ready.page.locator(".dlk-drop input").set_input_files(tmp_path / "rise.csv")
    assert "['rise']" in ready.finish(index)


@pytest.mark.usefixtures("whole_run")
def test_a_workspace_is_downloaded_as_a_file(ready: NotebookPage, tmp_path: Path) -> None:
    with ready.page.expect_download() as download:
        index = ready.start("await download(workspace, 'monday.h5')")
    ready.finish(index)
    assert download.value.suggested_filename == "monday.h5"
    download.value.save_as(tmp_path / "monday.h5")
    assert (tmp_path / "monday.h5").read_bytes()[:4] == b"\x89HDF"


def test_the_status_line_follows_the_workspace(ready: NotebookPage) -> None:
    before = ready.run("len(workspace.list())")
    index = ready.start("status = status_line(workspace)")
    ready.finish(index)
    line = ready.cell(index).locator(".dlk-hint")
    expect(line).to_contain_text("1 image, ")
    ready.run("workspace['second'] = np.zeros((100, 100))")
    expect(line).to_contain_text("2 images, ")
    ready.run("del workspace['second']; await status.close()")
    expect(ready.page.locator(".dlk-status")).to_have_count(0)
    assert ready.run("len(workspace.list())") == before
