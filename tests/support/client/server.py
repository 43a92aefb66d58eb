"""A real Jupyter server as a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import httpx

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "a-token-that-nobody-sees"
START_S = 180.0


def free_port() -> int:
    """Return a port of this computer that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class JupyterServer:
    """A server: started by entering, stopped with its kernels by leaving."""

    home: Path
    options: tuple[str, ...] = ()
    token: str = TOKEN
    base_url: str = "/"
    port: int = field(default_factory=free_port)
    ca: str = ""
    """A file of certificates, where the server has one of its own."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self.ca else ''}://127.0.0.1:{self.port}{self.base_url}"

    @property
    def root(self) -> Path:
        return self.home / "root"

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text("utf-8", "replace")

    def start(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "DATALAB_KERNEL_MODE": "standalone",
        }
        command = [
            *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"),
            *(f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
            *(f"--ServerApp.root_dir={self.root}", f"--ServerApp.base_url={self.base_url}"),
            f"--IdentityProvider.token={self.token}",
            *self.options,
        ]
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, self.log
            try:
                verify = ssl.create_default_context(cafile=self.ca) if self.ca else True
                if httpx.get(f"{self.url}api", timeout=30, verify=verify).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(self.log)

    def stop(self, *, kill: bool = False) -> None:
        """End the server; killed, it leaves its kernels behind."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self.process.wait(60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.stop()
        with contextlib.suppress(ProcessLookupError):  # kernels of a server that was killed
            os.killpg(self.process.pid, signal.SIGKILL)
