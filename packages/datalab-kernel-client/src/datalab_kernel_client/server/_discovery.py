"""Servers that run on this computer, from the files that they leave; and which one is meant."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from datalab_kernel_client.errors import AmbiguousServerError, NoServerError
from datalab_kernel_client.server._urls import plain_url

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["discovered", "local_servers", "same_place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    """A server that runs here, by its runtime file."""

    base_url: str
    token: str = field(repr=False)
    folder: Path
    """Where its notebooks are."""


def local_servers() -> list[LocalServer]:
    """Return the servers whose files are there and whose processes live, the newest first."""
    paths = [*runtime_folder().glob("jpserver-*.json")]
    paths.sort(key=lambda path: path.stat().st_mtime if path.exists() else 0.0, reverse=True)
    return [server for path in paths if (server := _read(path)) is not None]


def discovered(url: str | None, token: str | None, near: Path | None) -> tuple[str, str]:
    """Return URL and token of the server that is meant; see :meth:`ServerSettings.discover`."""
    if url is not None:
        return _named(url, token)
    if named := os.environ.get("JUPYTER_SERVER_URL"):
        return _named(named, token or os.environ.get("JUPYTER_TOKEN") or None)
    if (hub := _of_hub()) is not None:
        return hub, token or os.environ["JUPYTERHUB_API_TOKEN"]
    servers = local_servers()
    if not servers:
        message = (
            "No Jupyter server was named, and none runs on this computer. Name one "
            "(connect(url, token); a command's --server URL), or start one: `jupyter server`, or `jupyter lab`."
        )
        raise NoServerError(message)
    found = _nearest(servers, (near or Path.cwd()).resolve())
    return found.base_url, found.token if token is None else token


def _named(url: str, token: str | None) -> tuple[str, str]:
    """Return a URL and its token; a server that runs here has that in its runtime file."""
    base_url, in_url = plain_url(url)
    if token is not None or in_url:
        return base_url, token or in_url
    known = [one.token for one in local_servers() if same_place(one.base_url, base_url)]
    return base_url, known[0] if known else ""


def _of_hub() -> str | None:
    """Return the URL of this process's own server on a hub, if it is on one."""
    if not os.environ.get("JUPYTERHUB_API_TOKEN"):
        return None
    url = os.environ.get("JUPYTERHUB_SERVICE_URL", "")
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    if url.startswith(("http://", "https://")):
        host = urlsplit(url).hostname
        listening = url.replace(f"//{host}", "//127.0.0.1") if host in {"0.0.0.0", "::"} else url  # noqa: S104  what it says, not what we bind
        parts = urlsplit(listening)
        return f"{parts.scheme}://{parts.netloc}{prefix or parts.path}"
    if prefix.startswith(("http://", "https://")):
        return prefix
    return f"http://127.0.0.1:8888{prefix}" if prefix else None


def _nearest(servers: Sequence[LocalServer], near: Path) -> LocalServer:
    """Return the one server, or that whose folder contains a place, the deepest first."""
    if len(servers) == 1:
        return servers[0]
    around = [server for server in servers if near.is_relative_to(server.folder)]
    deepest = max((len(server.folder.parts) for server in around), default=0)
    best = [server for server in around if len(server.folder.parts) == deepest]
    if len(best) == 1:
        return best[0]
    candidates = [server.base_url for server in best or servers]
    message = (
        f"Which Jupyter server is meant? {len(candidates)} run on this computer, and "
        f"{'several' if best else 'none'} of them from a folder around {near}: "
        f"{', '.join(candidates)}. Name one: connect(url)."
    )
    raise AmbiguousServerError(message, candidates=candidates)


def _read(path: Path) -> LocalServer | None:
    """Return a server from its file, or None where the file or its process is gone."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if not is_alive(int(fields["pid"])):
            return None
        folder = Path(fields["root_dir"]).resolve()
        base_url, _ = plain_url(fields["url"])
        return LocalServer(base_url=base_url, token=fields.get("token") or "", folder=folder)
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
    ):  # gone meanwhile, half written, a UNIX socket
        return None


def is_alive(pid: int) -> bool:
    """Return whether a process of this number runs here."""
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    import ctypes

    query, still_active = 0x1000, 259
    kernel32 = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]  # Windows only
    handle = kernel32.OpenProcess(query, 0, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel32.CloseHandle(handle)
    return code.value == still_active


def runtime_folder() -> Path:
    """Return where Jupyter keeps its runtime files, as ``jupyter --runtime-dir`` says it."""
    if named := os.environ.get("JUPYTER_RUNTIME_DIR"):
        return Path(named)
    if named := os.environ.get("JUPYTER_DATA_DIR"):
        return Path(named) / "runtime"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Jupyter" / "runtime"
    if os.name == "nt":
        home = os.environ.get("APPDATA")
        return (Path(home) if home else Path.home() / ".jupyter" / "data") / "jupyter" / "runtime"
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "jupyter" / "runtime"


def same_place(one: str, other: str) -> bool:
    """Return whether two base URLs are one server's; this computer has several names."""
    names = {"localhost", "127.0.0.1", "::1"}
    first, second = urlsplit(one), urlsplit(other)
    hosts = {first.hostname, second.hostname}
    return (first.scheme, first.port, first.path) == (second.scheme, second.port, second.path) and (
        len(hosts) == 1 or hosts <= names
    )
