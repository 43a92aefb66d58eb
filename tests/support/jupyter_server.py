"""A Jupyter server on loopback, without front ends, with a folder and settings of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["JupyterServer", "jupyter_server"]

START_S = 60.0
STOP_S = 15.0


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
        with urllib.request.urlopen(request, timeout=START_S) as answer:
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
        log = home / "server.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                _command(home, token, options),
                env={**os.environ, **_places(home), **env},
                cwd=home / "notebooks",
                stdout=stream,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            url = _wait_until_up(process, home)
            yield JupyterServer(url=url, token=token, folder=home / "notebooks", process=process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _command(home: Path, token: str, options: Sequence[str]) -> list[str]:
    return [
        sys.executable,
        "-m",
        "jupyter_server",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={home / 'notebooks'}",
        *options,
    ]


def _places(home: Path) -> dict[str, str]:
    """Keep what a server writes out of the person's folders; kernels are found where they are."""
    return {
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "IPYTHONDIR": str(home / "ipython"),
        "DATALAB_KERNEL_MODE": "standalone",
    }


def _wait_until_up(process: subprocess.Popen[bytes], home: Path) -> str:
    """Wait for the file in which a server says where it is, and for its first answer."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            try:
                url = str(json.loads(path.read_text())["url"])
                urllib.request.urlopen(f"{url}api", timeout=5).close()
            except (OSError, ValueError):
                continue
            return url
        time.sleep(0.05)
    message = f"The server isn't up:\n{(home / 'server.log').read_text(errors='replace')[-4000:]}"
    raise AssertionError(message)
