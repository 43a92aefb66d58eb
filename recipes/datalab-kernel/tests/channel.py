"""The channel alone: its names are there, and a comm without a kernel sends nowhere."""

import datalab_kernel_channel as channel

assert all(getattr(channel, name) is not None for name in channel.__all__)
