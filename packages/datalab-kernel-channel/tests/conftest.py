"""What the channel's tests share: channels with pages, in Python or in Chromium (``--page``)."""

from __future__ import annotations

import asyncio
import inspect
import os
import random
from contextlib import nullcontext

import pytest

from datalab_kernel_channel import open_channel
from datalab_kernel_channel.testing import FakePage

MODULE = "export default function ({ channel }) {}"
UNTIL_S = 20.0
SAMPLE, SEED = 40, 20
"""How many tests run with real pages, each with one of its cases, unless all are wanted; and which."""


def pytest_addoption(parser):
    parser.addoption(
        "--page",
        choices=["fake", "chromium"],
        default="fake",
        help="of which kind a channel's pages are",
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "fake_page(reason): of the page in Python alone")


def pytest_collection_modifyitems(config, items):
    """With real pages: leave out what has none, and all but a sample unless all is wanted."""
    if config.getoption("--page") == "fake":
        return
    fit = [
        one
        for one in items
        if "new_page" in one.fixturenames and not one.get_closest_marker("fake_page")
    ]
    if not os.environ.get("DATALAB_KERNEL_TEST_FULL"):
        cases = {one.function: one for one in fit}
        fit = random.Random(SEED).sample([*cases.values()], min(SAMPLE, len(cases)))
    config.hook.pytest_deselected(items=[one for one in items if one not in fit])
    items[:] = fit


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run coroutine tests on a loop of their own, and complain of tasks that they leave."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}
    close_pages = getattr(pyfuncitem.funcargs.get("new_page"), "close", None)

    async def run():
        try:
            await asyncio.wait_for(pyfuncitem.obj(**arguments), 60)
        finally:
            if close_pages is not None:
                await close_pages()
        await asyncio.sleep(0)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks that go on: {left}"

    asyncio.run(run())
    return True


@pytest.fixture(scope="session")
def tabs(request):
    """Give the browser whose tabs are the pages; None where they are in Python."""
    if request.config.getoption("--page") == "fake":
        made = nullcontext()
    else:
        from support.channel_page import Tabs

        made = Tabs()
    with made as running:
        yield running


@pytest.fixture
def new_page(tabs):
    """Return what makes a page of a channel."""
    if tabs is None:
        return FakePage
    from support.channel_page import ChromiumPages

    return ChromiumPages(tabs)


@pytest.fixture
def opened(new_page):
    """Return what opens a channel with a page that exposes functions."""

    async def open_with(*, expose=None, join=True, **functions):
        opening = open_channel(MODULE, expose=expose, display=False)
        page = new_page(opening.channel)
        page.expose(**functions)
        if join:
            await page.join()
        return await opening if join else opening, page

    return open_with


@pytest.fixture
def until():
    """Return what waits until something holds."""

    async def wait(holds):
        async with asyncio.timeout(UNTIL_S):
            while not holds():  # noqa: ASYNC110 - a link has no events
                await asyncio.sleep(0.002)

    return wait
