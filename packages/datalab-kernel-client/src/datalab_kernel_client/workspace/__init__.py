"""``Workspace("jupyter", …)``: the workspace in a running notebook, from a script elsewhere."""

from datalab_kernel_client.workspace._backend import RemoteBackend
from datalab_kernel_client.workspace._carrier import Carrier

__all__ = ["Carrier", "RemoteBackend"]
