"""What kernel, relay and their children use of the machine: a front end's usage panel.

The fields are those of other IPython kernels' ``usage_reply``, in psutil's units. Linux says
them in ``/proc``; elsewhere only the name of the machine and the number of its processors.

References
----------
proc(5): https://man7.org/linux/man-pages/man5/proc.5.html
"""

from __future__ import annotations

import os
import time
from typing import Any

__all__ = ["Usage"]

PROC = "/proc"
PSS = b"Pss:"
KIB = 1024


class Usage:
    """Say what is used; what is said of processors is the mean since it was asked before."""

    def __init__(self, kernel_pid: int) -> None:
        self._kernel_pid = kernel_pid
        self._seconds: dict[int, tuple[float, float]] = {}
        self._host_ticks: list[int] = []

    def now(self) -> dict[str, Any]:
        """Return the content of a ``usage_reply``."""
        content = {
            "status": "ok",
            "hostname": os.uname().nodename,
            "pid": self._kernel_pid,
            "cpu_count": os.cpu_count(),
        }
        if os.path.exists(f"{PROC}/self/stat"):  # noqa: PTH110 - pathlib weighs
            processes = _family(self._kernel_pid)
            content |= {
                "kernel_cpu": self._cpu_percent(processes),
                "kernel_memory": sum(_memory_bytes(pid) for pid in processes),
                "host_virtual_memory": _host_memory(),
            }
            if percent := self._host_cpu_percent():
                content["host_cpu_percent"] = percent
        return content

    def _cpu_percent(self, processes: dict[int, float]) -> float:
        """Return what they took, in hundredths of one processor; 0 for those that are new."""
        now = time.monotonic()
        total = 0.0
        for pid, seconds in processes.items():
            before, asked_at = self._seconds.get(pid, (seconds, 0.0))
            total += (seconds - before) / (now - asked_at) * 100
        self._seconds = {pid: (seconds, now) for pid, seconds in processes.items()}
        return round(total, 1)

    def _host_cpu_percent(self) -> float:
        """Return how busy all processors were together; 0 if that isn't known yet."""
        # user nice system idle iowait irq softirq steal; what guests took is in user
        ticks = [int(one) for one in _content("stat").split(b"\n", 1)[0].split()[1:9]]
        before, self._host_ticks = self._host_ticks, ticks
        if not before:
            return 0.0
        spent = [max(0, new - old) for new, old in zip(ticks, before, strict=True)]
        idle = spent[3] + spent[4]
        return round((1 - idle / sum(spent)) * 100, 1) if sum(spent) else 0.0


def _family(first: int) -> dict[int, float]:
    """Return a process and all below it, with the seconds of processor time of each."""
    seconds: dict[int, float] = {}
    parents: dict[int, int] = {}
    per_second = os.sysconf("SC_CLK_TCK")
    for name in os.listdir(PROC):  # noqa: PTH208
        if not name.isdigit():
            continue
        try:
            fields = _content(f"{name}/stat").rpartition(b")")[2].split()
        except OSError:  # it has ended
            continue
        parents[int(name)] = int(fields[1])
        seconds[int(name)] = (int(fields[11]) + int(fields[12])) / per_second
    family = {first}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return {pid: seconds[pid] for pid in family if pid in seconds}


def _memory_bytes(pid: int) -> int:
    """Return what a process holds, of shared pages its share; 0 if it has ended."""
    try:
        lines = _content(f"{pid}/smaps_rollup").split(b"\n")
    except OSError:  # an old system, or not ours to look into
        return _resident_bytes(pid)
    return sum(int(line.split()[1]) * KIB for line in lines if line.startswith(PSS))


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(_content(f"{pid}/statm").split()[1])
    except OSError:  # it has ended
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _host_memory() -> dict[str, Any]:
    lines = [line.split() for line in _content("meminfo").decode().splitlines()]
    known = {line[0].rstrip(":"): int(line[1]) * KIB for line in lines}
    total, available = known["MemTotal"], known["MemAvailable"]
    return {
        "total": total,
        "available": available,
        "percent": round((total - available) / total * 100, 1),
        "used": total - available,
        "free": known["MemFree"],
        "active": known["Active"],
        "inactive": known["Inactive"],
        "buffers": known["Buffers"],
        "cached": known["Cached"] + known.get("SReclaimable", 0),
        "shared": known["Shmem"],
        "slab": known.get("Slab", 0),
    }


def _content(name: str) -> bytes:
    with open(f"{PROC}/{name}", "rb") as file:  # noqa: PTH123
        return file.read()
