"""What an empty workspace shows: what to type, and the file that was saved last."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from datalab_kernel.display._objects_table import TEXT_STYLE, object_size

if TYPE_CHECKING:
    from datalab_kernel.workspace._last_saved import SavedFile

__all__ = ["FirstSteps"]

_STEPS = (
    ('workspace["sine"] = np.sin(np.linspace(0, 20, 500))', "add something of yours"),
    ('workspace.load_example("paracetamol")', "or a measurement to try"),
    ('plotter.plot("sine")', "and see it"),
)
_TIME = "%Y-%m-%d %H:%M"
_CODE = (
    "margin:4px 0 4px 1.5em;padding:0;background:none;color:inherit;white-space:pre-wrap;"
    "font-family:var(--jp-code-font-family,monospace)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSteps:
    """The first display of a workspace, as text and as HTML.

    Attributes
    ----------
    heading : str
        The workspace in one line.
    saved : SavedFile or None
        What was saved last in the current folder, or by this notebook.

    Examples
    --------
    >>> print(FirstSteps(heading="Workspace(standalone, empty)", saved=None).text)
    Workspace(standalone, empty)
    Three things to type:
        workspace["sine"] = np.sin(np.linspace(0, 20, 500))  # add something of yours
        workspace.load_example("paracetamol")                # or a measurement to try
        plotter.plot("sine")                                 # and see it
    """

    heading: str
    saved: SavedFile | None

    @property
    def text(self) -> str:
        """What a terminal shows."""
        width = max(len(code) for code, _ in _STEPS)
        lines = [self.heading, "Three things to type:"]
        lines += [f"    {code:<{width}}  # {why}" for code, why in _STEPS]
        if self.saved is not None:
            lines += [f"{self._told_of_saved()}:", f"    {self._load}"]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        """What a notebook shows."""
        width = max(len(code) for code, _ in _STEPS)
        steps = "\n".join(
            f'{escape(code)}{" " * (width - len(code))}  <span style="opacity:.7"># {why}</span>'
            for code, why in _STEPS
        )
        parts = [
            f"<b>{escape(self.heading)}</b>",
            f'<div>Three things to type:</div><pre style="{_CODE}">{steps}</pre>',
        ]
        if self.saved is not None:
            told, load = escape(self._told_of_saved()), escape(self._load)
            parts.append(f'<div>{told}:</div><pre style="{_CODE}">{load}</pre>')
        return f'<div style="{TEXT_STYLE}">{"".join(parts)}</div>'

    def bundle(self, notice: str | None) -> dict[str, str]:
        """Return both, and below them a notice of files that crashed kernels left."""
        if notice is None:
            return {"text/plain": self.text, "text/html": self.html}
        steps = self
        if self.saved is not None and self.saved.name in notice:
            steps = replace(self, saved=None)
        lines = "<br>".join(map(escape, notice.splitlines()))
        return {
            "text/plain": f"{steps.text}\n{notice}",
            "text/html": f"{steps.html}<p>{lines}</p>",
        }

    def _told_of_saved(self) -> str:
        assert self.saved is not None  # noqa: S101 - both callers asked
        when = time.strftime(_TIME, time.localtime(self.saved.saved_at))
        where = "by this notebook" if os.path.isabs(self.saved.name) else "here"  # noqa: PTH117
        size = object_size(self.saved.size_bytes)
        journal = f", with {self.saved.journal}" if self.saved.journal else ""
        return f"Last saved {where}, {when}, {size}{journal}; to go on with it"

    @property
    def _load(self) -> str:
        assert self.saved is not None  # noqa: S101 - both callers asked
        return f"workspace.load({_quoted(self.saved.name)})"


def _quoted(name: str) -> str:
    return repr(name) if '"' in name or not name.isprintable() or "\\" in name else f'"{name}"'
