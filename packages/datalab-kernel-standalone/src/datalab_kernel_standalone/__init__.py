"""The in-memory backend of DataLab-Kernel."""

from datalab_kernel_standalone._backend import StandaloneBackend

__all__ = ["StandaloneBackend"]
