"""A small DataLab that keeps the protocol of both doors, and fails when it is told to.

It is for faults that the real one can't be made to show; everything else is tested with that.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit
from xmlrpc.server import SimpleXMLRPCServer

Fault = Callable[["Handler"], None]


class FakeWeb(ThreadingHTTPServer):
    """The Web API; ``faults`` are used up by the next requests, one each."""

    daemon_threads = True

    def __init__(self, token: str | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.open: list[socket.socket] = []
        self.token = token
        self.objects: dict[str, bytes] = {}
        self.faults: deque[Fault] = deque()
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.connections = 0
        self.on_calc: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def server_close(self) -> None:
        """End as a process does: with all of its connections."""
        super().server_close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def tokens_seen(self) -> list[str]:
        return [headers["Authorization"] for *_, headers in self.seen if "Authorization" in headers]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a client that goes away is what is tested."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: FakeWeb
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm: ClassVar[bool] = True

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1
        self.server.open.append(self.connection)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def handle_any(self) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        if self.server.faults:
            self.server.faults.popleft()(self)
        else:
            self.answer(*self.act())

    do_GET = do_PUT = do_DELETE = do_POST = handle_any  # noqa: N815

    def act(self) -> tuple[int, Any]:
        """Do what is asked, and return the answer."""
        body = self.body()
        path = urlsplit(self.path)
        words = path.path.removeprefix("/api/v1/").split("/")
        if words == ["status"]:
            return 200, self.status()
        if self.server.token and self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return 401, {"detail": "Invalid token"}
        if words[0] == "objects":
            return self.act_on_objects([unquote(word) for word in words[1:]], path.query, body)
        asked = json.loads(body)
        self.server.on_calc()
        if asked["name"] != "fft":
            return 404, {"detail": f"Unknown computation function '{asked['name']}': it"}
        return 200, {"success": True, "function": "fft", "result_names": ["fft(s)"]}

    def body(self) -> bytes:
        """Read what comes with the request, which may come in pieces."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def act_on_objects(self, words: list[str], query: str, body: bytes) -> tuple[int, Any]:
        objects = self.server.objects
        if not words:
            return 200, {"objects": [_info(name) for name in objects], "count": len(objects)}
        name = words[0]
        if self.command == "PUT":
            if name in objects and parse_qs(query)["overwrite"] != ["true"]:
                return 409, {"detail": f"Object '{name}' already exists. Use overwrite=true."}
            objects.pop(name, None)
            objects[name] = body
            return 201, _info(name)
        if name not in objects:
            return 404, {"detail": f"Object '{name}' not found"}
        if self.command == "DELETE":
            del objects[name]
            return 204, b""
        return 200, objects[name] if words[1:] == ["data"] else _info(name)

    def status(self) -> dict[str, Any]:
        return {
            "running": True,
            "version": "1.3.0",
            "api_version": "v1",
            "url": self.server.url,
            "workspace_mode": "live",
            "localhost_no_token": self.server.token is None,
        }

    def answer(self, status: int, content: Any, **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Type" not in headers:
            kind = "application/x-npz" if isinstance(content, bytes) else "application/json"
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are and close the connection."""
        self.wfile.write(data)
        self.wfile.flush()
        self.close_connection = True

    def reset(self) -> None:
        """Break the connection, as a program that is killed does."""
        self.body()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        self.close_connection = True


def _info(name: str) -> dict[str, Any]:
    return {"name": name, "type": "signal", "shape": [3], "dtype": "float64", "title": name}


# ---------------------------------------------------------------- faults


def reset_unseen(handler: Handler) -> None:
    """Break the connection before doing anything."""
    handler.reset()


def reset_done(handler: Handler) -> None:
    """Do what is asked, and break the connection instead of answering."""
    length = int(handler.headers.get("Content-Length", 0))
    body = handler.rfile.read(length)
    handler.headers.replace_header("Content-Length", "0") if length else None
    if handler.command == "PUT":
        handler.server.objects[unquote(handler.path.split("/")[4])] = body
    else:
        handler.act()
    handler.reset()


def die(handler: Handler) -> None:
    """End as a program that is killed does: nothing listens any more."""
    handler.server.socket.shutdown(socket.SHUT_RDWR)
    handler.reset()


def html(handler: Handler) -> None:
    handler.answer(200, b"<html>Welcome to the router</html>", Content_Type="text/html")


def html_404(handler: Handler) -> None:
    handler.answer(404, b"<html>not found</html>", Content_Type="text/html")


def other_json(handler: Handler) -> None:
    handler.answer(200, ["something", "else"])


def garbage(handler: Handler) -> None:
    handler.send_raw(b"\x00\xff\x01 220 smtp ready\r\n\r\n")


def truncated(handler: Handler) -> None:
    handler.send_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def oversized(handler: Handler) -> None:
    handler.send_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n{")


def oversized_in_pieces(handler: Handler) -> None:
    """Send more than the limit without saying how much it will be."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b"%x\r\n" % 2**20 + b" " * 2**20 + b"\r\n"
    with contextlib.suppress(OSError):
        for _ in range(66):
            handler.wfile.write(piece)
    handler.close_connection = True


def compressed(handler: Handler) -> None:
    handler.answer(200, b"\x1f\x8b", Content_Encoding="gzip")


def never(handler: Handler) -> None:
    time.sleep(1.5)
    handler.close_connection = True


def dripping_headers(handler: Handler) -> None:
    """Send a byte now and then, so that no single wait is long."""
    with contextlib.suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 20:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)
    handler.close_connection = True


def dripping_body(handler: Handler) -> None:
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    handler.close_connection = True


def says(status: int, content: Any, **headers: str) -> Fault:
    """Give a fault that answers in a certain way."""
    return lambda handler: handler.answer(status, content, **headers)


# ---------------------------------------------------------------- servers


@contextlib.contextmanager
def running(server: Any) -> Iterator[Any]:
    """Serve in a thread, and end that."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.daemon = True
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextlib.contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Give the port of a server that reads a request and does what it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        _read_request(connection)
                        serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _read_request(connection: socket.socket) -> None:
    """Read all of it: closing a connection with something unread resets it."""
    with connection.makefile("rb") as stream:
        length = 0
        while (line := stream.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            length = int(value) if name.lower() == "content-length" else length
        stream.read(length)


class FakeRemote(SimpleXMLRPCServer):
    """The XML-RPC server, with one panel of signals and DataLab's sticky results."""

    def __init__(self, web_url: str = "http://127.0.0.1:18080", port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), logRequests=False, allow_none=True)
        self.titles = {"u1": "a", "u2": "a"}
        self.selection = ["u1"]
        self.result: Any = None
        self.ready = threading.Event()
        self.calls: list[str] = []
        self.web_url = web_url
        self.register_instance(self, allow_dotted_names=False)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def _dispatch(self, method: str, params: tuple[Any, ...]) -> Any:
        self.calls.append(method)
        return getattr(self, "x_" + method)(*params)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet."""

    def x_get_version(self) -> str:
        return "1.3.0"

    def x_get_webapi_status(self) -> dict[str, Any]:
        return {"running": True, "url": self.web_url, "token": "tok-of-web", "available": True}

    def x_get_object_uuids(self, _panel: str, _group: int | None = None) -> list[str]:
        return [*self.titles]

    def x_get_sel_object_uuids(self) -> list[str]:
        return self.selection

    def x_get_current_panel(self) -> str:
        self._wait_for_signal()
        return "signal"

    def x_get_group_titles_with_object_info(self) -> list[Any]:
        return [["g1", "g2"], [["u1"], ["u2"]], [["a"], ["a"]]]

    def x_set_current_panel(self, _panel: str) -> Any:
        self._wait_for_signal()
        return self.result

    def _wait_for_signal(self) -> None:
        if self.titles.get("hung"):
            self.ready.wait(20)

    def x_call_method(self, name: str, params: dict[str, Any]) -> Any:
        self.result = None
        if name == "rename_selected_object_or_group":
            self.titles[self.selection[0]] = params["kwargs"]["new_name"]
        elif name == "get_current_panel":
            self.result = "signal"
        elif name == "gives_an_array":
            self.result = object()
        else:
            raise KeyError(name)
        return self.result
