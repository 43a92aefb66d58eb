"""Ways to a server: certificates of one's own, proxies, prefixes, and each place where a token may stand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from support.client.http_proxy import KNOWN, HttpProxy
from support.client.server import JupyterServer

from datalab_kernel_client import (
    ServerSettings,
    ServerTimeoutError,
    ServerUnreachableError,
    WrongTokenError,
    connect,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a certificate authority that nobody knows; a server's own is beside it."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    one = authority.issue_cert("127.0.0.1", KNOWN)
    one.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    return folder / "ca.pem"


@pytest.fixture(scope="module")
def secure(ca: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """Give a server with TLS, below a hub's prefix, that other hosts' names reach."""
    certificate = ca.with_name("server.pem")
    options = (
        f"--ServerApp.certfile={certificate}",
        f"--ServerApp.keyfile={certificate}",
        "--ServerApp.allow_remote_access=True",
    )
    server = JupyterServer(
        tmp_path_factory.mktemp("secure"), options=options, base_url="/user/ana@lab/", ca=str(ca)
    )
    with server:
        yield server


async def answer_of(url: str, token: str, **more: Any) -> Any:
    """Return what a cell shows, in a kernel that runs there or is started for all of these tests."""
    async with connect(url, token, **more) as server:
        running = [one for one in await server.kernels.refresh() if one.name == "python3"]
        if running:
            kernel = server.kernels.connect_to(running[0])
        else:
            kernel = await server.kernels.start_new("python3")
        return (await kernel.execute("6 * 7")).outputs[0]["data"]["text/plain"]


async def test_a_certificate_that_nobody_knows_is_refused_with_what_to_do(
    secure: JupyterServer,
) -> None:
    with pytest.raises(ServerUnreachableError) as caught:
        await answer_of(secure.url, secure.token)
    for words in ("certificate verify failed", 'verify="FILE.pem"', "SSL_CERT_FILE", secure.url):
        assert words in str(caught.value)


async def test_a_certificate_that_was_given_is_trusted_in_requests_and_links(
    secure: JupyterServer, ca: Path
) -> None:
    assert await answer_of(secure.url, secure.token, verify=str(ca)) == "42"


async def test_who_trusts_whatever_answers_gets_it(secure: JupyterServer) -> None:
    assert await answer_of(secure.url, secure.token, verify=False) == "42"


async def test_certificates_named_by_the_environment_are_trusted(
    secure: JupyterServer, ca: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    assert await answer_of(secure.url, secure.token) == "42"


async def test_a_file_of_certificates_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await answer_of("https://127.0.0.1:9/", "x", verify=str(tmp_path / "none.pem"))


async def test_a_plain_server_that_is_taken_for_a_secure_one_is_asked_whether_it_is(
    jupyter: JupyterServer,
) -> None:
    url = jupyter.url.replace("http:", "https:")
    with pytest.raises(ServerTimeoutError, match="speak https"):
        await answer_of(url, jupyter.token, connect_timeout_s=0.5)


async def test_through_a_proxy_a_secure_server_is_reached_by_tunnels_alone(
    secure: JupyterServer, ca: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HttpProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        url = secure.url.replace("127.0.0.1", KNOWN)
        assert await answer_of(url, secure.token, verify=str(ca)) == "42"
    assert len(proxy.requests) >= 2  # one for requests, one for the link
    assert {*proxy.requests} == {f"CONNECT {KNOWN}:{secure.port}"}


async def test_through_a_proxy_a_plain_server_is_asked_and_its_link_is_a_tunnel(
    jupyter: JupyterServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HttpProxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        url = jupyter.url.replace("127.0.0.1", KNOWN)
        assert await answer_of(url, jupyter.token) == "42"
    assert f"GET {url}api/status" in proxy.requests
    assert f"CONNECT {KNOWN}:{jupyter.port}" in proxy.requests


async def test_a_host_that_the_proxy_does_not_know_is_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with HttpProxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(ServerUnreachableError, match="502"):
            await answer_of("https://nobody.example/", "x")


async def test_no_proxy_is_asked_for_servers_of_this_computer_and_for_excepted_hosts(
    jupyter: JupyterServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HttpProxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        for host in ("127.0.0.1", "localhost"):
            async with connect(jupyter.url.replace("127.0.0.1", host), jupyter.token):
                pass
        monkeypatch.setenv("NO_PROXY", KNOWN)
        with pytest.raises(ServerUnreachableError):
            await answer_of(jupyter.url.replace("127.0.0.1", KNOWN), jupyter.token)
    assert proxy.requests == []


async def test_a_proxy_of_a_kind_that_needs_another_package_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(ServerUnreachableError, match=r"SOCKS proxy.*httpx\[socks\]"):
        await answer_of("https://lab.example/", "x")


@pytest.mark.parametrize("scheme", ["token", "Bearer"])
async def test_a_token_may_be_given_as_a_header(jupyter: JupyterServer, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {jupyter.token}"}
    assert await answer_of(jupyter.url, "", headers=headers) == "42"


@pytest.mark.parametrize(
    "names",
    [
        {"JUPYTER_SERVER_URL": "{url}", "JUPYTER_TOKEN": "{token}"},
        {"JUPYTER_SERVER_URL": "{url}?token={token}"},
        {"JUPYTERHUB_SERVICE_URL": "{url}", "JUPYTERHUB_API_TOKEN": "{token}"},
        {
            "JUPYTERHUB_SERVICE_URL": "http://0.0.0.0:{port}/",
            "JUPYTERHUB_SERVICE_PREFIX": "/user/ana/",
            "JUPYTERHUB_API_TOKEN": "{token}",
        },
    ],
)
async def test_server_and_token_are_taken_from_the_environment(
    jupyter: JupyterServer, monkeypatch: pytest.MonkeyPatch, names: dict[str, str]
) -> None:
    for name in [name for name in os.environ if name.startswith("JUPYTER")]:
        monkeypatch.delenv(name)
    for name, text in names.items():
        facts = {"url": jupyter.url, "token": jupyter.token, "port": jupyter.port}
        monkeypatch.setenv(name, text.format(**facts))
    settings = ServerSettings.discover()
    assert (settings.base_url, settings.token) == (jupyter.url, jupyter.token)
    async with connect() as server:
        assert (await server.check()).base_url == jupyter.url
    with pytest.raises(WrongTokenError):
        async with connect(token="another"):
            pass
