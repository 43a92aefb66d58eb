"""The server is found, is told apart from what it isn't, and knows us."""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING

import httpx
import pytest
from support.client.server import JupyterServer, free_port

from datalab_kernel_client import (
    AmbiguousServerError,
    ClientError,
    NoServerError,
    NotAJupyterServerError,
    ServerSettings,
    ServerTimeoutError,
    ServerUnreachableError,
    WrongBaseUrlError,
    WrongTokenError,
    connect,
    running_servers,
)

if TYPE_CHECKING:
    from pathlib import Path


async def failing(url: str, token: str, **more: object) -> Exception:
    server = connect(url, token, **more)
    with pytest.raises(ClientError) as caught:
        await server.check()
    await server.close()
    return caught.value


async def test_a_server_says_what_it_is(jupyter: JupyterServer) -> None:
    async with connect(jupyter.url, jupyter.token) as server:
        info = await server.check()
    assert info.version.count(".") >= 2
    assert info.base_url == jupyter.url
    assert info.started is not None
    assert info.user


@pytest.mark.parametrize("method", ["check", "start_new"])
async def test_a_wrong_token_is_a_wrong_token_also_where_the_server_speaks_of_xsrf(
    jupyter: JupyterServer, method: str
) -> None:
    server = connect(jupyter.url, "wrong")
    with pytest.raises(WrongTokenError) as caught:
        await (server.check() if method == "check" else server.kernels.start_new())
    await server.close()
    assert caught.value.status == 403
    assert "wrong" not in str(caught.value).replace("wrong.", "")


async def test_no_server_at_a_port_is_unreachable() -> None:
    error = await failing(f"http://127.0.0.1:{free_port()}/", "secret")
    assert isinstance(error, ServerUnreachableError)
    assert error.reason


async def test_a_name_that_nobody_knows_is_unreachable() -> None:
    error = await failing("http://nobody.invalid/", "secret")
    assert isinstance(error, ServerUnreachableError)


@pytest.mark.parametrize("path", ["", "user/", "user/ana/lab/", "user/other/"])
async def test_a_wrong_prefix_names_the_right_one(
    jupyter: JupyterServer, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(jupyter.home / "runtime"))
    error = await failing(f"http://127.0.0.1:{jupyter.port}/{path}", jupyter.token)
    assert isinstance(error, WrongBaseUrlError)
    assert error.suggestion == jupyter.url


async def test_another_web_server_is_not_a_jupyter_server() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<html")
        await writer.drain()
        writer.close()

    other = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with other:
        port = other.sockets[0].getsockname()[1]
        error = await failing(f"http://127.0.0.1:{port}/", "secret")
    assert isinstance(error, NotAJupyterServerError)


async def test_a_server_that_says_nothing_is_a_time_out() -> None:
    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the client goes
        writer.close()

    mute = await asyncio.start_server(wait, "127.0.0.1", 0)
    async with mute:
        port = mute.sockets[0].getsockname()[1]
        error = await failing(f"http://127.0.0.1:{port}/", "secret", timeout_s=0.3)
    assert isinstance(error, ServerTimeoutError)
    assert error.timeout_s == 0.3


async def test_the_token_is_neither_shown_nor_in_any_url(jupyter: JupyterServer) -> None:
    settings = ServerSettings(base_url=f"{jupyter.url}?token={jupyter.token}")
    async with connect(settings.base_url, settings.token) as server:
        kernel = await server.kernels.start_new()
        shown = [repr(settings), repr(server), repr(kernel), settings.base_url, settings.ws_url]
        await kernel.shutdown()
    assert jupyter.token not in "".join(shown)
    requests = [line for line in jupyter.log.splitlines() if "/channels" in line]
    assert not [line for line in requests if "token" in line]


async def test_a_login_cookie_does_instead_of_a_token(jupyter: JupyterServer) -> None:
    async with httpx.AsyncClient() as browser:
        await browser.get(f"{jupyter.url}login")
        form = {"password": jupyter.token, "_xsrf": browser.cookies["_xsrf"]}
        await browser.post(f"{jupyter.url}login", data=form)
        cookies = dict(browser.cookies)
    async with connect(jupyter.url, "", cookies=cookies) as server:
        kernel = await server.kernels.start_new("python3")
        assert (await kernel.execute("6 * 7")).outputs[0]["data"] == {"text/plain": "42"}
        await kernel.shutdown()


async def test_a_server_without_a_token_wants_its_xsrf_cookie_back_and_gets_it(
    unlimited: JupyterServer,
) -> None:
    async with connect(unlimited.url, "") as client:
        kernel = await client.kernels.start_new("python3")
        await kernel.shutdown()


def test_the_servers_that_run_here_are_found(
    jupyter: JupyterServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("JUPYTER")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(jupyter.home / "runtime"))
    [found] = running_servers()
    assert (found.token, found.base_url.endswith("/user/ana/")) == (jupyter.token, True)
    assert ServerSettings.discover() == found
    assert ServerSettings.discover(jupyter.url).token == jupyter.token
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(NoServerError, match="jupyter server"):
        ServerSettings.discover()


def test_of_several_servers_the_one_around_the_place_is_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    for number, folder in enumerate(["work", "work/deep", "other"]):
        (tmp_path / folder).mkdir(parents=True)
        fields = {
            "pid": os.getpid(),
            "url": f"http://127.0.0.1:{8000 + number}/",
            "token": "t",
            "root_dir": str(tmp_path / folder),
        }
        (tmp_path / f"jpserver-{number}.json").write_text(json.dumps(fields))
    (tmp_path / "jpserver-9.json").write_text("half a fi")
    near = tmp_path / "work" / "deep" / "er"
    assert ServerSettings.discover(near=near).base_url == "http://127.0.0.1:8001/"
    assert ServerSettings.discover(near=tmp_path / "work").base_url == "http://127.0.0.1:8000/"
    with pytest.raises(AmbiguousServerError) as caught:
        ServerSettings.discover(near=tmp_path)
    assert len(caught.value.candidates) == 3
