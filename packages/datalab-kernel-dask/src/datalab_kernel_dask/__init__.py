"""Tasks of ``process`` on the workers of a Dask cluster, and a local one that Stop leaves alone.

Found by the entry point ``distributed`` of the group ``datalab_kernel.executors``, which is the
top-level package of Dask's client.
"""

from datalab_kernel_dask._cluster import local_cluster
from datalab_kernel_dask._executor import DaskExecutor

__all__ = ["DaskExecutor", "local_cluster"]
