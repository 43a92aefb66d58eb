"""A workspace on the one DataLab of all tests, without what other tests left there."""

from typing import Any

from datalab_kernel import Workspace


def emptied(application: Any) -> Workspace:
    """Return a workspace on a DataLab, with neither objects nor groups."""
    workspace = Workspace("live", url=application.url, token=application.token)
    workspace.clear(everything=True)
    remote = workspace._backend._remote
    for kind in ("signal", "image"):
        remote.remove_all(kind)
    workspace._backend._memory.groups.clear()
    return workspace
