"""The DataLab that the page's address names: ``#datalab_url=http://127.0.0.1:18080&datalab_token=…``.

The kernel is in a worker, which doesn't know the page's address: a line of JavaScript below the
cell tells it. A link may come from anybody, so only a DataLab on this computer is taken from one.
"""

from __future__ import annotations

import asyncio
import json
import os
from importlib import import_module
from importlib.resources import files
from ipaddress import ip_address
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ask_page", "use_address"]

URL_VARIABLE = "DATALAB_WORKSPACE_URL"
TOKEN_VARIABLE = "DATALAB_WORKSPACE_TOKEN"  # noqa: S105 - a name
ANSWER_S = 15.0
"""How long the page is waited for: it answers at once, unless nobody shows the notebook."""


def use_address(found: Mapping[str, str]) -> str:
    """Put what an address says where the workspace looks for a DataLab; return what to tell, if anything.

    Parameters
    ----------
    found
        ``datalab_url`` and ``datalab_token``, or none of them.

    Examples
    --------
    >>> use_address({})
    ''
    >>> use_address({"datalab_url": "https://elsewhere.example"}).partition(":")[0]
    "This page's address names a DataLab at 'https"
    """
    url = found.get("datalab_url", "").strip()
    if not url:
        return ""
    if not _is_this_computer(url):
        return (
            f"This page's address names a DataLab at {url[:200]!r}, which isn't this computer. It is "
            "left out, because a link may come from anybody. If it is yours: "
            "workspace.connect(url, token)."
        )
    os.environ[URL_VARIABLE] = url
    if token := found.get("datalab_token"):
        os.environ[TOKEN_VARIABLE] = token
    return f"The workspace will look for DataLab at {url}, as this page's address says."


def _is_this_computer(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


async def ask_page() -> dict[str, str]:
    """Return what the address of the page says that shows the running cell; nothing if none does."""
    display = import_module("IPython.display")
    name = token_hex(16)
    answers: asyncio.Queue[str] = asyncio.Queue()
    end = _hear(name, answers.put_nowait)
    script = files("datalab_kernel_lite").joinpath("address.js").read_text("utf-8")
    place = display.display(
        display.Javascript(f"{script.rstrip()}({json.dumps(name)});"), display_id=True
    )
    try:
        async with asyncio.timeout(ANSWER_S):
            text = await answers.get()
    except TimeoutError:
        return {}
    finally:
        end()
        place.update({"text/plain": ""}, raw=True)  # or a notebook that is opened again ran it
    return {str(key): str(value) for key, value in json.loads(text).items()}


def _hear(name: str, take: Callable[[str], object]) -> Callable[[], None]:
    """Call back with what pages broadcast under a name; return what ends that."""
    js: Any = import_module("js")
    ffi: Any = import_module("pyodide.ffi")
    port = js.BroadcastChannel.new(name)
    listener = ffi.create_proxy(lambda event: take(event.data))
    port.onmessage = listener

    def end() -> None:
        port.close()
        asyncio.get_running_loop().call_soon(listener.destroy)

    return end
