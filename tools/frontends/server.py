"""A Jupyter server on loopback with folders of its own, which go with it."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from frontends.server_process import running_server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

__all__ = ["JupyterServer", "jupyter_server", "running_lab"]

SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"adaptive-theme": False},
}
CONFIG = {
    "LabApp": {
        "expose_app_in_browser": True,
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    },
    "JupyterNotebookApp": {"expose_app_in_browser": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JupyterServer:
    """A running server: where it answers, with which token, and the folder that it shows."""

    url: str
    token: str
    folder: Path

    def address(self, path: str) -> str:
        """Return the address of one of its pages, such as ``lab`` or ``tree``.

        Parameters
        ----------
        path
            The page, with no slash before it.
        """
        mark = "&" if "?" in path else "?"
        return f"{self.url}{path}{mark}token={self.token}"

    def write_notebook(self, name: str, sources: Sequence[str], kernel: str = "datalab") -> None:
        """Put a notebook that wasn't executed into the folder."""
        notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
        notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel}
        nbformat.write(notebook, self.folder / name)


@contextmanager
def jupyter_server(*, is_prompt: bool = False, is_limited: bool = True) -> Iterator[JupyterServer]:
    """Start JupyterLab and Notebook on one server; stop it with all its kernels.

    Parameters
    ----------
    is_prompt
        Whether it sends small messages at once (``TCP_NODELAY``), which Jupyter's server
        doesn't by itself.
    is_limited
        Whether it drops messages beyond its limit of 1,000 a second.

    Yields
    ------
    JupyterServer
        The server, which answers already.
    """
    with tempfile.TemporaryDirectory(prefix="jupyter-") as text:
        home = Path(text)
        token = secrets.token_hex(16)
        started = running_lab(home, token, is_prompt=is_prompt, is_limited=is_limited)
        with started as (server, _process):
            yield server


@contextmanager
def running_lab(  # noqa: PLR0913 - how a test wants its server
    home: Path,
    token: str,
    *,
    port: int = 0,
    is_prompt: bool = False,
    is_limited: bool = True,
    gateway: JupyterServer | None = None,
) -> Iterator[tuple[JupyterServer, subprocess.Popen[bytes]]]:
    """Start them in a folder that may be used again, by a server that is started where one was.

    Parameters
    ----------
    home
        What they write, and the notebooks.
    token, port
        With which and where they are asked; 0: where nobody else listens.
    is_prompt, is_limited
        As of :func:`jupyter_server`.
    gateway
        The server that runs its kernels; None: it runs them itself.

    Yields
    ------
    JupyterServer, subprocess.Popen
        The server, which answers already, and its process.
    """
    (home / "notebooks").mkdir(exist_ok=True)
    for left in (home / "runtime").glob("jpserver-*"):  # of one that was killed
        left.unlink()
    _write_settings(home, is_prompt=is_prompt, is_limited=is_limited)
    application = ["jupyter", "lab"]
    if gateway is not None:
        where = f"--gateway-url={gateway.url.rstrip('/')}"
        application += [where, f"--GatewayClient.auth_token={gateway.token}"]
    started = running_server(home, application, token, _environment(home), port)
    with started as (url, process):
        yield JupyterServer(url=url, token=token, folder=home / "notebooks"), process


PROMPT = """
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

opened = KernelWebsocketHandler.open


async def open_promptly(self, *arguments, **keywords):
    self.set_nodelay(True)
    return await opened(self, *arguments, **keywords)


KernelWebsocketHandler.open = open_promptly
"""


def _write_settings(home: Path, *, is_prompt: bool, is_limited: bool) -> None:
    config = home / "config"
    config.mkdir(exist_ok=True)
    whole = (
        CONFIG if is_limited else CONFIG | {"ZMQChannelsWebsocketConnection": {"limit_rate": False}}
    )
    (config / "jupyter_server_config.json").write_text(json.dumps(whole), encoding="utf-8")
    if is_prompt:
        (config / "jupyter_server_config.py").write_text(PROMPT, encoding="utf-8")
    for name, content in SETTINGS.items():
        path = home / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")


def _environment(home: Path) -> dict[str, str]:
    clean = {key: text for key, text in os.environ.items() if not key.startswith("JUPYTER")}
    return clean | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "DATALAB_KERNEL_MODE": "standalone",
    }
