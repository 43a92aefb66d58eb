"""What both builds and prefixes need of rattler: its cache, and waiting for what it does."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from conda._leftovers import folder_for_one_run

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from pathlib import Path

__all__ = ["fresh_cache", "wait_for"]

T = TypeVar("T")

CACHE_VARIABLE = "RATTLER_CACHE_DIR"
SETTLING_S = 0.05


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run rattler's work to its end and return its result."""

    async def settled() -> T:
        result = await work
        await asyncio.sleep(SETTLING_S)  # its threads let go of Python, which may end next
        return result

    return asyncio.run(settled())


@contextmanager
def fresh_cache(home: Path) -> Iterator[Path]:
    """Give rattler an empty package cache, and remove it afterwards.

    A recipe's tests run from the cache, and a package's name doesn't change with its tests:
    with an older package of the same name there, a broken test passes.
    """
    before = os.environ.get(CACHE_VARIABLE)
    with folder_for_one_run(home, "cache") as folder:
        os.environ[CACHE_VARIABLE] = str(folder)
        try:
            yield home
        finally:
            if before is None:
                del os.environ[CACHE_VARIABLE]
            else:
                os.environ[CACHE_VARIABLE] = before
