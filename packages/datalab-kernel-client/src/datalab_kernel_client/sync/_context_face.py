"""The face of a session context, which its user makes, unlike the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel_client import context
from datalab_kernel_client.sync._face import Face, calls, core_of, listens, reads, waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel_client.context import KernelPreference
    from datalab_kernel_client.sync._faces import (
        KernelConnection,
        KernelSpecManager,
        SessionConnection,
        SessionManager,
    )

__all__ = ["SessionContext"]


class SessionContext(Face, of=context.SessionContext):
    """A session that begins, changes and ends while this object stays.

    See :class:`datalab_kernel_client.SessionContext`, whose parameters it takes; `sessions` and `specs`
    are those of a :class:`Server` of this module.
    """

    session: SessionConnection | None = reads("session")
    is_ready: bool = reads("is_ready")
    is_terminating: bool = reads("is_terminating")
    is_restarting: bool = reads("is_restarting")
    has_no_kernel: bool = reads("has_no_kernel")
    kernel_display_name: str = reads("kernel_display_name")
    kernel_display_status: str = reads("kernel_display_status")
    previous_kernel_name: str = reads("previous_kernel_name")
    session_changed = listens("session_changed")
    kernel_changed = listens("kernel_changed")
    status_changed = listens("status_changed")
    connection_status_changed = listens("connection_status_changed")
    property_changed = listens("property_changed")
    kernel_preference_changed = listens("kernel_preference_changed")
    iopub_message = listens("iopub_message")
    unhandled_message = listens("unhandled_message")
    disposed = listens("disposed")
    initialize: Callable[..., bool] = waits(context.SessionContext.initialize)
    ready = waits(context.SessionContext.ready)
    start_kernel: Callable[..., bool] = waits(context.SessionContext.start_kernel)
    restart_kernel = waits(context.SessionContext.restart_kernel)
    change_kernel: Callable[..., KernelConnection | None] = waits(
        context.SessionContext.change_kernel
    )
    shutdown = waits(context.SessionContext.shutdown)
    dispose = calls(context.SessionContext.dispose)

    def __init__(  # noqa: PLR0913  options by name
        self,
        sessions: SessionManager,
        specs: KernelSpecManager,
        *,
        path: str = "",
        name: str = "",
        type: str = "notebook",  # noqa: A002  Jupyter's word
        preference: KernelPreference | None = None,
    ) -> None:
        background = sessions._background  # noqa: SLF001  our own
        core = background.call(
            lambda: context.SessionContext(
                core_of(sessions),
                core_of(specs),
                path=path,
                name=name,
                type=type,
                preference=preference,
            )
        )
        super().__init__(core, background)

    @property
    def kernel_preference(self) -> KernelPreference:
        """Which kernel is wanted; assignable."""
        found: KernelPreference = self._core.kernel_preference
        return found

    @kernel_preference.setter
    def kernel_preference(self, preference: KernelPreference) -> None:
        self._background.call(lambda: setattr(self._core, "kernel_preference", preference))
