"""Images as plotly's traces: the whole one coarsely, and over it the detail of what is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_interactive._colors import ColorRule
from datalab_kernel_interactive._curve_traces import read_out
from datalab_kernel_interactive._mipmap import Mipmap, Tile
from datalab_kernel_interactive._panel import Change, View
from datalab_kernel_interactive._texts import to_html

if TYPE_CHECKING:
    import numpy as np

    from datalab_kernel.plot import AxesSpec, Image
    from datalab_kernel_interactive._panel import Panel

    Array = np.ndarray[Any, Any]

FIRST_WIDTH, FIRST_HEIGHT = 640, 480
"""Pixels of the first view, before its size on the screen is known."""
BEYOND = 0.1
"""How far to each side of a view its detail goes, by its size."""
FINENESS = 1.4
"""Pixels of a view for one of the screen, at most; half as many at least."""


class ImageSource:
    """Answers for the parts of one image."""

    def __init__(self, mipmap: Mipmap, colors: ColorRule, panel: Panel, trace: int) -> None:
        self._mipmap, self._colors = mipmap, colors
        self._x, self._y = panel.x, panel.y
        self._trace = trace

    def changes(self, view: View) -> tuple[list[Change], str]:
        """Return the pixels for a view and a little beyond."""
        (left, right), (low, high) = view.x, view.y
        dx, dy = BEYOND * (right - left), BEYOND * (high - low)
        factor = FINENESS * (1 + 2 * BEYOND)
        size = [round(factor * count) for count in (view.width_px, view.height_px)]
        tile = self._mipmap.over((left - dx, right + dx), (low - dy, high + dy), size[0], size[1])
        return [Change(trace=self._trace, arrays=self.arrays(tile))], self.note(tile)

    def arrays(self, tile: Tile) -> dict[str, Array]:
        """Return the heatmap's arrays in the figure's units."""
        return {
            "x": self._x.values(tile.x_edges),
            "y": self._y.values(tile.y_edges),
            **self._colors.apply(tile.data),
        }

    def note(self, tile: Tile) -> str:
        """Say that pixels stand for more of them."""
        if tile.block == 1:
            return ""
        ny, nx = self._mipmap.shape
        return f"{nx:,} by {ny:,} pixels, shown by means of {tile.block} by {tile.block}"


def add_image(panel: Panel, image: Image, spec: AxesSpec) -> None:
    """Add an image, and if it has more pixels than the screen, what answers for its parts."""
    colors, mipmap = ColorRule(image), Mipmap(image)
    value = f"{to_html(image.label) or 'value'}: %{{{colors.value_shown}:.9~g}}"
    value += f" {to_html(colors.unit)}" if colors.unit else ""
    trace = {
        "type": "heatmap",
        "name": "",
        "hoverongaps": False,
        "zsmooth": False,
        "hovertemplate": read_out(panel, spec, "", value),
        **colors.attributes(),
    }
    x, y = (
        tuple(sorted((float(edges[0]), float(edges[-1]))))
        for edges in (image.x_edges, image.y_edges)
    )
    first = mipmap.over((x[0], x[1]), (y[0], y[1]), FIRST_WIDTH, FIRST_HEIGHT)
    whole = panel.add(trace)
    source = ImageSource(mipmap, colors, panel, whole)
    panel.traces[whole] |= source.arrays(first)
    if first.block > 1:
        detail = panel.add({**trace, "showscale": False, "visible": False})
        panel.sources.append(ImageSource(mipmap, colors, panel, detail))
        panel.first_notes.append(source.note(first))
