"""Jupyter's ``comm`` package on the tunnel: the interface that ipywidgets and anywidget know.

xpython puts a module of its own in the place of ``comm``, without the base classes; here the
real package is put back.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from types import ModuleType
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._flushing import flush_streams
from datalab_kernel_spec.messages._parents import FOREIGN_PARENT, Parents

if TYPE_CHECKING:
    from datalab_kernel_spec.messages._tunnel import Tunnel
    from datalab_kernel_spec.stops._stops import Stops

__all__ = ["install_comms"]


def install_comms(tunnel: Tunnel, parents: Parents, shell: Any, stops: Stops) -> None:
    """Make ``comm.create_comm`` and ``comm.get_comm_manager`` work through the tunnel."""
    sys.modules.pop("comm", None)
    package = importlib.import_module("comm")
    base = importlib.import_module("comm.base_comm")

    class Comm(base.BaseComm):  # type: ignore[misc,name-defined]
        """A comm whose messages name the request that they are part of."""

        kernel = property(lambda self: shell.kernel)  # noqa: ARG005

        def publish_msg(
            self,
            msg_type: str,
            data: Any = None,
            metadata: Any = None,
            buffers: Any = None,
            **keys: Any,
        ) -> None:
            content = {"data": {} if data is None else data, "comm_id": self.comm_id, **keys}
            tunnel.publish(
                msg_type,
                content,
                parent=parents.now(),
                metadata=metadata,
                buffers=buffers or (),
            )

    manager = base.CommManager()
    package.create_comm = Comm  # type: ignore[attr-defined]
    package.get_comm_manager = lambda: manager  # type: ignore[attr-defined]
    legacy = ModuleType("ipykernel.comm")
    legacy.Comm, legacy.CommManager = Comm, base.CommManager  # type: ignore[attr-defined]
    sys.modules["ipykernel.comm"] = legacy

    def heard(msg_type: str, message: dict[str, Any], header: bytes) -> None:
        before = FOREIGN_PARENT.set(header)
        try:
            stops.guarded(getattr(manager, msg_type), None, None, message)
        except (Exception, KeyboardInterrupt):  # noqa: BLE001 - a callback's edge: said where it belongs
            traceback.print_exc()
        finally:
            flush_streams()
            FOREIGN_PARENT.reset(before)

    tunnel.on_message(stops.never_inside(heard))
