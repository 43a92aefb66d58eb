"""Streams of bytes in either direction, each read once, with back-pressure."""

from datalab_kernel_channel.streams._in import InStream
from datalab_kernel_channel.streams._out import OutStream

__all__ = ["InStream", "OutStream"]
