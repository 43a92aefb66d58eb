"""The server: its settings, how it is found, and what it answers to requests."""

from __future__ import annotations

from datalab_kernel_client.server._check import ServerInfo, check
from datalab_kernel_client.server._rest import Rest
from datalab_kernel_client.server._settings import ServerSettings, running_servers
from datalab_kernel_client.server._shared import Lease

__all__ = ["Lease", "Rest", "ServerInfo", "ServerSettings", "check", "running_servers"]
