"""A channel's page in real Chromium, for tests in the channel's own process: the page's half as it is shipped."""

from support.channel_page.page import ChromiumPage, ChromiumPages
from support.channel_page.tabs import Tabs

__all__ = ["ChromiumPage", "ChromiumPages", "Tabs"]
