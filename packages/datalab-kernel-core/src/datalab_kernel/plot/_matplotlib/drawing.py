"""A picture that matplotlib drew: in the formats of a notebook, and as a file."""

from __future__ import annotations

import base64
import io
import weakref
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np

from datalab_kernel.plot._matplotlib.anew import free_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from matplotlib.axes import Axes

PIXEL_RATIO = 2
"""Pixels of the PNG for one of the page, so that it is sharp on screens of high density."""
PNG_LEVEL, PNG_LEVEL_OF_IMAGES = 4, 2
"""zlib's levels for the PNG, hardly larger than by its own 6: pixels that differ take longest."""

JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True)
class MatplotlibDrawing:
    """matplotlib's figure, and its axes in the order of the spec's."""

    figure: Any
    axes: tuple[Axes, ...]
    again: Callable[[], MatplotlibDrawing] | None = None
    """Draws it anew, as it was drawn; None for a figure of somebody else."""

    def png(self) -> bytes:
        """Return the picture as PNG, with two pixels for one of the page."""
        has_images = any(axes.images for axes in self.axes)
        level = PNG_LEVEL_OF_IMAGES if has_images else PNG_LEVEL
        dpi = PIXEL_RATIO * self.figure.dpi
        pixels = _Pixels()
        self._write(pixels, "rgba", dpi=dpi)
        return _png(pixels, dpi, level)

    def _pixels(self, kind: str, pil_kwargs: dict[str, Any]) -> bytes:
        return self._bytes(kind, dpi=PIXEL_RATIO * self.figure.dpi, pil_kwargs=pil_kwargs)

    def _bytes(self, kind: str, **options: Any) -> bytes:
        buffer = io.BytesIO()
        self._write(buffer, kind, **options)
        return buffer.getvalue()

    def _write(self, buffer: io.BytesIO, kind: str, **options: Any) -> None:
        with self._unwatched():
            self.figure.savefig(buffer, format=kind, **options)

    def mimebundle(
        self, alt: str, wanted: Collection[str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return PNG, JPEG, SVG and PDF, as far as they are wanted, as text or base64 text.

        Pixels come with their width on the page; without a height, so that their ratio stays
        where a page is narrower.
        """
        data: dict[str, Any] = {}
        metadata: dict[str, Any] = {}
        for media, draw in self._pixels_by_media().items():
            if media in wanted:
                picture = draw()
                data[media] = _base64(picture)
                metadata[media] = {"width": _width(picture) // PIXEL_RATIO, "alt": alt}
        if "image/svg+xml" in wanted:
            data["image/svg+xml"] = self._bytes("svg").decode("utf-8")
        if "application/pdf" in wanted:
            data["application/pdf"] = _base64(self._bytes("pdf"))
        return data, metadata

    def _pixels_by_media(self) -> dict[str, Callable[[], bytes]]:
        jpeg = {"quality": JPEG_QUALITY}
        return {"image/png": self.png, "image/jpeg": lambda: self._pixels("jpeg", jpeg)}

    def save(self, path: Path, **options: Any) -> None:
        """Write the picture to a file, in the format that its suffix says, else as PNG."""
        options.setdefault("format", path.suffix[1:] or "png")
        with self._unwatched():
            self.figure.savefig(path, **options)

    def let_go(self) -> Callable[[], MatplotlibDrawing] | None:
        """Return what gives the drawing again: the same while somebody holds its figure, else anew.

        None where it can't be drawn anew.
        """
        again = self.again
        if again is None:
            return None
        figure, axes = weakref.ref(self.figure), tuple(map(weakref.ref, self.axes))

        def find() -> MatplotlibDrawing:
            held = figure()
            found = tuple(each for axis in axes if (each := axis()) is not None)
            if held is None or len(found) < len(axes):
                return again()
            return MatplotlibDrawing(held, found, again)

        return find

    def free_pixels(self) -> None:
        """Let a figure that stays forget the pixels that were drawn last: megabytes of each."""
        if self.again is not None:
            with self._unwatched():
                free_pixels(self.figure)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed()`` whenever something in the figure is changed."""
        self.figure.stale_callback = lambda *_: changed()

    @contextmanager
    def _unwatched(self) -> Iterator[None]:
        """Draw, or forget what was drawn: what that changes is no change to be seen."""
        callback, self.figure.stale_callback = self.figure.stale_callback, None
        try:
            yield
        finally:
            self.figure.stale_callback = callback


class _Pixels(io.BytesIO):
    """Pixels that matplotlib writes as one array of shape ``(height, width, 4)``."""

    shape: tuple[int, ...] = (0, 0)

    def write(self, pixels: Any) -> int:
        self.shape = memoryview(pixels).shape or ()
        return super().write(pixels)


def _png(pixels: _Pixels, dpi: float, level: int) -> bytes:
    """Write pixels as PNG; without alpha where all of it is opaque."""
    from PIL import Image, PngImagePlugin

    colors = np.frombuffer(pixels.getbuffer(), np.uint8).reshape(pixels.shape)
    picture = Image.fromarray(colors)
    if picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")  # a tenth smaller, and written sooner
    written_by = PngImagePlugin.PngInfo()
    written_by.add_text("Software", f"Matplotlib version {matplotlib.__version__}")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=level, dpi=(dpi, dpi), pnginfo=written_by)
    return buffer.getvalue()


def _base64(picture: bytes) -> str:
    return base64.b64encode(picture).decode("ascii")


def _width(picture: bytes) -> int:
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        return int(image.width)
