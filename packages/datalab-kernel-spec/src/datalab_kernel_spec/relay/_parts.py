"""The parts of a relay that both its requests and its answers act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datalab_kernel_spec.relay._comms import Comms
    from datalab_kernel_spec.relay._journal_comm import JournalComm
    from datalab_kernel_spec.relay.cells._gathering import Gathering
    from datalab_kernel_spec.relay.cells._queue import CellQueue
    from datalab_kernel_spec.relay.cells._shutdown import Shutdown
    from datalab_kernel_spec.relay.outputs._outputs import Outputs
    from datalab_kernel_spec.relay.sockets._front import Front
    from datalab_kernel_spec.relay.sockets._inner import Inner

__all__ = ["Parts"]


class Parts(NamedTuple):
    """Made once, by the process, and shared by who takes messages of either side."""

    front: Front
    inner: Inner
    queue: CellQueue
    gathering: Gathering
    comms: Comms
    outputs: Outputs
    shutdown: Shutdown
    journal: JournalComm
