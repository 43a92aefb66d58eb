"""A client in Python that speaks the wire protocol, for tests without a browser."""

from datalab_kernel_channel.testing._fake_comm import FakeComm
from datalab_kernel_channel.testing._fake_page import FakePage
from datalab_kernel_channel.testing._page import AbortSignal, Page, PageError

__all__ = ["AbortSignal", "FakeComm", "FakePage", "Page", "PageError"]
