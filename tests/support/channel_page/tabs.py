"""Tabs of one browser, which has a thread and a loop of its own: each test has another loop."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from typing import TYPE_CHECKING, Self

from playwright.async_api import async_playwright

from frontends.program import SWITCHES, find_chromium

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Playwright

START_S = 60.0


class Tabs:
    """Headless Chromium, whose tabs are opened from any loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-")
        self._driver: Playwright | None = None
        self._context: BrowserContext | None = None
        self._free: list[Page] = []

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(START_S)
        return self

    async def _start(self) -> None:
        self._driver = await async_playwright().start()
        self._context = await self._driver.chromium.launch_persistent_context(
            self._profile.name, executable_path=find_chromium(), headless=True, args=SWITCHES
        )

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(START_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)
        self._loop.close()
        self._profile.cleanup()

    async def _stop(self) -> None:
        assert self._context is not None
        assert self._driver is not None
        await self._context.close()
        await self._driver.stop()

    async def open(self, address: str) -> Page:
        """Load a page in a tab that is free, or in a new one."""
        work = asyncio.run_coroutine_threadsafe(self._open(address), self._loop)
        return await asyncio.wrap_future(work)

    async def _open(self, address: str) -> Page:
        assert self._context is not None
        page = self._free.pop() if self._free else await self._context.new_page()
        await page.goto(address, wait_until="commit")
        return page

    def release(self, page: Page) -> None:
        """Let a tab be used again."""
        self._loop.call_soon_threadsafe(self._free.append, page)
