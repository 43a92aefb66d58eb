"""The channel alone: its names are there, and a comm without a kernel sends nowhere."""

import comm

import datalab_kernel_channel as channel

assert all(getattr(channel, name) is not None for name in channel.__all__)
connection = channel.Comm("target", {"value": 1}, buffers=[b"bytes"])
assert comm.get_comm_manager().get_comm(connection.comm_id) is connection
connection.close()
assert channel.get_comm_manager().comms == {}
