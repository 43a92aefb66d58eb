"""Jupyter's ``comm`` package on the tunnel: the interface that ipywidgets and anywidget know.

xpython puts a module of its own in the place of ``comm``, without the base classes; here the
real package is put back, with classes that keep what this kernel promises of every comm.
"""

from __future__ import annotations

import importlib
import logging
import sys
import traceback
from types import ModuleType
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.messages._callbacks import Callbacks
from datalab_kernel_spec.messages._flushing import flush_streams
from datalab_kernel_spec.messages._parents import FOREIGN_PARENT, Parents

if TYPE_CHECKING:
    from datalab_kernel_spec.messages._tunnel import Tunnel
    from datalab_kernel_spec.stops._stops import Stops

__all__ = ["install_comms"]

_logger = logging.getLogger("Comm")  # as the package comm's own


def install_comms(tunnel: Tunnel, parents: Parents, shell: Any, stops: Stops) -> None:
    """Make ``comm.create_comm`` and ``comm.get_comm_manager`` work through the tunnel."""
    sys.modules.pop("comm", None)
    package: Any = importlib.import_module("comm")
    base = importlib.import_module("comm.base_comm")
    comm_class = _comm_class(base, tunnel, parents, shell)
    manager_class = _manager_class(base, package, shell, Callbacks(stops))
    manager = manager_class()
    package.create_comm = comm_class
    package.get_comm_manager = lambda: manager
    legacy: Any = ModuleType("ipykernel.comm")
    legacy.Comm, legacy.CommManager = comm_class, manager_class
    sys.modules["ipykernel.comm"] = legacy

    def heard(msg_type: str, message: dict[str, Any], header: bytes) -> None:
        before = FOREIGN_PARENT.set(header)
        try:
            getattr(manager, msg_type)(None, None, message)
        except Exception:  # noqa: BLE001 - an edge: a message that isn't as Jupyter's are
            traceback.print_exc()
        finally:
            flush_streams()
            FOREIGN_PARENT.reset(before)

    tunnel.on_message(stops.never_inside(heard))


def _comm_class(base: Any, tunnel: Tunnel, parents: Parents, shell: Any) -> Any:
    class Comm(base.BaseComm):  # type: ignore[misc]
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

        def handle_msg(self, msg: dict[str, Any]) -> Any:
            """Call back between IPython's events, and hand on what that returns."""
            if self._msg_callback is None:
                return None
            shell.events.trigger("pre_execute")
            try:
                return self._msg_callback(msg)
            finally:
                shell.events.trigger("post_execute")

        def handle_close(self, msg: dict[str, Any]) -> Any:
            """Call back, and hand on what that returns."""
            return None if self._close_callback is None else self._close_callback(msg)

    return Comm


def _manager_class(base: Any, package: Any, shell: Any, callbacks: Callbacks) -> Any:
    class CommManager(base.CommManager):  # type: ignore[misc]
        """Who knows all comms, and calls back for what front ends send."""

        kernel = property(lambda self: shell.kernel)  # noqa: ARG005

        def comm_open(self, stream: Any, ident: Any, msg: dict[str, Any]) -> None:
            """Register a front end's comm; close it if its target is unknown or fails."""
            del stream, ident
            comm_id, target_name = msg["content"]["comm_id"], msg["content"]["target_name"]
            target = self.targets.get(target_name)
            opened = package.create_comm(comm_id=comm_id, primary=False, target_name=target_name)
            self.register_comm(opened)
            if target is None:
                _logger.error("No such comm target registered: %s", target_name)
                opened.close()
            else:
                callbacks.run(target, opened, msg, failed=opened.close)

        def comm_msg(self, stream: Any, ident: Any, msg: dict[str, Any]) -> None:
            """Call back; an error leaves the comm open."""
            del stream, ident
            if (found := self.get_comm(msg["content"]["comm_id"])) is not None:
                callbacks.run(found.handle_msg, msg, failed=_nothing)

        def comm_close(self, stream: Any, ident: Any, msg: dict[str, Any]) -> None:
            """Unregister a comm that the front end closed, then call back."""
            del stream, ident
            if (found := self.get_comm(msg["content"]["comm_id"])) is not None:
                found._closed = True  # noqa: SLF001 - as its base class's manager does
                self.unregister_comm(found)
                callbacks.run(found.handle_close, msg, failed=_nothing)

    return CommManager


def _nothing() -> None:
    """Do nothing."""
