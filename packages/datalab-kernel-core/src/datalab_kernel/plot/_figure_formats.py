"""In which media types a notebook shows matplotlib's figures: what ``InlineBackend`` was told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["figure_media"]

PNG = "image/png"
MEDIA = {
    "png": PNG,
    "png2x": PNG,
    "retina": PNG,
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
}
"""By the names of ``InlineBackend.figure_formats``. A PNG is always one for sharp screens."""


def figure_media(shell: Any, figure: Any) -> tuple[str, ...]:
    """Return the media types that a person wants a figure in.

    These are what matplotlib's own figures have there (``%config InlineBackend.figure_formats``,
    ``set_matplotlib_formats``); before pyplot is used, what IPython's configuration says; else
    PNG. Nothing for the figure of another library.
    """
    module = sys.modules.get("matplotlib.figure")
    if module is None or not isinstance(figure, module.Figure):
        return ()
    formatters = shell.display_formatter.formatters if shell is not None else {}
    shown = (media for media in MEDIA.values() if _shows(formatters.get(media), module.Figure))
    configured = (MEDIA[name] for name in _configured(shell) if name in MEDIA)
    return tuple(dict.fromkeys(shown)) or tuple(dict.fromkeys(configured)) or (PNG,)


def _shows(formatter: Any, kind: type) -> bool:
    if formatter is None:
        return False
    try:
        formatter.lookup_by_type(kind)
    except KeyError:
        return False
    return True


def _configured(shell: Any) -> Iterable[str]:
    """Return the formats that IPython's configuration names, which may be one or several."""
    config = getattr(shell, "config", None) or {}
    inline = config.get("InlineBackend", {})
    found = inline.get("figure_formats") or inline.get("figure_format") or ()
    return [found] if isinstance(found, str) else sorted(found)
