"""The exception tree of channels: public, documented, independent of the core's.

Each error derives from :class:`ChannelError` and from the builtin that a caller would
guess, carries its facts as attributes, survives pickling, and says what was asked, what
was found and what to do next.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "CallAllError",
    "CancelledByUser",
    "ChannelClosedError",
    "ChannelError",
    "ChannelTimeoutError",
    "ClientGoneError",
    "FrontendSourceError",
    "JavaScriptError",
    "MethodNotFoundError",
    "NoClientError",
    "NoFrontendError",
    "NoFrontendReason",
    "StreamConsumedError",
    "WireValueError",
]

NoFrontendReason = Literal["headless", "no_widget_manager", "nobody_displays"]

_MISSING: dict[str, str] = {
    "headless": (
        "The notebook runs without a browser (nbclient, nbconvert, papermill), so there is no page to talk "
        "to. Open it in JupyterLab or Notebook, or skip this cell in such runs."
    ),
    "no_widget_manager": (
        "A page is connected, but it shows no widgets: anywidget's front-end half is missing there. "
        "Install anywidget in the environment of the Jupyter server too, and reload the page."
    ),
    "nobody_displays": (
        "No page has displayed the channel. Open the notebook in a browser, or let the cell show its output."
    ),
}


class ChannelError(Exception):
    """Base of every error that this package raises on purpose.

    Parameters
    ----------
    message
        What was asked, what was found, what to do next.
    **facts
        The same in machine-readable form; each becomes an attribute, which the class declares
        with its type.
    """

    def __init__(self, message: str, /, **facts: Any) -> None:
        super().__init__(message)
        for name, fact in facts.items():
            setattr(self, name, fact)

    def __str__(self) -> str:
        """Give the message as it is (LookupError and SyntaxError would add to it)."""
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by message and facts."""
        return _rebuild, (type(self), self.args[0], dict(vars(self)))


def _rebuild(kind: type[ChannelError], message: str, facts: dict[str, Any]) -> ChannelError:
    error = kind.__new__(kind)
    ChannelError.__init__(error, message, **facts)
    return error


class ChannelClosedError(ChannelError, ConnectionError):
    """The channel is closed: by ``close``, or by running its cell again."""

    channel_id: str

    def __init__(self, *, channel_id: str) -> None:
        message = f"Channel {channel_id} is closed. Open it again: await open_channel(…), or run its cell."
        super().__init__(message, channel_id=channel_id)


class ClientGoneError(ChannelError, ConnectionError):
    """The page that was asked is gone: closed, refreshed, or never there."""

    client_id: str
    method: str | None
    """What was called; None outside a call."""
    executed: bool | None
    """Whether the page began to run it: True, False, or None where that can't be known."""

    def __init__(
        self, *, client_id: str, method: str | None = None, executed: bool | None = None
    ) -> None:
        ran = {
            True: "It had begun to run there.",
            False: "It has not run there.",
            None: "Whether it has run there isn't known.",
        }[executed]
        asked = f"Client {client_id} is gone"
        message = (
            f"{asked}. Those connected now are in channel.clients."
            if method is None
            else f"{asked}, and with it the call of {method!r}. {ran} Those connected now are in channel.clients."
        )
        super().__init__(message, client_id=client_id, method=method, executed=executed)


class NoClientError(ChannelError, ConnectionError):
    """No page was connected in time."""

    channel_id: str
    waited_s: float

    def __init__(self, *, channel_id: str, waited_s: float) -> None:
        message = (
            f"No page is connected to channel {channel_id}; waited {waited_s:g} s for one. "
            "Open or reload the notebook in a browser."
        )
        super().__init__(message, channel_id=channel_id, waited_s=waited_s)


class NoFrontendError(ChannelError, RuntimeError):
    """A channel was opened where no page can show it."""

    reason: NoFrontendReason

    def __init__(self, *, reason: NoFrontendReason) -> None:
        super().__init__(f"The channel found no front end. {_MISSING[reason]}", reason=reason)


class ChannelTimeoutError(ChannelError, TimeoutError):
    """A call got no answer in time; its handler in the page was told to stop."""

    method: str
    client_id: str | None
    """Who was asked; None if nobody was connected yet."""
    timeout_s: float

    def __init__(self, *, method: str, client_id: str | None, timeout_s: float) -> None:
        message = (
            f"Client {client_id} didn't answer {method!r} within {timeout_s:g} s; its handler was told to "
            "stop. Give the call more time: timeout_s=…, or None to wait for ever."
        )
        super().__init__(message, method=method, client_id=client_id, timeout_s=timeout_s)


class JavaScriptError(ChannelError, RuntimeError):
    """What the page's JavaScript threw."""

    name: str
    """The class of what was thrown, such as ``TypeError``."""
    message: str
    stack: str
    """The browser's stack, as text."""
    method: str | None
    client_id: str | None

    def __init__(
        self,
        *,
        name: str,
        message: str,
        stack: str = "",
        method: str | None = None,
        client_id: str | None = None,
    ) -> None:
        where = f"in `{method}`, client {client_id}" if method else f"client {client_id}"
        super().__init__(
            f"{name}: {message} ({where})",
            name=name,
            message=message,
            stack=stack,
            method=method,
            client_id=client_id,
        )


class MethodNotFoundError(ChannelError, LookupError):
    """The other side exposes no function of that name."""

    method: str
    available: list[str]

    def __init__(self, *, method: str, available: Sequence[str]) -> None:
        near = get_close_matches(method, available, n=3)
        found = ", ".join(near or sorted(available)) or "nothing"
        message = (
            f"The other side exposes no {method!r}. "
            f"{'Near it' if near else 'What it exposes'}: {found}. Names are given by `expose`."
        )
        super().__init__(message, method=method, available=[*available])


class WireValueError(ChannelError, ValueError, TypeError):
    """A value that can't travel between kernel and page; nothing was sent."""

    path: str
    """The place, such as ``args[0]["rois"][2]``."""
    value_type: str

    def __init__(self, message: str, /, *, path: str, value_type: str) -> None:
        super().__init__(message, path=path, value_type=value_type)


class CallAllError(ChannelError, RuntimeError):
    """Some of the pages that were asked have failed."""

    method: str
    results: dict[str, Any]
    """What the others returned, by client id."""
    errors: dict[str, Exception]
    """What failed, by client id."""

    def __init__(
        self, *, method: str, results: Mapping[str, Any], errors: Mapping[str, Exception]
    ) -> None:
        first = next(iter(errors.values()), None)
        message = (
            f"{method!r} failed in {len(errors)} of {len(errors) + len(results)} pages; the first: {first} "
            "What the others returned is in `results`; return_exceptions=True gives both."
        )
        super().__init__(message, method=method, results=dict(results), errors=dict(errors))


class StreamConsumedError(ChannelError, RuntimeError):
    """A stream was read a second time."""

    def __init__(self) -> None:
        super().__init__(
            "This stream was read already: its bytes aren't kept. Read it once, or join() it into bytes."
        )


class FrontendSourceError(ChannelError, SyntaxError):
    """The text of a front end isn't a module with a default export."""

    reason: str

    def __init__(self, *, reason: str) -> None:
        message = (
            f"This is no front end: {reason}. "
            "Write an ES module: export default function ({ channel, el, model }) { … }"
        )
        super().__init__(message, reason=reason)


class CancelledByUser(ChannelError, RuntimeError):  # noqa: N818 - the public name says what happened
    """The person pressed Esc in the page."""

    def __init__(self) -> None:
        super().__init__("Cancelled in the page; nothing was changed. Run the cell again to retry.")
