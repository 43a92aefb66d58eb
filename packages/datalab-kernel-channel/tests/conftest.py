"""What the channel's tests share: channels with pages in the same process."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from datalab_kernel_channel import open_channel
from datalab_kernel_channel.testing import FakePage

MODULE = "export default function ({ channel }) {}"


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run coroutine tests on a loop of their own, and complain of tasks that they leave."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}

    async def run():
        await asyncio.wait_for(pyfuncitem.obj(**arguments), 60)
        await asyncio.sleep(0)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks that go on: {left}"

    asyncio.run(run())
    return True


@pytest.fixture
def opened():
    """Return what opens a channel with a page that exposes functions."""

    async def open_with(*, expose=None, join=True, **functions):
        opening = open_channel(MODULE, expose=expose, display=False)
        page = FakePage(opening.channel)
        page.expose(**functions)
        if join:
            await page.join()
        return await opening if join else opening, page

    return open_with
