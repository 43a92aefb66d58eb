"""A picture that was drawn: showing it once, again when asked, and writing it to a file."""

from __future__ import annotations

import base64
import html
import sys
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import ExportError, MissingFileError
from datalab_kernel.plot._figure_formats import figure_media
from datalab_kernel.plot._held import HeldDrawing, running_shell

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from types import FrameType

    from datalab_kernel.plot._spec import Drawing, FigureSpec


class Plot:
    """A picture that was drawn; as the last value of the cell that showed it, it adds nothing.

    What is changed in its figure after it was shown is seen there when the cell has ended. If
    nothing was, its figure is let go of then, and drawn anew when it is asked for again.

    Attributes
    ----------
    spec
        What was drawn, as plain values.
    figure, axes
        The plotting library's own (matplotlib's), for what the options don't offer.
    """

    def __init__(self, spec: FigureSpec, drawing: Drawing) -> None:
        self.spec = spec
        self._held = HeldDrawing(drawing, self._note_change)
        self._shown_in: int | None = None
        self._shown: Any = None
        self._is_changed = False

    @property
    def _drawing(self) -> Drawing:
        return self._held.get()

    @property
    def figure(self) -> Any:
        """The plotting library's own figure."""
        return self._drawing.figure

    @property
    def axes(self) -> tuple[Any, ...]:
        """Its axes, in the order of what was plotted."""
        return self._drawing.axes

    def __repr__(self) -> str:
        """Say what the picture shows."""
        return f"<{self.spec.name or self.spec.alt}>"

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write the picture to a file: png, svg, pdf, as its suffix says.

        Parameters
        ----------
        path
            Where to; ``~`` is expanded, and an existing file is replaced. Whatever happens,
            there is the old file or the whole new one.
        **options
            For matplotlib's ``Figure.savefig``.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ExportError
            For a suffix or an option that can't be (a ValueError).
        MissingFileError
            If the folder isn't there (a FileNotFoundError).
        OSError
            If the file can't be written.
        """
        from datalab_kernel.storage import replacing
        from datalab_kernel.workspace import _paths

        target = _place_for(_paths.expanded(path))
        with replacing(target) as temporary:
            named = temporary.with_name(f"{temporary.name}{target.suffix or '.png'}")
            try:
                self._drawing.save(named, **options)  # goes by the suffix
                named.replace(temporary)
            except ValueError as error:
                message = f"Can't save {str(target)!r}: {error}"
                raise ExportError(message, path=str(target)) from error
            finally:
                named.unlink(missing_ok=True)
        return target

    def png(self) -> bytes:
        """Return the picture as PNG."""
        data, _ = self._drawing.mimebundle(self.spec.alt, {"image/png"})
        return base64.b64decode(data["image/png"])

    def _repr_html_(self) -> str:
        """Return the picture as an ``<img>``, as datalab-kernel 0.2 did; notebooks take `_repr_mimebundle_`."""
        data, metadata = self._drawing.mimebundle(self.spec.alt, {"image/png"})
        size = metadata.get("image/png", {})
        width = f' width="{size["width"]}"' if "width" in size else ""
        source = f"data:image/png;base64,{data['image/png']}"
        return f'<img src="{source}"{width} alt="{html.escape(self.spec.alt)}">'

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the renderer shows in a notebook, and a text.

        Without ``include`` that is PNG, or what ``InlineBackend.figure_formats`` asks for.
        """
        own = figure_media(running_shell(), self._drawing.figure) or _DEFAULT
        wanted = {"text/plain", *own} if include is None else {*include}
        wanted -= {*(exclude or ())}
        data, metadata = self._drawing.mimebundle(self.spec.alt, wanted)
        if "text/plain" in wanted:
            data["text/plain"] = repr(self)
        return data, metadata

    def show(self) -> None:
        """Show the picture in the notebook; does nothing outside of one."""
        shell = running_shell()
        if shell is None:
            return
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        self._shown = display(data, metadata=metadata, raw=True, display_id=True)
        self._shown_in = shell.execution_count
        if self._is_changed:
            self._is_changed = False
            shell.events.unregister("post_run_cell", self._show_changes)
        self._held.is_shown()

    def _note_change(self) -> None:
        """Show the picture anew where it was shown, when the cell has ended."""
        shell = running_shell()
        is_seen = shell is not None and self._shown is not None
        if is_seen and not self._is_changed:
            self._is_changed = True
            shell.events.register("post_run_cell", self._show_changes)

    def _show_changes(self, _result: object) -> None:
        self._is_changed = False
        running_shell().events.unregister("post_run_cell", self._show_changes)
        data, metadata = self._repr_mimebundle_()
        self._shown.update(data, metadata=metadata, raw=True)
        self._held.let_go_after_cell()

    def _ipython_display_(self) -> None:
        """Show the picture, unless it is the last value of the cell that showed it already."""
        shell = running_shell()
        if shell is None:
            return
        if self._shown_in == shell.execution_count and _is_last_value(shell):
            return
        self.show()


def _place_for(target: Path) -> Path:
    """Return where a picture can be written, or say why it can't."""
    if not target.parent.is_dir():
        reason = f"the folder {str(target.parent)!r} doesn't exist. Make it first"
    elif target.is_dir():
        reason = "it is a folder. Give a file in it"
    else:
        return target
    message = f"Can't save {str(target)!r}: {reason}, or choose another place."
    raise MissingFileError(message, path=str(target))


_DEFAULT = ("image/png", "application/vnd.jupyter.widget-view+json")


def _is_last_value(shell: Any) -> bool:
    """Say whether IPython's display hook asks, and not somebody's call of ``display``."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - IPython tells it in no other way
    while frame is not None:
        if frame.f_locals.get("self") is shell.displayhook:
            return True
        frame = frame.f_back
    return False
