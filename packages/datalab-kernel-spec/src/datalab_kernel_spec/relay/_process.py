"""The relay's loop: it waits for sockets and pipes on both sides, and ends with the kernel."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import zmq

from datalab_kernel_spec.protocol._lines import ABORTS_ITSELF, NUMBER, PYTHON, TUNNEL
from datalab_kernel_spec.relay._answers import Answers
from datalab_kernel_spec.relay._comms import Comms
from datalab_kernel_spec.relay._credit import Credit
from datalab_kernel_spec.relay._notes import Notes
from datalab_kernel_spec.relay._parts import Parts
from datalab_kernel_spec.relay._requests import Requests
from datalab_kernel_spec.relay.cells._prompt_numbers import numbered
from datalab_kernel_spec.relay.cells._queue import CellQueue
from datalab_kernel_spec.relay.cells._shutdown import Shutdown
from datalab_kernel_spec.relay.cells._status_delay import QUIET_MS
from datalab_kernel_spec.relay.cells._turns import Turns
from datalab_kernel_spec.relay.outputs._outputs import OUTPUT_MS, Outputs
from datalab_kernel_spec.relay.sockets._front import Front
from datalab_kernel_spec.relay.sockets._inner import Inner
from datalab_kernel_spec.relay.sockets._message import Signer, unsigned
from datalab_kernel_spec.relay.sockets._sockets import LINGER_MS, receive, send

if TYPE_CHECKING:
    from datalab_kernel_spec.relay._ends import RelayEnds

__all__ = ["Relay"]

CHECK_S = 0.5
CHECK_MS = 500
"""How often the relay sees whether kernel and Jupyter are alive."""
LAST_WORDS_MS = 50
GRACE_S = 10.0
"""How long a kernel whose Jupyter is gone has to save and end."""
BATCH = 100
"""How many messages of one socket are passed on before the others are looked at."""


class Relay:
    """Stand between Jupyter and xpython until the kernel ends."""

    def __init__(self, ends: RelayEnds) -> None:
        self._ends = ends
        self._is_over = False
        self._sigterms = 0
        self._poller = zmq.Poller()
        self._context = zmq.Context()
        self._queue = CellQueue()
        self._comms = Comms()
        signer = Signer(str(ends.front.get("key", "")).encode(), _scheme(ends.front))
        self._front = Front(
            self._context, ends.front, signer, self._poller, lambda: self._queue.running
        )
        self._inner = Inner(self._context, ends, signer)
        iopub = self._front.iopub
        self._outputs = Outputs(ends, self._poller, self._front.publish, lambda: iopub.has_room)
        self._credit = Credit(ends.credit)
        turns = Turns(self._queue, self._front.publish_frames, self._show_input)
        shutdown = Shutdown(self._front, self._queue, turns)
        parts = Parts(self._front, self._inner, self._queue, self._comms, self._outputs, shutdown)
        self._requests = Requests(ends, parts)
        self._notes = Notes(ends.notes)
        self._answers = Answers(parts, self._credit, turns, self._notes)
        self._notes.on(TUNNEL, partial(setattr, self._comms, "tunnel_id"))
        self._notes.on(ABORTS_ITSELF, lambda _nothing: self._queue.let_kernel_abort())
        self._notes.on(PYTHON, partial(setattr, self._answers.kernel_info, "python_version"))
        self._notes.on(NUMBER, self._queue.number_after)

    # -- the loop -------------------------------------------------------------------------

    def run(self) -> None:
        """Pass messages on until the kernel has ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # they are the kernel's, and its end is ours
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if not self._inner.wait(self._outputs.read):
            return
        front, inner = self._front, self._inner
        steps: dict[Any, Any] = {
            inner.shell: self._answers.from_shell,
            inner.iopub: self._answers.from_iopub,
            inner.control: self._answers.from_control,
            inner.stdin: self._answers.from_stdin,
            front.shell: self._requests.from_shell,
            front.control: self._requests.from_control,
            front.stdin: self._requests.from_stdin,
            front.heartbeat: partial(send, front.heartbeat),
        }
        pipes: dict[Any, Any] = {
            self._ends.notes: self._from_notes,
            **self._outputs.steps(),
        }
        for place in (*steps, *pipes):
            self._poller.register(place, zmq.POLLIN)
        check_at = 0.0
        while not self._is_over:
            self._turn(steps, pipes)
            if time.monotonic() > check_at:
                check_at = time.monotonic() + CHECK_S
                self._check_the_living()
        self._say_last_words()

    def _turn(self, steps: dict[Any, Any], pipes: dict[Any, Any]) -> None:
        """Wait for something to come, and pass it on."""
        ready = dict(self._poller.poll(self._patience_ms()))
        for socket, step in steps.items():
            if socket in ready:
                self._take_batch(socket, step)
        for pipe, step in pipes.items():
            if pipe in ready:
                self._guarded(step)
        self._guarded(self._front.iopub.serve, ready)
        if self._answers.held.waiting and self._answers.held.is_time:
            self._answers.publish_held()
        self._outputs.look_after(is_quiet=not ready)
        self._guarded(self._front.iopub.flush)
        self._front.iopub.look_after()
        if self._front.iopub.has_room:
            self._credit.grant()

    def _patience_ms(self) -> int:
        if not self._outputs.are_watched:
            return OUTPUT_MS
        return QUIET_MS if self._answers.held.waiting else CHECK_MS

    def _take_batch(self, socket: zmq.Socket[bytes], step: Any) -> None:
        for _ in range(BATCH):
            frames = receive(socket)
            if frames is None:
                return
            self._guarded(step, frames)

    def _guarded(self, step: Any, *arguments: Any) -> None:
        """Do a step; one message that nobody can read must not end the kernel."""
        try:
            step(*arguments)
        except Exception:  # noqa: BLE001 - a process's edge: said on the terminal
            import traceback  # not before, for the memory that it costs

            with suppress(OSError):
                os.write(self._ends.terminals["stderr"], traceback.format_exc().encode())

    def _from_notes(self) -> None:
        self._notes.read()
        if self._notes.has_ended and not self._is_over:
            self._poller.unregister(self._notes.fd)
            self._is_over = True

    def _show_input(self, cell: str, frames: list[bytes]) -> None:
        """Show a cell's input as its turn comes, and then what children wrote meanwhile."""
        shown = numbered(self._queue, self._front.signer, cell, frames)
        self._front.publish_frames(shown)
        self._outputs.begin_cell(unsigned(frames).parent)

    # -- beginning and end of others ------------------------------------------------------

    def _check_the_living(self) -> None:
        if os.getppid() != self._ends.kernel_pid:
            self._is_over = True
        elif self._ends.parent_pid and not _is_alive(self._ends.parent_pid):
            self._sigterms += 1
            is_patient = self._sigterms * CHECK_S < GRACE_S
            os.kill(self._ends.kernel_pid, signal.SIGTERM if is_patient else signal.SIGKILL)

    def _say_last_words(self) -> None:
        """Pass on what the kernel said before it ended."""
        steps = {
            self._inner.iopub: self._answers.from_iopub,
            self._inner.shell: self._answers.from_shell,
            self._inner.control: self._answers.from_control,
        }
        poller = zmq.Poller()
        for socket in steps:
            poller.register(socket, zmq.POLLIN)
        while ready := dict(poller.poll(LAST_WORDS_MS)):
            for socket in ready:
                self._take_batch(socket, steps[socket])
        self._outputs.read_the_last()
        self._front.iopub.finish(LINGER_MS / 1000)
        self._context.destroy(linger=LINGER_MS)


def _scheme(front: dict[str, Any]) -> str:
    return str(front.get("signature_scheme") or "hmac-sha256")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
