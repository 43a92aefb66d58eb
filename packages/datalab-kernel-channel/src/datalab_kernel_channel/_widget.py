"""The widget whose custom messages carry a channel's frames."""

from __future__ import annotations

import anywidget
import traitlets

__all__ = ["ChannelWidget"]


class ChannelWidget(anywidget.AnyWidget):
    """What a channel displays."""

    _esm = "export default {}"
    channel_id = traitlets.Unicode("").tag(sync=True)
    module_text = traitlets.Unicode("").tag(sync=True)
    module_css = traitlets.Unicode("").tag(sync=True)

    @classmethod
    def from_module(cls, text: str, *, css: str = "") -> ChannelWidget:
        """Make a widget of a front end's text."""
        return cls(module_text=text, module_css=css)
