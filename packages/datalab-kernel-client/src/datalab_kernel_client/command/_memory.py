"""How much memory kernels take: of this computer's processes, or as the server's extension says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel_client.errors import ClientError

if TYPE_CHECKING:
    from datalab_kernel_client.server import Rest

__all__ = ["memory_bytes"]

_PROCESSES = Path("/proc")


async def memory_bytes(rest: Rest, kernel_id: str) -> int | None:
    """Return a kernel's resident memory; None where nothing says it.

    A kernel of this computer is known by its connection file, which its processes were started
    with. Otherwise the server is asked, where it has jupyter-resource-usage.
    """
    return _of_processes(kernel_id) or await _of_server(rest, kernel_id)


def _of_processes(kernel_id: str) -> int:
    """Return what the processes take that name a kernel's connection file; 0 if none does."""
    name = f"kernel-{kernel_id}.json".encode()
    return sum(_resident(path.parent) for path in _processes() if name in _read(path))


def _processes() -> list[Path]:
    return [*_PROCESSES.glob("[0-9]*/cmdline")]


def _resident(process: Path) -> int:
    for line in _read(process / "status").splitlines():
        if line.startswith(b"VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the process ended meanwhile, or is another person's
        return b""


async def _of_server(rest: Rest, kernel_id: str) -> int | None:
    try:
        answer = await rest.get("api", "metrics", "v1", "kernel_usage", "get_usage", kernel_id)
    except ClientError:  # the extension isn't there
        return None
    memory = (answer.get("content") or {}).get("kernel_memory")
    return int(memory) if memory else None
