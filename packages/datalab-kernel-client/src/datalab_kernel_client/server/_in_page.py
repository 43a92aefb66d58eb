"""A kernel in a web page has no sockets: said once, before anything else is tried."""

from __future__ import annotations

import sys

from datalab_kernel_client.errors import ServerUnreachableError

__all__ = ["refuse_in_page"]


def refuse_in_page(url: str | None) -> None:
    """Raise if this Python is part of a web page (JupyterLite).

    Parameters
    ----------
    url
        The server that was meant; None if it was to be looked for.

    Raises
    ------
    ServerUnreachableError
        In a page.
    """
    if sys.platform != "emscripten":
        return
    message = (
        f"{url or 'A Jupyter server'} can't be reached from here: this kernel is part of a web "
        "page (JupyterLite), which has no sockets, and datalab-kernel-client needs them. Use it "
        "from a Python on a computer. A DataLab on this computer can be reached from the page: "
        'workspace.connect("http://127.0.0.1:18080", "the token").'
    )
    raise ServerUnreachableError(message, url=url or "", reason="a web page has no sockets")
