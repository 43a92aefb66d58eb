"""The pages that are connected, as the user sees them."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from datalab_kernel_channel.rpc._channel import Channel

__all__ = ["CURRENT_CALL", "CallInfo", "Client", "current_call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One page: a window or a tab. A refresh makes a new one.

    Parameters
    ----------
    id
        Its identity.
    joined_at
        When its front end was ready, in UTC.
    is_focused
        Whether it has the person's attention.
    is_connected
        Whether it is there, as far as is known.
    url, user_agent, application
        Where it is shown, in which browser, and by what (``JupyterLab``).
    """

    id: str
    joined_at: datetime
    is_focused: bool
    is_connected: bool
    url: str
    user_agent: str
    application: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInfo:
    """The call that runs: who made it."""

    id: str
    method: str
    client: Client
    channel: Channel
    _progress: Callable[[Any], None] = field(repr=False, compare=False)

    def progress(self, value: Any) -> None:
        """Send a value on the way, where the page asked for them (``onProgress``)."""
        self._progress(value)


CURRENT_CALL: ContextVar[CallInfo] = ContextVar("datalab_kernel_channel_call")


def current_call() -> CallInfo:
    """Return the call that runs.

    Raises
    ------
    LookupError
        Outside an exposed function that a page called.
    """
    try:
        return CURRENT_CALL.get()
    except LookupError:
        raise LookupError(
            "No call runs here: current_call() is for functions that a page calls."
        ) from None
