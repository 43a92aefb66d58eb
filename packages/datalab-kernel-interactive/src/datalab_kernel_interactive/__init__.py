"""The interactive renderer of DataLab-Kernel: ``Plotter(workspace, renderer="interactive")``."""

from __future__ import annotations

from datalab_kernel_interactive._renderer import InteractiveRenderer

__all__ = ["InteractiveRenderer"]
