"""What the client's pages show: their scripts run, and their command lines are understood."""

from __future__ import annotations

import asyncio
import inspect
import re
import shlex
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from datalab_kernel_client import connect
from datalab_kernel_client.command._arguments import make_parser, one_word_parameters

if TYPE_CHECKING:
    from support.jupyter_server import JupyterServer

GUIDE = Path(__file__).parents[2] / "docs/guide"
CLIENT = (GUIDE / "client.md").read_text(encoding="utf-8")
COMMANDS = re.findall(
    r"^\$ datalab-kernel (.*)$", (GUIDE / "unattended.md").read_text(encoding="utf-8"), re.MULTILINE
)


def shown(heading: str) -> str:
    """Return the first script below a heading."""
    return re.findall(r"```python\n(.*?)```", CLIENT.split(f"\n{heading}\n")[1], re.DOTALL)[0]


async def run(code: str, **names: Any) -> None:
    """Run a script that may await, as a notebook's cell may."""
    coroutine = eval(compile(code, "page", "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
    if inspect.isawaitable(coroutine):
        await coroutine


async def test_the_pages_scripts_run(
    server: JupyterServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_SERVER_URL", server.url)
    monkeypatch.setenv("JUPYTER_TOKEN", server.token)
    session = server.start_session("analysis.ipynb", "python3")
    try:
        script = shown("## A script").replace("http://127.0.0.1:8888/", server.url)
        await asyncio.to_thread(exec, script.replace("secret", server.token), {})
        assert "'text/plain': '2'" in capsys.readouterr().out
        await run(shown("## The same, asynchronously"))
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if line.startswith("stream")]
        assert lines[-1] == "ok"
        answers: asyncio.Queue[str] = asyncio.Queue()
        async with connect() as known, await known.sessions.attach("analysis.ipynb") as attached:
            echo = "lambda comm, opening: comm.on_msg(lambda m: comm.send(m['content']['data']))"
            register = f"get_ipython().kernel.comm_manager.register_target('echo', {echo})"
            await attached.kernel.execute(register)
            names = {"kernel": attached.kernel, "array": np.ones(3)}
            await run(
                shown("## Talking to code in the kernel"),
                print=lambda data, _: answers.put_nowait(str(data)),
                **names,
            )
            assert await asyncio.wait_for(answers.get(), 60) == "{'values': 'in the buffer'}"
    finally:
        server.ask("DELETE", f"sessions/{session['id']}")


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_line_of_the_page_is_understood(line: str) -> None:
    arguments = make_parser().parse_args(one_word_parameters(shlex.split(line)))
    assert arguments.command in {"run", "ps"}


def test_the_page_shows_commands() -> None:
    assert len(COMMANDS) > 4
