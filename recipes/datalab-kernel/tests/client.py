"""The client alone, without any of its siblings: it asks a server what it is, and says what it isn't."""

import asyncio
import json
import os
import sys

from datalab_kernel_client import NotAJupyterServerError, connect, sync

ANSWERS = {
    "/api": {"version": "2.14.0"},
    "/api/status": {"kernels": 1, "connections": 0, "started": "2026-01-01T00:00:00Z"},
    "/api/me": {"identity": {"username": "ana"}},
}


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    path = head.split()[1]
    known = path in ANSWERS and "authorization: token secret" in head.lower()
    content = json.dumps(ANSWERS[path]).encode() if known else b"<html>"
    status = "200 OK" if known else "404 Not Found"
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + content)
    await writer.drain()
    writer.close()


async def main() -> None:
    os.environ["JUPYTER_RUNTIME_DIR"] = os.devnull
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as running:
        url = f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}/"
        async with connect(url, "secret") as server:
            info = await server.check()
        other = connect(f"{url}elsewhere/", "wrong")
        found = await asyncio.gather(other.check(), return_exceptions=True)
        await other.close()
    assert isinstance(found[0], NotAJupyterServerError), found
    assert (info.version, info.kernels, info.user) == ("2.14.0", 1, "ana"), info


asyncio.run(main())
assert sync.connect.__doc__
assert "datalab_kernel" not in sys.modules
