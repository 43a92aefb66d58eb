"""Kernel specs: which kernels a server can start."""

from __future__ import annotations

from datalab_kernel_client.specs._manager import KernelSpecManager
from datalab_kernel_client.specs._models import KernelSpec, KernelSpecs

__all__ = ["KernelSpec", "KernelSpecManager", "KernelSpecs"]
