"""Interactive figures in a page: zooming shows what the page's own kernel holds."""

import re

import pytest
from playwright.sync_api import expect
from support.lite.page import WAIT_MS, LiteKernel

pytestmark = pytest.mark.usefixtures("whole_run")
SHOW = """\
import numpy as np
from datalab_kernel import Plotter, create_signal
y = np.random.default_rng(0).normal(size=300_000).cumsum()
y[150_000] += 3000
walk = create_signal("walk", np.arange(y.size) * 1e-6, y, units=("s", "V"))
Plotter(workspace, renderer="interactive").plot(walk)"""
HIGHEST = """plot => Math.max(...plot.data[1].y)"""
SEEN_SPAN = "plot => plot._fullLayout.xaxis.range[1] - plot._fullLayout.xaxis.range[0]"
SEEN = """plot => plot.data[1].x.filter(x => {
  const [low, high] = plot._fullLayout.xaxis.range;
  return x >= low && x <= high;
}).length"""
ZOOMED = f"""([plot, before]) => ({SEEN_SPAN})(plot) < before / 5 && ({SEEN})(plot) > 1000"""


def test_zooming_shows_the_points_that_the_kernel_holds(kernel: LiteKernel) -> None:
    kernel.do("%pip install -q datalab-kernel-interactive")
    index = kernel.notebook.start(SHOW)
    said = kernel.notebook.finish(index, WAIT_MS / 1000)
    assert "Error" not in said
    cell = kernel.notebook.cell(index)
    plot = cell.locator(".datalab-figure")
    expect(plot).to_have_attribute("data-state", re.compile("complete|detailed"), timeout=WAIT_MS)
    assert plot.evaluate(HIGHEST) > 2000
    assert plot.evaluate(SEEN) < 10_000
    before = plot.evaluate(SEEN_SPAN)
    plot.scroll_into_view_if_needed()
    area = plot.locator(".nsewdrag").bounding_box()
    assert area is not None
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    mouse = kernel.page.mouse
    mouse.move(x - 30, y)
    mouse.down()
    mouse.move(x, y)
    mouse.move(x + 30, y)
    mouse.up()
    kernel.page.wait_for_function(ZOOMED, arg=[plot.element_handle(), before], timeout=WAIT_MS)
