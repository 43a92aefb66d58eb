"""The backend of DataLab-Kernel for a running DataLab."""

from datalab_kernel_live._backend import LiveBackend

__all__ = ["LiveBackend"]
