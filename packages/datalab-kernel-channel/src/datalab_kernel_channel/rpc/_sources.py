"""The text of a front end: where it comes from, and whether it can be one."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from datalab_kernel_channel._errors import FrontendSourceError

__all__ = ["module_text", "name_of", "style_text"]

COMMENT = re.compile(r"^\s*//[^\n]*|^\s*/\*.*?\*/", re.MULTILINE | re.DOTALL)
DEFAULT_EXPORT = re.compile(r"\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b[^}]*\}")
SUFFIXES = (".js", ".mjs")


def module_text(source: str | Path) -> str:
    """Return the text of a module, which is given itself or by its file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    FrontendSourceError
        If it has no default export.
    """
    is_path = isinstance(source, Path) or ("\n" not in source and source.endswith(SUFFIXES))
    text = Path(source).read_text("utf-8") if is_path else str(source)
    if not text.strip():
        raise FrontendSourceError(reason="it is blank")
    if not DEFAULT_EXPORT.search(COMMENT.sub("", text)):
        raise FrontendSourceError(reason="it has no `export default`")
    return text


def style_text(css: str | Path | None) -> str:
    """Return the text of a style sheet, which is given itself or by its file."""
    if css is None:
        return ""
    is_path = isinstance(css, Path) or ("\n" not in css and css.endswith(".css"))
    return Path(css).read_text("utf-8") if is_path else str(css)


def name_of(text: str) -> str:
    """Return the name of a channel that was given none."""
    return f"channel-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
