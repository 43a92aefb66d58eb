"""Sessions: notebooks and consoles by their paths, each with its kernel."""

from __future__ import annotations

from datalab_kernel_client.sessions._connection import SessionConnection
from datalab_kernel_client.sessions._manager import SessionManager
from datalab_kernel_client.sessions._models import SessionModel

__all__ = ["SessionConnection", "SessionManager", "SessionModel"]
