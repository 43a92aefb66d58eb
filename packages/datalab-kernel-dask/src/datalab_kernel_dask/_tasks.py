"""Tasks of ``process`` as Dask's futures; queueing, retries and placement are Dask's."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import cloudpickle
from distributed import CancelledError, KilledWorker
from distributed.comm.core import CommClosedError

from datalab_kernel.compute import Finished, Outcome, WorkerLostError
from datalab_kernel.errors import ClusterLostError, ParameterError
from datalab_kernel_dask._versions import check_workers, versions_here
from datalab_kernel_dask._worker import PreparedWorker, in_worker, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client, Future

_COUNTED_S = 2.0
"""The workers are counted again after that long: clusters grow and shrink."""
_LOST = (
    "The connection to the cluster's scheduler is lost. Connect to a cluster again, and "
    "call process once more: it goes on from what is done."
)


@contextmanager
def _asking() -> Iterator[None]:
    """Ask the scheduler something, which may be gone before the client knows.

    Raises
    ------
    ClusterLostError
        If it is.
    """
    try:
        yield
    except CommClosedError as error:
        raise ClusterLostError(_LOST) from error


class ClusterTasks:
    """Tasks on a cluster's workers; ``link`` is its dashboard.

    Parameters
    ----------
    client
        Of the cluster.
    call, shared
        As :meth:`datalab_kernel.compute.RunsTasks.tasks` has them; ``shared`` is sent once.

    Raises
    ------
    WorkerMismatchError
        If workers have other versions.
    ParameterError
        If ``shared`` can't be sent.
    ClusterLostError
        If the scheduler doesn't answer.
    """

    def __init__(self, client: Client, call: Callable[..., Any], shared: Any) -> None:
        try:
            cloudpickle.dumps(shared)
        except Exception as error:
            message = f"The steps can't be sent to the cluster: {error}. Write functions without what they can't take along."
            raise ParameterError(
                message, function="process", problems=[message], parameters=[]
            ) from error
        self._client = client
        self._call = call
        self._finished = Finished()
        self._futures: dict[str, Future[Any]] = {}
        self._counted_s = float("-inf")
        self._count = 1
        with _asking():
            check_workers(client)
            client.register_plugin(PreparedWorker())
            self.link = str(client.dashboard_link or "")
        # Keys of our own: Dask's are of the values, and equal ones would be one task
        self._shared = client.submit(same, shared, key=f"datalab-steps-{uuid4().hex}", pure=False)

    @property
    def workers(self) -> int:
        """How many tasks run at a time on the workers that there are."""
        now_s = time.monotonic()
        if now_s - self._counted_s > _COUNTED_S:
            self._counted_s = now_s
            self._check_connected()
            with _asking():
                self._count = sum(self._client.nthreads().values())
        return self._count

    def submit(self, key: str, argument: Any) -> None:
        """Send a task."""
        future = self._client.submit(
            in_worker,
            versions_here(),
            self._call,
            self._shared,
            argument,
            key=key,
            pure=False,
        )
        self._futures[key] = future
        self._finished.watch(key, future)

    def finished(self, timeout_s: float) -> list[Outcome]:
        """Return what is done.

        Raises
        ------
        ClusterLostError
            If the scheduler doesn't answer any more.
        """
        self._check_connected()
        return [self._outcome(key, future) for key, future in self._finished.take(timeout_s)]

    def _outcome(self, key: str, future: Future[Any]) -> Outcome:
        self._futures.pop(key, None)
        if future.status == "finished":
            with suppress(CancelledError), _asking():  # by who lost the scheduler, or the values
                return Outcome(key, future.result())
        self._check_connected()
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                return Outcome(key, error=WorkerLostError("its worker ended"))
            return Outcome(key, error=error)
        return Outcome(key, error=WorkerLostError(f"its task was {future.status}"))

    def _check_connected(self) -> None:
        if self._client.status != "running":
            raise ClusterLostError(_LOST)

    def close(self) -> None:
        """Take back what isn't begun; what a worker is at, it finishes."""
        if self._client.status == "running":
            with suppress(CommClosedError):  # the scheduler has just gone
                self._client.cancel([*self._futures.values(), self._shared], force=True)
        self._futures.clear()
