"""xpython behind the least that a process between can do: it copies bytes, and looks at none.

What a cell takes here beyond bare xpython is the price of a second process written in Python;
no relay that reads its messages can be below it.
"""

from __future__ import annotations

import _socket
import json
import os
import select
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
CHUNK_BYTES = 1 << 16
CHECK_MS = 500
RETRY_S = 0.002


def copy_bytes(front: dict[str, Any], inner: dict[str, Any], kernel_pid: int) -> None:
    """Copy what comes on either side to the other one until the kernel has ended."""
    poll, ways = select.poll(), {}

    def join(one: Any, other: Any) -> None:
        ways[one.fileno()] = one, other
        poll.register(one.fileno(), select.POLLIN)

    for name in PORTS:
        listening = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        listening.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        listening.bind((front["ip"], front[name]))
        listening.listen()
        join(listening, f"{inner['ip']}-{inner[name]}")
    while os.getppid() == kernel_pid:
        for fd, _event in poll.poll(CHECK_MS):
            one, other = ways[fd]
            if isinstance(other, str):
                client = _socket.socket(fileno=one._accept()[0])  # noqa: SLF001 - what accept() calls
                client.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
                server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
                while server.connect_ex(other):
                    select.select([], [], [], RETRY_S)
                join(client, server)
                join(server, client)
            elif data := one.recv(CHUNK_BYTES):
                other.sendall(data)
            else:
                poll.unregister(fd)


def main() -> None:
    """Fork what copies, and become xpython."""
    path = sys.argv[sys.argv.index("-f") + 1]
    front = json.loads(Path(path).read_text())
    folder = tempfile.mkdtemp(prefix="dlk-", dir="/tmp")  # as short as ZeroMQ's paths must be
    inner = {**front, "transport": "ipc", "ip": f"{folder}/k"}
    inner |= {name: number for number, name in enumerate(PORTS, 1)}
    file = Path(folder, "kernel.json")
    file.write_text(json.dumps(inner))
    kernel_pid = os.getpid()
    if os.fork() == 0:
        try:
            copy_bytes(front, inner, kernel_pid)
        finally:
            shutil.rmtree(folder)
            os._exit(0)
    sys.argv = sys.argv[:1]
    import xpython

    xpython.launch([sys.argv[0], "-f", str(file)])


main()
