"""Calls in both directions: channels, clients, streams."""

from datalab_kernel_channel.rpc._channel import CallInfo, Channel, current_call
from datalab_kernel_channel.rpc._client import Client
from datalab_kernel_channel.rpc._exposed import expose
from datalab_kernel_channel.rpc._opening import OpeningChannel, open_channel
from datalab_kernel_channel.rpc._timeouts import DEFAULT

__all__ = [
    "DEFAULT",
    "CallInfo",
    "Channel",
    "Client",
    "OpeningChannel",
    "current_call",
    "expose",
    "open_channel",
]
