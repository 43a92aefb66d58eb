"""A person at the window of the one DataLab of all tests, driven by DataLab's XML-RPC server."""

from typing import Any

from datalab_kernel import Workspace
from datalab_kernel.backends import Kind
from datalab_kernel_live._discovery import discover
from datalab_kernel_live.doors.web._door import WebDoor
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor

EMPTYING_TIMEOUT_S = 60.0


class WindowDriver(RemoteDoor):
    """Does in the window what a person does, each after what the workspace still does there."""

    def __init__(self, workspace: Workspace) -> None:
        self._proxy = workspace.proxy
        found = discover().address
        assert found is not None
        super().__init__(int(self._proxy.port), heals_by=WebDoor(found.url, found.token))

    def settle(self) -> None:
        """Wait until the workspace has put back what its last call disturbed."""
        self._proxy.get_version()

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Call one of DataLab's remote methods, in turn."""
        self.settle()
        return super().call(method, *arguments, **options)

    def remove_selected(self, kind: Kind) -> None:
        """Remove what is selected in a panel, without being asked."""
        self.method("remove_object", True, panel=kind)  # noqa: FBT003 - as DataLab has it

    def remove_all(self) -> None:
        """Remove all objects and groups, without being asked."""
        for kind in ("signal", "image"):
            self.method("remove_all_objects", panel=kind, timeout_s=EMPTYING_TIMEOUT_S)

    def is_modified(self) -> bool:
        """Say whether DataLab would ask to save before it closes."""
        return bool(self.method("is_modified"))

    def set_modified(self, is_modified: bool) -> None:
        """Set that flag; DataLab keeps it unset while it has no objects."""
        self.method("set_modified", is_modified)


def emptied() -> Workspace:
    """Remove what other tests left in DataLab, and give a workspace that has seen none of it."""
    WindowDriver(Workspace("live")).remove_all()
    return Workspace("live")
