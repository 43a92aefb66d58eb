"""The process between Jupyter's sockets and xpython's own.

It never runs a cell, so no cell can stall it. It mends what only the protocol's level can
mend: a queue that is aborted at an error, comms that front ends open, parents of messages,
output of child processes, ``input()`` that Stop ends, and a kernel whose parent is gone.
Nothing here imports numpy, IPython or the core.
"""

from datalab_kernel_spec.relay._fork import fork_relay

__all__ = ["fork_relay"]
