"""A hub whose server has stopped, and one where nobody is logged in: what it answers in a server's place."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from datalab_kernel_client import (
    ConnectionLostError,
    Pace,
    ServerStoppedError,
    WrongTokenError,
    connect,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = b"<!DOCTYPE HTML><html><body>Your server at /user/ana/ is not running.</body></html>"


@contextmanager
def hub(status: int, location: str = "") -> Iterator[str]:
    """Answer everything below /user/ana/ as JupyterHub's proxy does; give that URL."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(PAGE)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/user/ana/"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("status", [424, 503])
async def test_a_server_that_the_hub_has_stopped_is_told_as_stopped(status: int) -> None:
    with hub(status) as url:
        server = connect(url, "secret")
        for act in (server.check, server.kernels.refresh, server.sessions.refresh):
            with pytest.raises(ServerStoppedError) as caught:
                await act()
            assert (caught.value.status, url in str(caught.value)) == (status, True)
            assert "secret" not in str(caught.value)
        await server.close()


async def test_a_hub_that_asks_to_log_in_wants_another_token() -> None:
    with hub(302, "/hub/login?next=%2Fuser%2Fana%2F") as url:
        server = connect(url, "secret")
        with pytest.raises(WrongTokenError):
            await server.check()
        await server.close()


async def test_a_link_to_a_server_that_the_hub_has_stopped_is_given_up_and_says_why() -> None:
    with hub(503) as url:
        server = connect(url, "secret")
        kernel = server.kernels.connect_to("some-id", pace=Pace(reconnect_for_s=0.2))
        with pytest.raises(
            ConnectionLostError, match=r"no server runs there now.*try again; the kernel may"
        ):
            await kernel.connected(60)
        await server.close()
