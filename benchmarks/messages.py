"""What a running DataLab kernel costs, against bare xpython in the same run.

    python benchmarks/messages.py [pairs]

Rows of issue 3: 1,000 small prints, 10,000 small cells (as Run All sends them, and one after
another), output of 50 MB, memory of an idle kernel; and the start against ipykernel. Needs
the kernelspecs "datalab", "xpython" and "python3" (ipykernel).
"""

from __future__ import annotations

import queue
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
from jupyter_client import KernelManager

import startup
from _pairs import compare_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jupyter_client import BlockingKernelClient

CELLS = 1000
NUDGE_S = 0.05
PRINTS = "for i in range(1000): print(i, i)"
FIFTY_MB = "for i in range(500): print('x' * 99_999)"


@contextmanager
def kernel(name: str) -> Iterator[tuple[BlockingKernelClient, int]]:
    """Start a kernel without the background import; give a client and the process id."""
    manager = KernelManager(kernel_name=name, context=startup.CONTEXT)
    env = {**startup.os.environ, "DATALAB_KERNEL_WARMUP": "off"}
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    client = manager.blocking_client()
    client.start_channels(hb=False, stdin=False)
    try:
        client.wait_for_ready(timeout=startup.TIMEOUT_S)
        yield client, manager.provisioner.pid
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def shown_s(name: str, code: str, characters: int) -> float:
    """Return the seconds until all that a cell prints has arrived here."""
    with kernel(name) as (client, _pid):
        startup.run(client, "1")
        began = time.perf_counter()
        request = client.execute(code)
        arrived = 0
        while True:
            message = client.get_iopub_msg(timeout=startup.TIMEOUT_S)
            if (message["parent_header"] or {}).get("msg_id") != request:
                continue
            if message["msg_type"] == "stream":
                arrived += len(message["content"]["text"])
            elif message["content"].get("execution_state") == "idle":
                break
        if arrived != characters:
            raise RuntimeError(f"{arrived} of {characters} characters arrived")
        return time.perf_counter() - began


def cells_in_turn_s(name: str) -> float:
    """Return the seconds that small cells take, each sent when the last one has answered."""
    with kernel(name) as (client, _pid):
        return sum(startup.run(client, "1") for _ in range(CELLS))


def queued_cells_s(name: str) -> float:
    """Return the seconds that small cells take, all sent at once as Run All does.

    Bare xpython leaves some of a long queue lying until another message comes, so one is
    sent whenever nothing happens for a while. Now and then it loses replies; then all is
    done once more.
    """
    with kernel(name) as (client, _pid):
        began = time.perf_counter()
        waiting = {client.execute("1") for _ in range(CELLS)}
        while waiting:
            if time.perf_counter() - began > startup.TIMEOUT_S:
                print(f"{name}: {len(waiting)} replies are missing; once more", flush=True)
                break
            try:
                reply = client.get_shell_msg(timeout=NUDGE_S)
            except queue.Empty:
                client.kernel_info()
            else:
                waiting.discard(reply["parent_header"]["msg_id"])
        else:
            return time.perf_counter() - began
    return queued_cells_s(name)


def idle_mb(name: str) -> float:
    """Return the memory of a kernel in which no cell has run, with all of its processes, in MB.

    The proportional set size: memory that two processes share is counted once.
    """
    with kernel(name) as (_client, pid):
        process = psutil.Process(pid)
        processes = [process, *process.children(recursive=True)]
        return float(sum(one.memory_full_info().pss for one in processes)) / 1e6


def main() -> None:
    """Print every row."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20

    def against(
        reference: str,
        measure: Callable[..., float],
        *arguments: object,
        kernel: str = startup.OURS,
    ) -> None:
        ratio = compare_times(
            lambda: measure(kernel, *arguments),
            lambda: measure(reference, *arguments),
            pairs=pairs,
        )
        label = f"{measure.__name__} {' '.join(str(a)[:24] for a in arguments)}, vs {reference}"
        label = label if kernel == startup.OURS else f"({kernel}) {label}"
        startup.show(label, ratio, 1.10 if reference == startup.REFERENCE else 1.0)

    against("python3", startup.ready_s)
    against("python3", startup.first_cell_s)
    against("xpython", shown_s, PRINTS, sum(2 * len(str(i)) + 2 for i in range(1000)))
    against("xpython", shown_s, FIFTY_MB, 50_000_000)
    for name in (startup.OURS, startup.FLOOR):
        against("xpython", queued_cells_s, kernel=name)
        against("xpython", cells_in_turn_s, kernel=name)
    ours, bare = (
        statistics.median(idle_mb(name) for _ in range(5)) for name in (startup.OURS, "xpython")
    )
    print(
        f"idle memory: {ours:.1f} MB, bare xpython {bare:.1f} MB: {ours - bare:+.1f} MB (goal 10)"
    )


if __name__ == "__main__":
    main()
