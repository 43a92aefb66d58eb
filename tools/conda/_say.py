"""Progress: what is being done, and how long it took, as log records of ``conda``."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["say", "timed"]

_logger = logging.getLogger("conda")


def say(text: str) -> None:
    """Tell a line; a command prints it, and pytest with ``--log-cli-level=INFO``."""
    _logger.info(text)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say what took how long, when it is done."""
    started = time.perf_counter()
    yield
    say(f"{what}: {time.perf_counter() - started:.1f} s")
