"""A script calls what a notebook exposes: the client's comms meet the channel, as the docs show it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from datalab_kernel_client import sync

if TYPE_CHECKING:
    from support.jupyter_server import JupyterServer

PAGE = Path(__file__).parents[2] / "docs/guide/client.md"
PATH = "analysis.ipynb"


def shown() -> tuple[str, str]:
    """Return the notebook's cell and the script of the documentation."""
    text = PAGE.read_text(encoding="utf-8").split("### Calling what a notebook exposes")[1]
    cell, script = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[:2]
    return cell, script


async def test_the_documentations_script_calls_the_function_of_a_notebook(
    server: JupyterServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell, script = shown()
    monkeypatch.setenv("JUPYTER_SERVER_URL", server.url)
    monkeypatch.setenv("JUPYTER_TOKEN", server.token)
    names: dict[str, Any] = {}
    exec(compile(script, str(PAGE), "exec"), names)
    session = server.start_session(PATH)
    try:
        with sync.connect(server.url, server.token) as known:
            kernel_id = session["kernel"]["id"]
            known.kernels.connect_to(kernel_id, handle_comms=False).execute(cell)
        assert await names["add"](1, 2) == 3
        arrays = await names["add"](np.arange(3.0), np.ones(3))
        assert arrays.tolist() == [1.0, 2.0, 3.0]
        with pytest.raises(Exception, match="TypeError: unsupported operand") as caught:
            await names["add"](1, "a")
        assert type(caught.value).__name__ == "PageError"
    finally:
        server.ask("DELETE", f"sessions/{session['id']}")
