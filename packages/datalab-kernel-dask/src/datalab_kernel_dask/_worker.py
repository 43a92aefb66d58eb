"""What workers are told before their first task, and what they run."""

from __future__ import annotations

import asyncio
import signal
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

from distributed import WorkerPlugin

from datalab_kernel_dask._versions import check_here

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLUGIN = "datalab-kernel"


class PreparedWorker(WorkerPlugin):
    """Has a worker ignore Stop, which is the notebook's, and import Sigima; new workers too."""

    name = PLUGIN

    async def setup(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        """Prepare a worker: where it is a process of its own, its loop is in the main thread."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        await asyncio.to_thread(import_sigima)


def import_sigima() -> None:
    """Import what takes seconds, which the first task would otherwise wait for."""
    import_module("sigima.proc")
    import_module("datalab_kernel.compute")


def in_worker(
    expected: Mapping[str, str], call: Callable[..., Any], shared: Any, argument: Any
) -> Any:
    """Run a task, if this worker has the same versions as who wants it; nobody stops it midway."""
    check_here(expected)
    return call(shared, argument, bool)  # bool() is False


def same(value: Any) -> Any:
    """Return what was given: a task whose outcome the others share, and which can be had again."""
    return value
