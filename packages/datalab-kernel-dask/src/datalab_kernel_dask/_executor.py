"""What the entry point names: an executor of a cluster's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from distributed import default_client

from datalab_kernel.compute import run
from datalab_kernel.errors import NoExecutorError, ParameterError
from datalab_kernel_dask._tasks import ClusterTasks
from datalab_kernel_dask._versions import check_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client

    from datalab_kernel.compute import Job, Output


class DaskExecutor:
    """Computes on the workers of a Dask cluster.

    Parameters
    ----------
    client
        Of the cluster; None: the one that was made last in this process.

    Raises
    ------
    NoExecutorError
        If there is none.
    ParameterError
        If it is an asynchronous one.
    """

    def __init__(self, client: Client | None = None) -> None:
        self._client = _default() if client is None else client
        if self._client.asynchronous:
            message = (
                "The client is asynchronous: give one that was made without asynchronous=True."
            )
            raise ParameterError(
                message, function="process", problems=[message], parameters=["client"]
            )

    def tasks(self, call: Callable[..., Any], shared: Any) -> ClusterTasks:
        """Make what runs the tasks of ``process``; paths are sent, and rows come back."""
        return ClusterTasks(self._client, call, shared)

    def map(self, jobs: Sequence[Job]) -> Iterator[Output]:
        """Run the jobs of ``calc``, whose objects are sent; for few that take long."""
        check_workers(self._client)
        name = f"datalab-{uuid4().hex}"
        futures = [
            self._client.submit(run, job, key=f"{name}-{place}", pure=False)
            for place, job in enumerate(jobs)
        ]
        try:
            for future in futures:
                yield future.result()
        finally:
            self._client.cancel(futures, force=True)


def _default() -> Client:
    try:
        found: Client = default_client()
    except ValueError as error:
        message = (
            "There is no client of a Dask cluster. Make one: "
            "Client(datalab_kernel_dask.local_cluster(2))."
        )
        raise NoExecutorError(message, name="distributed", installed=["threads"]) from error
    return found
