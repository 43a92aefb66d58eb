"""A workspace on the one DataLab of all tests, without what other tests left there."""

from datalab_kernel import Workspace


def emptied(workspace: Workspace) -> Workspace:
    """Remove all objects and groups from DataLab, and return the workspace."""
    workspace.clear(everything=True)
    remote = workspace._backend._remote
    for kind in ("signal", "image"):
        remote.remove_all(kind)
    workspace._backend._memory.groups.clear()
    return workspace
