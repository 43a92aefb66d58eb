"""Start the relay beside the kernel: a fork of the launcher before it grows.

A fork shares what the launcher has loaded, so the relay costs little time and memory; the
kernel keeps the process id that Jupyter knows.
"""

from __future__ import annotations

import gc
import json
import os
import sys

from datalab_kernel_spec.protocol._lines import Lines
from datalab_kernel_spec.relay._ends import PORTS, RelayEnds, remove_folder

__all__ = ["fork_relay"]


def fork_relay(connection_file: str) -> tuple[str, Lines]:
    """Fork the relay; from here on it owns the connection file's ports.

    Standard output and error of this process, and of its children, go to the relay.

    Parameters
    ----------
    connection_file
        Jupyter's; its ports must be free.

    Returns
    -------
    str, Lines
        The connection file for xpython, in a folder that only this user can enter and
        that the relay removes; and the lines to the relay.

    Raises
    ------
    OSError
        If the connection file can't be read.
    ValueError
        If it isn't JSON.
    KeyError
        If it names no port.
    """
    with open(connection_file, encoding="utf-8") as stream:  # noqa: PTH123 - pathlib weighs
        front = json.load(stream)
    if missing := [name for name in PORTS if name not in front]:
        raise KeyError(missing[0])
    folder = _private_folder()
    inner = {**front, "transport": "ipc", "ip": f"{folder}/k"}
    inner |= {name: number for number, name in enumerate(PORTS, 1)}
    file = f"{folder}/kernel.json"
    with open(file, "w", encoding="utf-8") as stream:  # noqa: PTH123
        json.dump(inner, stream)
    notes, to_notes = os.pipe()
    life, relays_life = os.pipe()
    credit, to_credit = os.pipe()
    pipes = {name: os.pipe() for name in ("stdout", "stderr")}
    is_jupyters = os.environ.get("JPY_PARENT_PID") == str(os.getppid())
    jupyter_pid = os.getppid() if is_jupyters else 0  # 0: started by hand or by a wrapper
    terminals = {"stdout": os.dup(1), "stderr": os.dup(2)}
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # a collection in one process would copy every page of the other's
    if os.fork() == 0:
        gc.disable()
        for end in (to_notes, life, credit, *(write for _read, write in pipes.values())):
            os.close(end)
        ends = RelayEnds(
            front=front,
            inner=inner,
            folder=folder,
            kernel_pid=os.getppid(),
            parent_pid=jupyter_pid,
            notes=notes,
            credit=to_credit,
            outputs={name: read for name, (read, _write) in pipes.items()},
            terminals=terminals,
        )
        _run(ends)
    for target, name in ((1, "stdout"), (2, "stderr")):
        read, write = pipes[name]
        os.dup2(write, target)
        for end in (read, terminals[name]):
            os.close(end)
    for end in (notes, relays_life, to_credit):
        os.close(end)
    gc.unfreeze()
    return file, Lines(to_notes, life, pipes["stdout"][1], pipes["stderr"][1], credit)


def _private_folder() -> str:
    """Make a folder that only this user enters.

    Short on purpose: xeus keeps an endpoint in 32 bytes, so ``$TMPDIR`` can't be followed.
    """
    while True:
        folder = f"/tmp/dlk-{os.urandom(4).hex()}"  # noqa: S108 - mkdir fails on what is there
        try:
            os.mkdir(folder, 0o700)  # noqa: PTH102
        except FileExistsError:
            continue
        return folder


def _run(ends: RelayEnds) -> None:
    """Run the relay in this forked process, and end it without the launcher's own exit."""
    code = 1
    try:
        # hashlib then takes Python's own digests, not OpenSSL's, which weigh 0.4 MB.
        sys.modules["_hashlib"] = None  # type: ignore[assignment]
        from datalab_kernel_spec.relay._process import Relay

        Relay(ends).run()
        code = 0
    except BaseException:  # noqa: BLE001 - a process's edge: said on the terminal
        import traceback

        os.write(ends.terminals["stderr"], traceback.format_exc().encode())
    finally:
        remove_folder(ends.folder)
        os._exit(code)
