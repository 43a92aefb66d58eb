"""A cluster on this computer whose workers a Stop in the notebook doesn't reach."""

from __future__ import annotations

from typing import Any

import dask
from distributed import LocalCluster

__all__ = ["local_cluster"]

_LOST_S = 300
"""So long a lost worker may take to be there again."""

_PROFILE = {"distributed": {"worker": {"profile": {"interval": "100ms"}}}}
"""How often Dask looks at what its workers do; its 10 ms take a tenth of their time."""


class _PatientCluster(LocalCluster):
    """Waits for a worker that was lost to be started anew by its nanny, which takes longer with Sigima.

    Dask gives up one that isn't there again 15 s later, and with the last of them the cluster: what
    is to be computed then waits for ever.
    """

    def _update_worker_status(self, op: str, msg: Any) -> None:
        with dask.config.set({"distributed.deploy.lost-worker-timeout": f"{_LOST_S} s"}):
            super()._update_worker_status(op, msg)  # type: ignore[no-untyped-call]


def local_cluster(n: int, **options: Any) -> LocalCluster:
    """Start worker processes on this computer, in sessions of their own and with Sigima imported.

    Jupyter sends a Stop to all processes of the notebook's session; those of a plain LocalCluster
    end by it.

    Parameters
    ----------
    n
        How many workers, of one thread each.
    **options
        As :class:`distributed.LocalCluster` takes them. The dashboard is at a free port of this
        computer, unless ``dashboard_address`` says where.

    Returns
    -------
    distributed.LocalCluster
        To be given to ``distributed.Client``; ``close()`` ends it, and so does the end of this process.

    Examples
    --------
    >>> from distributed import Client
    >>> with local_cluster(1) as cluster, Client(cluster) as client:
    ...     client.submit(sum, [1, 2]).result()
    3
    """
    given: dict[str, Any] = {
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": "127.0.0.1:0",
        "preload": ["datalab_kernel_dask._preload"],
        "config": dask.config.merge(dask.config.config, _PROFILE),
        **options,
    }
    return _PatientCluster(n_workers=n, **given)  # type: ignore[no-untyped-call]
