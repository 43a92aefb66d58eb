"""A Jupyter server on loopback, without front ends, with a folder and settings of its own."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frontends.server_process import running_server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

__all__ = ["JupyterServer", "jupyter_server"]

ANSWER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JupyterServer:
    """A running server: where it answers, with which token, and the folder that it shows."""

    url: str
    token: str
    folder: Path
    process: subprocess.Popen[bytes]

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask its REST interface, as a person's front end would."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}api/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def start_session(self, path: str, kernel: str = "datalab") -> dict[str, Any]:
        """Start a notebook's kernel, as opening it in a front end does; return the session."""
        body = {"path": path, "type": "notebook", "name": "", "kernel": {"name": kernel}}
        session: dict[str, Any] = self.ask("POST", "sessions", body)
        return session


@contextmanager
def jupyter_server(*options: str, **env: str) -> Iterator[JupyterServer]:
    """Start a server; stop it with all its kernels.

    Parameters
    ----------
    *options
        More of the command line, such as ``"--ServerApp.base_url=/user/ana/"``.
    **env
        More of the environment, also of its kernels.

    Yields
    ------
    JupyterServer
        The server, which answers already.
    """
    with tempfile.TemporaryDirectory(prefix="jupyter-") as text:
        home = Path(text)
        (home / "notebooks").mkdir()
        token = secrets.token_hex(16)
        application = ["jupyter_server", *options]
        environment = {**os.environ, **_places(home), **env}
        with running_server(home, application, token, environment) as (url, process):
            yield JupyterServer(url=url, token=token, folder=home / "notebooks", process=process)


def _places(home: Path) -> dict[str, str]:
    """Keep what a server writes out of the person's folders; kernels are found where they are."""
    return {
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "IPYTHONDIR": str(home / "ipython"),
        "DATALAB_KERNEL_MODE": "standalone",
    }
