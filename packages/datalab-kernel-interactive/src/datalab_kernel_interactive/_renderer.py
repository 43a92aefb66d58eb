"""What ``renderer="interactive"`` makes; the plotting library is imported when a figure is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datalab_kernel.plot import FigureSpec
    from datalab_kernel_interactive._drawing import InteractiveDrawing

__all__ = ["InteractiveRenderer"]


class InteractiveRenderer:
    """Turn a description into a figure to pan, zoom and read values in."""

    needs_all_samples = True

    def render(self, spec: FigureSpec, ax: Any = None) -> InteractiveDrawing:
        """Draw a figure.

        Raises
        ------
        TypeError
            If ``ax`` is given: matplotlib's axes can't hold an interactive figure.
        ValueError
            For a second y axis, which only matplotlib draws.
        """
        if ax is not None:
            message = (
                "ax= takes matplotlib's axes, and the interactive renderer can't draw into them. "
                'Leave it out, or use Plotter(workspace, renderer="matplotlib").'
            )
            raise TypeError(message)
        if any(part.right is not None for part in spec.axes):
            message = (
                "A second y axis (twin=) is drawn by matplotlib only. Say interactive=False, or "
                "leave twin out."
            )
            raise ValueError(message)
        from datalab_kernel_interactive._drawing import InteractiveDrawing

        return InteractiveDrawing(spec)
