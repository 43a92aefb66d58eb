"""Headless Chromium, the one that the system has installed."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from frontends.program import SWITCHES, find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import BrowserContext

__all__ = ["chromium"]


@contextmanager
def chromium(
    *, width: int = 1300, height: int = 900, scale: float = 1, switches: Sequence[str] = ()
) -> Iterator[BrowserContext]:
    """Start a browser with an empty profile; close it with all its pages.

    Parameters
    ----------
    width, height
        The pages' size in CSS pixels.
    scale
        Device pixels per CSS pixel, for sharp screenshots.
    switches
        More of its command line.

    Raises
    ------
    FileNotFoundError
        If no Chromium is installed.
    """
    program = find_chromium()
    if program is None:
        msg = "Chromium was to be started, but isn't installed; run: python tools/chromium_ready.py"
        raise FileNotFoundError(msg)
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile, sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            headless=True,
            args=[*SWITCHES, *switches],
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
        )
        try:
            yield context
        finally:
            context.close()
