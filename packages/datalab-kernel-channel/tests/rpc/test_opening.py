"""Opening a channel: the page's half is checked at once, and the first page is waited for."""

from __future__ import annotations

import asyncio
import time

import pytest

from datalab_kernel_channel import (
    ChannelWidget,
    FrontendSourceError,
    JavaScriptError,
    NoFrontendError,
    open_channel,
)
from datalab_kernel_channel.rpc import _notebook, _opening

MODULE = "export default function ({ channel }) {}"


@pytest.mark.parametrize(
    "text",
    [
        MODULE,
        "const f = () => 1;\nexport { f as default };",
        "// a\nexport default { initialize() {} };",
    ],
)
def test_a_module_with_a_default_export_is_taken(text):
    assert open_channel(text, display=False).channel.state == "opening"


@pytest.mark.parametrize(
    "text", ["", "   ", "export const f = 1;", "// export default f\n", "/* export default f */ x"]
)
def test_a_module_without_one_is_an_error_at_once(text):
    with pytest.raises(FrontendSourceError) as caught:
        open_channel(text, display=False)
    assert caught.value.reason in {"it is blank", "it has no `export default`"}


def test_a_file_is_read_and_one_that_is_missing_is_an_error_at_once(tmp_path):
    path = tmp_path / "frontend.js"
    with pytest.raises(FileNotFoundError):
        open_channel(path, display=False)
    with pytest.raises(FileNotFoundError):
        open_channel("no-such-file.js", display=False)
    path.write_text(MODULE, encoding="utf-8")
    style = tmp_path / "style.css"
    style.write_text("p { color: red }", encoding="utf-8")
    channel = open_channel(path, css=style, display=False).channel
    assert channel.widget.module_text == MODULE
    assert channel.widget.module_css == "p { color: red }"
    assert channel.name == open_channel(MODULE, display=False).channel.name


def test_a_channel_can_be_named_and_a_widget_given():
    class Mine(ChannelWidget):
        _esm = MODULE

    assert open_channel(MODULE, name="mine", display=False).channel.name == "mine"
    widget = Mine()
    channel = open_channel(widget, display=False).channel
    assert channel.widget is widget
    assert widget.channel_id == channel.channel_id
    assert isinstance(open_channel(Mine, display=False).channel.widget, Mine)


async def test_it_opens_when_the_first_page_has_initialized(new_page):
    opening = open_channel(MODULE, display=False)
    initialized = asyncio.Event()
    page = new_page(opening.channel, initialize=initialized.wait)
    joining = asyncio.ensure_future(page.join())
    waiting = asyncio.ensure_future(opening._open())
    await asyncio.sleep(0.02)
    assert (opening.channel.state, opening.channel.clients, waiting.done()) == (
        "opening",
        (),
        False,
    )
    initialized.set()
    channel = await waiting
    await joining
    assert channel.state == "open"
    await channel.close()


async def test_as_a_context_manager_it_closes_the_channel_in_the_end(new_page):
    opening = open_channel(MODULE, display=False)
    page = new_page(opening.channel)
    await page.join()
    async with opening as channel:
        assert channel.state == "open"
    assert channel.state == "closed"


async def test_a_channel_is_shown_again_as_its_widget(opened):
    channel, _ = await opened()
    shown, _metadata = channel._repr_mimebundle_()
    view = shown["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == channel.widget.comm.comm_id
    await channel.close()


async def test_a_front_end_that_throws_is_an_error_with_its_message_and_stack(new_page):
    def initialize():
        raise TypeError("x is undefined")

    opening = open_channel(MODULE, display=False)
    page = new_page(opening.channel, initialize=initialize)
    await page.join()
    with pytest.raises(JavaScriptError, match="TypeError: x is undefined") as caught:
        await opening
    assert "initialize" in caught.value.stack
    assert opening.channel.state == "closed"


@pytest.mark.parametrize("timeout_s", [10.0, None])
async def test_without_a_browser_it_says_so_within_three_seconds(monkeypatch, timeout_s):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    began = time.monotonic()
    with pytest.raises(NoFrontendError) as caught:
        await open_channel(MODULE, display=False, timeout_s=timeout_s)
    assert caught.value.reason == "headless"
    assert time.monotonic() - began < 3


async def test_with_a_browser_the_time_out_counts_and_the_reason_is_what_can_be_known(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    with pytest.raises(NoFrontendError) as caught:
        await open_channel(MODULE, display=False, timeout_s=0.05)
    assert caught.value.reason == "nobody_displays"
    monkeypatch.setattr(_opening, "display", lambda _value: True)
    request = {"header": {"msg_id": "1"}, "metadata": {"cellId": "a"}}
    monkeypatch.setattr(_notebook, "_request", lambda: request)
    with pytest.raises(NoFrontendError) as caught:
        await open_channel(MODULE, timeout_s=0.05)
    assert caught.value.reason == "no_widget_manager"


def test_a_time_out_that_is_none_is_a_value_error():
    with pytest.raises(ValueError, match="time-out"):
        open_channel(MODULE, display=False, timeout_s=0)
    with pytest.raises(ValueError, match="time-out"):
        open_channel(MODULE, display=False, call_timeout_s=-1)


async def test_running_a_cell_again_closes_the_channel_that_it_opened_before(monkeypatch):
    request = {"header": {"msg_id": "1"}, "metadata": {"cellId": "a"}}
    monkeypatch.setattr(_notebook, "_request", lambda: request)
    first = open_channel(MODULE, display=False).channel
    beside = open_channel(MODULE, display=False).channel
    other_name = open_channel(MODULE, display=False, name="other").channel
    request["metadata"] = {"cellId": "b"}
    other_cell = open_channel(MODULE, display=False).channel
    request |= {"header": {"msg_id": "2"}, "metadata": {"cellId": "a"}}
    again = open_channel(MODULE, display=False).channel
    states = [one.state for one in (first, beside, other_name, other_cell, again)]
    assert states == ["closed", "closed", "opening", "opening", "opening"]
    for one in (other_name, other_cell, again):
        await one.close()


async def test_a_widget_that_a_cell_opens_again_goes_on_with_the_new_channel(monkeypatch):
    request = {"header": {"msg_id": "1"}, "metadata": {"cellId": "a"}}
    monkeypatch.setattr(_notebook, "_request", lambda: request)

    class Mine(ChannelWidget):
        _esm = MODULE

    widget = Mine()
    first = open_channel(widget, display=False).channel
    request |= {"header": {"msg_id": "2"}}
    again = open_channel(widget, display=False).channel
    assert (first.state, again.state, widget.channel_id) == ("closed", "opening", again.channel_id)
    assert widget.comm is not None
    await again.close()
    assert widget.comm is None
