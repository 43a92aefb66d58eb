"""Another computer, as far as a client can tell: an own address whose port leads to a DataLab."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK_BYTES = 1 << 20


def own_address() -> str | None:
    """Return an address of this computer that others know it by; no packet is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


@contextmanager
def forwarded(url: str, host: str) -> Iterator[str]:
    """Give an address at that host from which everything goes to another one."""
    parts = urlsplit(url)
    target = parts.hostname or "", parts.port or 80
    with socket.create_server((host, 0)) as server:
        threading.Thread(target=_accept, args=(server, target), daemon=True).start()
        try:
            yield f"http://{host}:{server.getsockname()[1]}"
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, target: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            near, _ = server.accept()
            threading.Thread(target=_join, args=(near, target), daemon=True).start()


def _join(near: socket.socket, target: tuple[str, int]) -> None:
    with near, socket.create_connection(target) as far:
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK_BYTES):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
