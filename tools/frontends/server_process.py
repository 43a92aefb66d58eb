"""The process of a Jupyter server on loopback: started, waited for, and stopped with its kernels."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["running_server"]

START_S = 60.0
STOP_S = 15.0


@contextmanager
def running_server(
    home: Path,
    application: Sequence[str],
    token: str,
    environment: Mapping[str, str],
    port: int = 0,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a server, and stop it with all its kernels.

    Parameters
    ----------
    home
        Where it writes its log; what it shows is the folder ``notebooks`` in it, and
        ``JUPYTER_RUNTIME_DIR`` in the environment is its folder ``runtime``.
    application
        The module to run, and its arguments.
    token
        With which it is asked.
    environment
        The whole environment, also of its kernels.
    port
        Where it listens; 0: where nobody else does.

    Yields
    ------
    str, subprocess.Popen
        Where it answers already, and the process.
    """
    notebooks = home / "notebooks"
    command = [
        *(sys.executable, "-m", *application),
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={notebooks}",
        f"--IdentityProvider.token={token}",
    ]
    with (home / "server.log").open("wb") as stream:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=notebooks,
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield _wait_until_up(process, home), process
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], home: Path) -> str:
    """Return the address that the server chose, once it answers there."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            facts = json.loads(path.read_text(encoding="utf-8") or "{}")
            if facts and _answers(facts["url"], facts["token"]):
                return str(facts["url"])
        time.sleep(0.05)
    log = (home / "server.log").read_text(encoding="utf-8", errors="replace")
    msg = f"A Jupyter server was to answer within {START_S:.0f} s; it didn't. Its log:\n{log}"
    raise TimeoutError(msg)


def _answers(url: str, token: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}api/status?token={token}", timeout=5) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except OSError:
        return False
