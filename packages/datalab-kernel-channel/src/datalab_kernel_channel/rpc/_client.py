"""The pages that are connected, as the user sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Client"]


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
