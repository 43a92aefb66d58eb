"""Comms with ipykernel's interface, on whichever kernel runs."""

from __future__ import annotations

from datalab_kernel_channel.comm._comm import Comm, create_comm
from datalab_kernel_channel.comm._manager import CommManager, get_comm_manager

__all__ = ["Comm", "CommManager", "create_comm", "get_comm_manager"]
