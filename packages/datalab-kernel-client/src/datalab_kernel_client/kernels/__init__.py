"""Kernels: which run, and connections to them, with requests, outputs and comms."""

from __future__ import annotations

from datalab_kernel_client.kernels._comms import ClientComm
from datalab_kernel_client.kernels._connection import KernelConnection
from datalab_kernel_client.kernels._future import ExecuteResult, KernelFuture
from datalab_kernel_client.kernels._link import Pace
from datalab_kernel_client.kernels._manager import KernelManager
from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._models import (
    Change,
    EarlierClient,
    Gap,
    KernelModel,
    difference,
    read_kernel,
)
from datalab_kernel_client.kernels._status import ConnectionStatus, Status

__all__ = [
    "Change",
    "ClientComm",
    "ConnectionStatus",
    "EarlierClient",
    "ExecuteResult",
    "Gap",
    "KernelConnection",
    "KernelFuture",
    "KernelManager",
    "KernelModel",
    "Message",
    "Pace",
    "Status",
    "difference",
    "read_kernel",
]
