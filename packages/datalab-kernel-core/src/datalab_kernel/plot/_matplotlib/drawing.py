"""A picture that matplotlib drew: as PNG or SVG for a notebook, and as a file."""

from __future__ import annotations

import base64
import io
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from matplotlib.axes import Axes

PIXEL_RATIO = 2
"""Pixels of the PNG for one of the page, so that it is sharp on screens of high density."""
PNG_LEVEL, PNG_LEVEL_OF_IMAGES = 4, 2
"""zlib's levels for the PNG, hardly larger than by its own 6: pixels that differ take longest."""


@dataclass(frozen=True, slots=True)
class MatplotlibDrawing:
    """matplotlib's figure, and its axes in the order of the spec's."""

    figure: Any
    axes: tuple[Axes, ...]

    def png(self) -> bytes:
        """Return the picture as PNG, with two pixels for one of the page."""
        buffer = io.BytesIO()
        has_images = any(axes.images for axes in self.axes)
        with self._unwatched():
            self.figure.savefig(
                buffer,
                format="png",
                dpi=PIXEL_RATIO * self.figure.dpi,
                pil_kwargs={"compress_level": PNG_LEVEL_OF_IMAGES if has_images else PNG_LEVEL},
            )
        return buffer.getvalue()

    def svg(self) -> str:
        """Return the picture as SVG."""
        buffer = io.BytesIO()
        with self._unwatched():
            self.figure.savefig(buffer, format="svg")
        return buffer.getvalue().decode("utf-8")

    def mimebundle(
        self, alt: str, wanted: Collection[str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a PNG as base64 text with its size, and SVG, as far as they are wanted."""
        data: dict[str, Any] = {}
        metadata: dict[str, Any] = {}
        if "image/png" in wanted:
            png = self.png()
            width, height = (size // PIXEL_RATIO for size in struct.unpack(">II", png[16:24]))
            data["image/png"] = base64.b64encode(png).decode("ascii")
            metadata["image/png"] = {"width": width, "height": height, "alt": alt}
        if "image/svg+xml" in wanted:
            data["image/svg+xml"] = self.svg()
        return data, metadata

    def save(self, path: Path, **options: Any) -> None:
        """Write the picture to a file, in the format that its suffix says, else as PNG."""
        options.setdefault("format", path.suffix[1:] or "png")
        with self._unwatched():
            self.figure.savefig(path, **options)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed()`` whenever something in the figure is changed."""
        self.figure.stale_callback = lambda *_: changed()

    @contextmanager
    def _unwatched(self) -> Iterator[None]:
        """Draw: what that changes is no change to be seen."""
        callback, self.figure.stale_callback = self.figure.stale_callback, None
        try:
            yield
        finally:
            self.figure.stale_callback = callback
