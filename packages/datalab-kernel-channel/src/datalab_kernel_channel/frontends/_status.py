"""A line below a cell that says what a workspace holds, as it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel_channel.frontends._shown import Place, opening

if TYPE_CHECKING:
    from datalab_kernel_channel.rpc._channel import Channel

__all__ = ["status_line"]


def status_line(workspace: Any) -> Channel:
    """Show a line that says what a workspace holds, and follows its changes.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    Channel
        Its ``close()`` ends it; running the cell again does too.

    Examples
    --------
    >>> def cell(workspace):
    ...     status_line(workspace)
    """

    def show(_change: object) -> None:
        channel.notify("show", _line(workspace))

    opened = opening("status_line", "status", line=lambda: _line(workspace))
    channel = opened.channel
    subscription = workspace.on_change(show)
    channel.on_state(lambda state: subscription.cancel() if state == "closed" else None)
    Place().show(channel)
    return channel


def _line(workspace: Any) -> str:
    status = workspace.status()
    return (
        f"{_counted(status.signals, 'signal')}, {_counted(status.images, 'image')}, "
        f"{status.size_bytes / 1e6:,.1f} MB ({status.mode})"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
