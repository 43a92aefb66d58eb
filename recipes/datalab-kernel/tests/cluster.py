"""Dask's executor with the core alone: found by the client's package, and processing a file on a worker."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from distributed import Client

from datalab_kernel.compute import executor_of_client
from datalab_kernel_dask import local_cluster


def main() -> None:
    """Have a worker compute."""
    with local_cluster(1) as cluster, Client(cluster) as client, TemporaryDirectory() as folder:
        tasks = executor_of_client(client).tasks(total, 2)
        path = Path(folder, "run.npy")
        np.save(path, np.arange(4.0))
        tasks.submit("total", str(path))
        outcomes = []
        while not outcomes:
            outcomes = tasks.finished(1.0)
        assert outcomes[0].value == 12.0, outcomes
        tasks.close()


def total(factor: float, path: str, _stopped: object) -> float:
    """Sum what a file holds."""
    return float(factor * np.load(path).sum())


if __name__ == "__main__":
    main()
