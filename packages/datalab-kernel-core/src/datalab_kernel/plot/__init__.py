"""Pictures of signals and images: what to draw is a plain value, drawing it a renderer's work."""

from __future__ import annotations

from datalab_kernel.plot._plotter import Plot, Plotter

__all__ = ["Plot", "Plotter"]
