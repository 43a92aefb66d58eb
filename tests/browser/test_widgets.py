"""Widgets in JupyterLab: shown, live both ways, with binary messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from frontends.notebook import NotebookPage


def test_a_slider_is_live_both_ways(notebook: NotebookPage) -> None:
    index = notebook.start("import ipywidgets; slider = ipywidgets.IntSlider(3); slider")
    notebook.finish(index)
    readout = notebook.cell(index).locator(".widget-readout")
    expect(readout).to_have_text("3")
    notebook.run("slider.value = 41")
    expect(readout).to_have_text("41")
    notebook.cell(index).locator(".noUi-handle").press("ArrowRight")
    expect(readout).to_have_text("42")
    assert notebook.run("slider.value") == "42"


def test_a_button_s_callback_shows_what_it_prints_in_an_output_widget(
    notebook: NotebookPage,
) -> None:
    index = notebook.start(
        "button, shown = ipywidgets.Button(description='Go'), ipywidgets.Output()\n"
        "@shown.capture()\n"
        "def pressed(_): print('pressed', workspace)\n"
        "button.on_click(pressed)\n"
        "ipywidgets.VBox([button, shown])"
    )
    notebook.finish(index)
    notebook.cell(index).get_by_role("button", name="Go").click()
    expect(notebook.cell(index).locator(".jp-OutputArea-output pre").last).to_contain_text(
        "pressed Workspace(standalone"
    )


def test_interact_calls_its_function_when_the_slider_moves(notebook: NotebookPage) -> None:
    index = notebook.start("_ = ipywidgets.interact(lambda n: print('n is', n), n=(0, 10))")
    notebook.finish(index)
    shown = notebook.cell(index).locator(".widget-output")
    expect(shown).to_contain_text("n is 5")
    notebook.cell(index).locator(".noUi-handle").press("ArrowRight")
    expect(shown).to_contain_text("n is 6")


def test_a_plot_in_an_output_widget_is_shown_there(notebook: NotebookPage) -> None:
    index = notebook.start(
        "inside = ipywidgets.Output()\n"
        "with inside: plotter.plot(create_signal('line', np.arange(5.0), np.arange(5.0)))\n"
        "inside"
    )
    notebook.finish(index)
    expect(notebook.cell(index).locator("img")).to_have_count(1)
    expect(notebook.cell(index).locator(".jp-OutputArea-output .jp-OutputArea img")).to_be_visible()


def test_an_error_in_an_output_widget_is_shown_there_and_the_cell_goes_on(
    notebook: NotebookPage,
) -> None:
    index = notebook.start(
        "inside = ipywidgets.Output()\nwith inside: 1/0\ndisplay(inside)\nprint('went on')"
    )
    assert notebook.finish(index) == "Output()went on\n"
    inside = notebook.cell(index).locator(".jp-OutputArea-output .jp-OutputArea")
    expect(inside).to_contain_text("ZeroDivisionError")


def test_an_anywidget_counts_both_ways(notebook: NotebookPage) -> None:
    index = notebook.start("from echo_widget import Echo; echo = Echo(count=5); echo")
    notebook.finish(index)
    button = notebook.cell(index).locator(".echo")
    expect(button).to_have_text("count 5")
    button.click()
    expect(button).to_have_text("count 6")
    assert notebook.run("echo.count") == "6"
    notebook.run("echo.count = 99")
    expect(button).to_have_text("count 99")


def test_buffers_go_both_ways_within_one_cell(notebook: NotebookPage) -> None:
    notebook.run("from echo_widget import Echo; echo = Echo(); echo")
    answer = notebook.run("await echo.ask('hello', bytes(range(5)), b'', b'abc')")
    assert answer == "('hello', [b'\\x04\\x03\\x02\\x01\\x00', b'', b'cba'])"
    assert notebook.run("import asyncio") == ""
    several = "[said for said, _ in await asyncio.gather(*(echo.ask(n) for n in range(5)))]"
    assert notebook.run(several) == "[0, 1, 2, 3, 4]"


@pytest.mark.parametrize("megabytes", [1, 5])
def test_megabytes_go_both_ways(notebook: NotebookPage, megabytes: int) -> None:
    notebook.run("from echo_widget import Echo; echo = Echo(); echo")
    code = f"_, (back,) = await echo.ask('', bytes({megabytes << 20}), timeout_s=20); len(back)"
    assert notebook.run(code) == str(megabytes << 20)


def test_a_click_is_handled_while_a_cell_awaits(notebook: NotebookPage) -> None:
    shown = notebook.start("from echo_widget import Echo; echo = Echo(); echo")
    notebook.finish(shown)
    index = notebook.start_busy(
        "import asyncio\nwhile not echo.count: await asyncio.sleep(0.05)\nprint('seen', echo.count)"
    )
    notebook.cell(shown).locator(".echo").click()
    assert notebook.finish(index) == "seen 1\n"


def test_a_click_during_a_busy_cell_is_handled_after_it(notebook: NotebookPage) -> None:
    shown = notebook.start("from echo_widget import Echo; echo = Echo(); echo")
    notebook.finish(shown)
    index = notebook.start_busy("import time; time.sleep(1.5); print('during', echo.count)")
    notebook.cell(shown).locator(".echo").click()
    assert notebook.finish(index) == "during 0\n"
    assert notebook.run("echo.count") == "1"


def test_tqdm_draws_the_notebook_s_bar(notebook: NotebookPage) -> None:
    index = notebook.start("from tqdm.auto import tqdm\nfor _ in tqdm(range(7)): pass")
    notebook.finish(index)
    bar = notebook.cell(index).locator(".widget-hprogress, .progress")
    expect(bar.first).to_be_visible()
    expect(notebook.cell(index)).to_contain_text("7/7")


def test_a_text_bar_stays_on_one_line(notebook: NotebookPage) -> None:
    index = notebook.start("import tqdm\nfor _ in tqdm.tqdm(range(7)): pass")
    notebook.finish(index)
    lines = notebook.cell(index).locator(".jp-OutputArea-output pre").inner_text().splitlines()
    assert [line for line in lines if line.strip()] == [lines[-1]]
    assert "7/7" in lines[-1]
