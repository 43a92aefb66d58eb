"""Where Chromium is, and how it is started without a screen and without calling home."""

from __future__ import annotations

import os
import shutil

__all__ = ["SWITCHES", "find_chromium"]

VARIABLE = "CHROMIUM"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the installed Chromium or Chrome, or what ``CHROMIUM`` names; None if there is none."""
    wanted = os.environ.get(VARIABLE)
    names = (wanted,) if wanted else PROGRAMS
    return next((path for path in map(shutil.which, names) if path), None)
