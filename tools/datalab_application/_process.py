"""Start a DataLab with settings of its own, and end it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

END_S = 20.0
TOKEN = "a-token-of-tests"  # noqa: S105 - it guards nothing


@dataclass(frozen=True, slots=True)
class Running:
    """A DataLab that runs: its Web API, its process, and the folder of its settings."""

    url: str
    token: str
    pid: int
    config: Path


@contextmanager
def running_datalab(
    python: str, home: Path, *options: str, display: str | None = None, token: str = TOKEN
) -> Iterator[Running]:
    """Start a DataLab; end it afterwards.

    Parameters
    ----------
    python
        DataLab's own interpreter.
    home
        A folder for its settings.
    *options
        ``--require-token``, ``--without-xmlrpc``, ``--keep-boxes``.
    display
        The X display to show it on; by default none is needed.
    token
        What its Web API wants, with ``--require-token``.

    Raises
    ------
    RuntimeError
        If it doesn't start; with what it said.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = home / "config"
    config.mkdir(exist_ok=True)
    env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(config)}
    if display is not None:
        env |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    script = Path(__file__).with_name("__main__.py")
    with (home / "stderr.txt").open("w") as errors:
        process = subprocess.Popen(
            [python, str(script), str(port), token, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=env,
        )
    try:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        line = process.stdout.readline()
        if not line:
            said = (home / "stderr.txt").read_text(errors="replace")[-3000:]
            message = f"DataLab didn't start:\n{said}"
            raise RuntimeError(message)
        found = json.loads(line)
        yield Running(found["url"], token, found["pid"], config)
    finally:
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
