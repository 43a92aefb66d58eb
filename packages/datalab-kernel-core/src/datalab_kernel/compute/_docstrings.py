"""What a processing function's docstring says of it, for lists and for help."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_SECTION = re.compile(r"\n\s*(?:Args|Returns|Raises):|\n\s*Parameters\n\s*-{3,}")
"""Where the list of arguments begins: Sigima's, and ours."""


def summary_of(function: Callable[..., Any]) -> str:
    """Return the first paragraph of a function's docstring in a line."""
    text = " ".join((inspect.getdoc(inspect.unwrap(function)) or "").split("\n\n")[0].split())
    return plain_text(text).rstrip(".:")


def plain_text(text: str) -> str:
    """Return a docstring's text without Sphinx's roles and emphasis.

    Examples
    --------
    >>> plain_text("Compute it with :py:func:`numpy.fft.fft`")
    'Compute it with numpy.fft.fft'
    """
    text = re.sub(r":\w+(?::\w+)*:`(?:~|sigima\.)(?:\w+\.)*(\w+)`", r"\1", text)
    text = re.sub(r":\w+(?::\w+)*:`([^`]*)`", r"\1", text)
    return text.replace("``", "").replace("**", "")


def description_of(function: Callable[..., Any]) -> str:
    """Return what a docstring says before its list of arguments."""
    text = inspect.getdoc(inspect.unwrap(function)) or ""
    return plain_text(re.split(_SECTION, text)[0].strip())
