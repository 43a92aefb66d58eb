"""The one comm manager that everything in a kernel shares."""

from __future__ import annotations

from typing import Any

import comm
from comm.base_comm import CommManager as BaseCommManager

from datalab_kernel_channel.comm._callbacks import running_shell

__all__ = ["CommManager", "get_comm_manager"]


class _AnyKernelsManager(type):
    """Let ``isinstance(x, CommManager)`` hold for every kernel's own manager."""

    def __instancecheck__(cls, instance: object) -> bool:
        """Say whether it is a comm manager."""
        return isinstance(instance, BaseCommManager)


class CommManager(BaseCommManager, metaclass=_AnyKernelsManager):
    """Targets and open comms, and what front ends send to them.

    A kernel has one already, which :func:`get_comm_manager` returns; ``isinstance(x,
    CommManager)`` holds for it.
    """

    kernel: Any = None
    """The running kernel's object; None without one."""
    comms: dict[str, Any]
    targets: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.kernel = getattr(running_shell(), "kernel", None)


def get_comm_manager() -> CommManager:
    """Return the kernel's comm manager, which ipywidgets and anywidget use too.

    Returns
    -------
    CommManager
        What ``comm.get_comm_manager()`` returns, always the same object.

    Examples
    --------
    >>> import comm
    >>> from datalab_kernel_channel import get_comm_manager
    >>> get_comm_manager() is comm.get_comm_manager()
    True
    """
    manager: Any = comm.get_comm_manager()
    _complete(manager, getattr(running_shell(), "kernel", None))
    found: CommManager = manager
    return found


def _complete(manager: Any, kernel: Any) -> None:
    """Let a manager know its kernel: the package comm's has no such name, ipykernel's no value."""
    if not hasattr(type(manager), "kernel") or (
        kernel is not None and not isinstance(type(manager).kernel, property)
    ):
        manager.kernel = kernel
