"""A picture that was drawn: showing it once, again when asked, and writing it to a file."""

from __future__ import annotations

import base64
import io
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import FrameType

    from datalab_kernel.plot._spec import Drawing, FigureSpec

PIXEL_RATIO = 2
"""Pixels of the PNG for one of the page, so that it is sharp on screens of high density."""
PNG_LEVEL = 4
"""zlib's level for the PNG: a third of the default's time for large images, hardly larger."""


class Plot:
    """A picture that was drawn; as the last value of the cell that showed it, it adds nothing.

    Attributes
    ----------
    spec
        What was drawn, as plain values.
    figure, axes
        matplotlib's own, for what the options don't offer.
    """

    def __init__(self, spec: FigureSpec, drawing: Drawing) -> None:
        self.spec = spec
        self.figure = drawing.figure
        self.axes = drawing.axes
        self._shown_in: int | None = None

    def __repr__(self) -> str:
        """Say what the picture shows."""
        return f"<{self.spec.alt}>"

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write the picture to a file: png, svg, pdf, as its suffix says.

        Parameters
        ----------
        path
            Where to; ``~`` is expanded, and an existing file is replaced.
        **options
            For matplotlib's ``Figure.savefig``.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ValueError
            For a suffix that matplotlib can't write.
        FileNotFoundError
            If the folder isn't there.
        """
        target = Path(path).expanduser()
        if "format" not in options:
            options["format"] = target.suffix[1:] or "png"
        self.figure.savefig(target, **options)
        return target

    def png(self) -> bytes:
        """Return the picture as PNG, with two pixels for one of the page."""
        buffer = io.BytesIO()
        self.figure.savefig(
            buffer,
            format="png",
            dpi=PIXEL_RATIO * self.figure.dpi,
            pil_kwargs={"compress_level": PNG_LEVEL},
        )
        return buffer.getvalue()

    def svg(self) -> str:
        """Return the picture as SVG."""
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="svg")
        return buffer.getvalue().decode("utf-8")

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Return a PNG as base64 text with its size, and a text; SVG only where it is included."""
        makers = {
            "text/plain": lambda: repr(self),
            "image/png": lambda: base64.b64encode(self.png()).decode("ascii"),
            "image/svg+xml": self.svg,
        }
        wanted = {"text/plain", "image/png"} if include is None else {*include}
        data = {
            mime: make() for mime, make in makers.items() if mime in wanted - {*(exclude or ())}
        }
        return data, self._metadata(data)

    def _metadata(self, data: dict[str, str]) -> dict[str, Any]:
        if "image/png" not in data:
            return {}
        header = base64.b64decode(data["image/png"][:32])
        width, height = (size // PIXEL_RATIO for size in struct.unpack(">II", header[16:24]))
        return {"image/png": {"width": width, "height": height, "alt": self.spec.alt}}

    def show(self) -> None:
        """Show the picture in the notebook; does nothing outside of one."""
        shell = _shell()
        if shell is None:
            return
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        display(data, metadata=metadata, raw=True)
        self._shown_in = shell.execution_count

    def _ipython_display_(self) -> None:
        """Show the picture, unless it is the last value of the cell that showed it already."""
        shell = _shell()
        if shell is None:
            return
        if self._shown_in == shell.execution_count and _is_last_value(shell):
            return
        self.show()


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _is_last_value(shell: Any) -> bool:
    """Say whether IPython's display hook asks, and not somebody's call of ``display``."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - IPython tells it in no other way
    while frame is not None:
        if frame.f_locals.get("self") is shell.displayhook:
            return True
        frame = frame.f_back
    return False
