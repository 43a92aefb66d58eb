"""The figure in a notebook: a widget that asks the kernel for the detail of what is seen.

The page's half is ``widget.js``. plotly's JavaScript comes from its Python package, once
for each kernel, and not with each figure.
"""

from __future__ import annotations

import gzip
import math
import time
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets
import plotly
import traitlets

from datalab_kernel_interactive._figure import CONFIG
from datalab_kernel_interactive._panel import View
from datalab_kernel_interactive._wire import packed

if TYPE_CHECKING:
    from datalab_kernel_interactive._panel import Panel

HERE = Path(__file__).parent
FORGOTTEN_S = 5.0
"""Time that a page has to say that it still shows a figure, when it is asked."""
MOST_UNSEEN = 64
"""Figures whose data are kept although no page has said yet that it shows them."""
LARGEST_PX = 10_000


class Library(ipywidgets.Widget):  # type: ignore[misc]  # ipywidgets has no types
    """plotly's JavaScript, compressed, for all figures of a page."""

    source = traitlets.Bytes(b"").tag(sync=True)


@cache
def _packed_library() -> bytes:
    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return gzip.compress(path.read_bytes(), compresslevel=6, mtime=0)


class _OfKernel:
    """What all figures of a kernel have in common."""

    def __init__(self) -> None:
        self._library: Library | None = None
        self.unseen: OrderedDict[str, FigureWidget] = OrderedDict()
        self.doubtful: dict[str, FigureWidget] = {}

    def library(self) -> Library:
        """Return the library's widget; a new one if somebody closed it."""
        if self._library is None or self._library.comm is None:
            self._library = Library(source=_packed_library())
        return self._library

    def keep_until_seen(self, figure: FigureWidget) -> None:
        """Keep a figure's data for a page that shows it later; only so many.

        Those that no page has said it still shows lose theirs.
        """
        for doubtful in list(self.doubtful.values()):
            doubtful.release_if_unused()
        self.unseen[figure.key] = figure
        while len(self.unseen) > MOST_UNSEEN:
            _, oldest = self.unseen.popitem(last=False)
            oldest.release_if_unused()


@cache
def _of_kernel() -> _OfKernel:
    return _OfKernel()


class FigureWidget(anywidget.AnyWidget):
    """A figure on a page.

    It holds the data of its details as long as somebody holds the drawing, or a page shows
    it. Then it keeps only the first view, for a page that is opened again.

    Parameters
    ----------
    picture
        What is first drawn: plotly's data and layout with packed arrays, and sizes.
    panels
        What answers for details.
    """

    _esm = HERE / "widget.js"
    _css = HERE / "widget.css"
    picture = traitlets.Dict().tag(sync=True)
    library = traitlets.Unicode().tag(sync=True)
    version = traitlets.Unicode(plotly.__version__).tag(sync=True)

    def __init__(self, picture: dict[str, Any], panels: list[Panel]) -> None:
        self._panels = panels
        self._views: set[str] = set()
        self._is_owned = True
        self._asked_s = -math.inf
        self.key = ""  # its model's id, also when it is closed
        super().__init__(picture=picture, library=_of_kernel().library().model_id)
        self.key = self.model_id
        self.on_msg(FigureWidget._on_message)
        _of_kernel().keep_until_seen(self)

    @property
    def has_detail(self) -> bool:
        """Whether it can still answer for details."""
        return bool(self._panels)

    def disown(self) -> None:
        """Take note that nobody holds the drawing any more."""
        self._is_owned = False
        self.release_if_unused()

    def release_if_unused(self) -> None:
        """Let go of the data if nobody holds the drawing, and no page shows it or may soon."""
        kernel = _of_kernel()
        if self._is_owned or self._views or self.key in kernel.unseen:
            return
        if time.monotonic() - self._asked_s < FORGOTTEN_S:
            kernel.doubtful[self.key] = self
            return
        self._panels = []
        kernel.doubtful.pop(self.key, None)

    def close(self) -> None:
        """Close the comm, and let go of the data."""
        self._panels = []
        self._views.clear()
        _of_kernel().unseen.pop(self.key, None)
        _of_kernel().doubtful.pop(self.key, None)
        super().close()

    def _on_message(self, content: dict[str, Any], _buffers: list[Any]) -> None:
        """Take what a page says: that it shows the figure or no longer does, or what it sees."""
        match content:
            case {"kind": "shown", "view": str(view)}:
                self._views.add(view)
                _of_kernel().unseen.pop(self.key, None)
                _of_kernel().doubtful.pop(self.key, None)
            case {"kind": "gone", "view": str(view)}:
                self._views.discard(view)
                self._ask_who_is_there()
                self.release_if_unused()
            case {"kind": "view", "view": str(), "number": int(), "panels": list()}:
                self._answer(content)

    def _ask_who_is_there(self) -> None:
        """Ask pages whether they show it: one that was reloaded didn't say that it stopped."""
        if self._views:
            self._views.clear()
            self._asked_s = time.monotonic()
            self.send({"kind": "who"})

    def _answer(self, question: dict[str, Any]) -> None:
        changes: list[dict[str, Any]] = []
        notes: dict[str, None] = {}
        buffers: list[Any] = []
        for seen in question["panels"]:
            if not self._panels:
                break
            panel = self._panels[seen["panel"]]
            found, note = panel.answer(view_of(panel, seen))
            notes |= dict.fromkeys([note] if note else [])
            for change in found:
                arrays = {
                    name: _taken(packed(array), buffers) for name, array in change.arrays.items()
                }
                place = panel.first_trace + change.trace
                changes.append({"trace": place, "arrays": arrays, "is_part": change.is_part})
        answer = {key: question[key] for key in ("view", "number")}
        answer |= {"kind": "detail", "is_released": not self._panels, "changes": changes}
        self.send({**answer, "note": " \N{MIDDLE DOT} ".join(notes)}, buffers)


def view_of(panel: Panel, seen: dict[str, Any]) -> View:
    """Return what a page sees of a panel, in the data's units."""
    width, height = (min(max(int(seen[name]), 1), LARGEST_PX) for name in ("width", "height"))
    return View(
        x=panel.x.pair(tuple(seen["x"])),
        y=panel.y.pair(tuple(seen["y"])),
        width_px=width,
        height_px=height,
    )


def _taken(array: dict[str, Any], buffers: list[Any]) -> dict[str, Any]:
    """Move an array's bytes into the message's buffers, and say where."""
    buffers.append(array["bytes"])
    return {"dtype": array["dtype"], "shape": array["shape"], "buffer": len(buffers) - 1}


def _panel(panel: Panel) -> dict[str, Any]:
    """Return where a panel is, and what plotly's numbers are in the data's units (also for others' code)."""
    scales = {
        letter: {"kind": scale.kind, "size": scale.size}
        for letter, scale in (("x", panel.x), ("y", panel.y))
    }
    return {"suffix": panel.suffix, "has_detail": bool(panel.sources), **scales}


def picture_of(
    data: list[dict[str, Any]],
    layout: dict[str, Any],
    panels: list[Panel],
    *,
    width_px: int | None,
    alt: str,
) -> dict[str, Any]:
    """Return what a page is to draw first."""
    notes = dict.fromkeys(note for panel in panels for note in (*panel.notes, *panel.first_notes))
    return {
        "data": packed(data),
        "layout": packed(layout),
        "config": CONFIG,
        "width": width_px,
        "panels": [_panel(panel) for panel in panels],
        "note": " \N{MIDDLE DOT} ".join(filter(None, notes)),
        "alt": alt,
    }
