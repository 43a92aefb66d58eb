"""The widget whose custom messages carry a channel's frames: a page that builds it joins."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

import anywidget
import traitlets

from datalab_kernel_channel._errors import FrontendSourceError
from datalab_kernel_channel.page import page_module

__all__ = ["ChannelWidget"]


class ChannelWidget(anywidget.AnyWidget):
    """A widget whose front end has a channel: its functions get ``channel``, ``el`` and ``model``.

    Subclasses give ``_esm`` (text or path) in one of the two shapes that
    :func:`~datalab_kernel_channel.open_channel` takes, and ``_css`` and traits as in anywidget.

    Parameters
    ----------
    **traits
        Values of the class's traits.

    Attributes
    ----------
    channel_id
        The channel that it carries; ``""`` before it is opened.
    module_text
        The front end's module.
    module_css
        A style sheet beside the class's own.
    is_displayed
        Whether pages are to expect a view. Without one a function still runs, on an element that
        isn't in the page.
    is_broadcast
        Whether frames go by a ``BroadcastChannel`` named as the channel, not by the widget's comm.

    Raises
    ------
    FrontendSourceError
        The class has no ``_esm``.

    Examples
    --------
    >>> class Counter(ChannelWidget):
    ...     _esm = "export default ({ channel }) => { channel.expose({ next: n => n + 1 }); };"
    ...     count = traitlets.Int(0).tag(sync=True)
    >>> Counter(count=3).count
    3
    """

    channel_id = traitlets.Unicode().tag(sync=True)
    module_text = traitlets.Unicode().tag(sync=True)
    module_css = traitlets.Unicode().tag(sync=True)
    is_displayed = traitlets.Bool(default_value=True).tag(sync=True)
    is_broadcast = traitlets.Bool(default_value=False).tag(sync=True)
    _key = traitlets.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._own_layout = "layout" not in traits
        if "module_text" not in traits:
            traits["module_text"] = _module_of(type(self))
        self.add_traits(_esm=traitlets.Unicode(page_module()).tag(sync=True))
        super().__init__(_key=token_hex(8), **traits)

    def close(self) -> None:
        """Close it in all pages, and the layout that was made for it: no comm is left."""
        super().close()
        if self._own_layout:
            self.layout.close()

    @classmethod
    def from_module(cls, text: str, *, css: str = "") -> ChannelWidget:
        """Make a widget of a front end's text."""
        return cls(module_text=text, module_css=css)


def _module_of(kind: type[ChannelWidget]) -> str:
    source = getattr(kind, "_esm", None)
    if source is None:
        raise FrontendSourceError(reason=f"the class {kind.__name__} has no `_esm`")
    return str(source)
