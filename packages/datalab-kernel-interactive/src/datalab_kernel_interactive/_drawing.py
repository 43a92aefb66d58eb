"""A figure that can be panned and zoomed: in a notebook, and as a file."""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from datalab_kernel_interactive._figure import CONFIG, Parts, make_figure
from datalab_kernel_interactive._wire import with_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from datalab_kernel.plot import Drawing, FigureSpec
    from datalab_kernel_interactive._widget import FigureWidget

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class AxisPair(NamedTuple):
    """The two axes of one picture, as plotly's layout has them."""

    x: Any
    y: Any


class InteractiveDrawing:
    """plotly's figure, and the same picture drawn by matplotlib for where no widget is shown.

    Each is made when it is first asked for.
    """

    def __init__(self, spec: FigureSpec) -> None:
        self._spec = spec
        self._widget: FigureWidget | None = None
        self._changed: Callable[[], None] | None = None

    @cached_property
    def _parts(self) -> Parts:
        return make_figure(self._spec)

    @property
    def figure(self) -> Any:
        """Plotly's own figure; what is changed there is seen when the cell has ended."""
        if self._changed is not None:
            self._changed()
        return self._figure

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed()`` whenever plotly's figure is asked for: what is done with it isn't told."""
        self._changed = changed

    @cached_property
    def _figure(self) -> Any:
        from plotly.graph_objects import Figure

        return Figure({"data": self._parts.data, "layout": self._parts.layout})

    @property
    def axes(self) -> tuple[AxisPair, ...]:
        """Plotly's x and y axis of each picture."""
        layout = self.figure.layout
        return tuple(
            AxisPair(layout[f"xaxis{panel.suffix}"], layout[f"yaxis{panel.suffix}"])
            for panel in self._parts.panels
        )

    @cached_property
    def _static(self) -> Drawing:
        """The picture by matplotlib."""
        from datalab_kernel.plot import renderers

        return renderers.make(renderers.DEFAULT).render(self._spec)

    def mimebundle(
        self, alt: str, wanted: Collection[str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and the static picture for where it can't be shown."""
        data: dict[str, Any] = {}
        metadata: dict[str, Any] = {}
        if pictures := {*wanted} - {WIDGET_VIEW}:
            data, metadata = self._static.mimebundle(alt, pictures)
        if WIDGET_VIEW in wanted:
            model = self._shown(alt).model_id
            data[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": model}
        return data, metadata

    def _shown(self, alt: str) -> FigureWidget:
        """Return the widget; it takes what was changed in ``figure``."""
        from datalab_kernel_interactive._widget import FigureWidget, picture_of

        parts = self._parts
        data, layout = parts.data, parts.layout
        is_touched = "_figure" in self.__dict__
        if is_touched:
            drawn = with_arrays(self._figure.to_plotly_json())
            data, layout = drawn["data"], drawn["layout"]
        if self._widget is None or self._widget.comm is None:
            picture = picture_of(data, layout, parts.panels, width_px=parts.width_px, alt=alt)
            self._widget = FigureWidget(picture, parts.panels)
            weakref.finalize(self, self._widget.disown).atexit = False
        elif is_touched:
            picture = picture_of(data, layout, parts.panels, width_px=parts.width_px, alt=alt)
            self._widget.picture = picture
        return self._widget

    def save(self, path: Path, **options: Any) -> None:
        """Write ``.html`` that needs nothing else to be read; else the static picture.

        A page can't ask for details: it has the first view's points.
        """
        if path.suffix.lower() in {".html", ".htm"}:
            self._figure.write_html(path, **{"include_plotlyjs": True, "config": CONFIG, **options})
        else:
            self._static.save(path, **options)
