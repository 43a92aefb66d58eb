"""The imports of the start without what costs time and is of no use here."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["light_imports"]

USELESS = "urllib3"
"""xeus-python-shell imports it, if it is there, and uses it in browsers alone: a sixth of the start."""


@contextmanager
def light_imports() -> Iterator[None]:
    """Import without garbage collections, and as if what is useless weren't installed.

    What was made meanwhile counts as old, so that no collection is caught up on.
    """
    is_hidden = USELESS not in sys.modules
    if is_hidden:
        sys.modules[USELESS] = None  # type: ignore[assignment]
    gc.disable()
    try:
        yield
    finally:
        if is_hidden:
            del sys.modules[USELESS]
        gc.freeze()
        gc.unfreeze()
        gc.enable()
