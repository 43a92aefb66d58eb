"""The relay's loop: it waits for sockets and pipes on both sides, and ends with the kernel."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.protocol._lines import ABORTS_ITSELF, NUMBER, PYTHON, TUNNEL
from datalab_kernel_spec.relay._answers import Answers
from datalab_kernel_spec.relay._comms import Comms
from datalab_kernel_spec.relay._credit import Credit
from datalab_kernel_spec.relay._journal import Journal
from datalab_kernel_spec.relay._journal_comm import JournalComm
from datalab_kernel_spec.relay._notes import Notes
from datalab_kernel_spec.relay._parts import Parts
from datalab_kernel_spec.relay._requests import Requests
from datalab_kernel_spec.relay.cells._gathering import Gathering
from datalab_kernel_spec.relay.cells._prompt_numbers import numbered
from datalab_kernel_spec.relay.cells._queue import CellQueue
from datalab_kernel_spec.relay.cells._shutdown import Shutdown
from datalab_kernel_spec.relay.cells._status_delay import QUIET_MS
from datalab_kernel_spec.relay.cells._turns import Turns
from datalab_kernel_spec.relay.outputs._outputs import OUTPUT_MS, Outputs
from datalab_kernel_spec.relay.sockets._front import Front
from datalab_kernel_spec.relay.sockets._inner import Inner
from datalab_kernel_spec.relay.sockets._message import Signer, unsigned
from datalab_kernel_spec.relay.sockets._poll import Poll

if TYPE_CHECKING:
    from datalab_kernel_spec.relay._ends import RelayEnds

__all__ = ["Relay"]

JOURNAL_VARIABLE = "DATALAB_KERNEL_JOURNAL"
"""``off``: what was published isn't kept for clients that lose their link."""
LINGER_S = 1.0
"""How long clients may take what was sent last."""
CHECK_S = 0.5
CHECK_MS = 500
"""How often the relay sees whether kernel and Jupyter are alive."""
LAST_WORDS_MS = 50
GRACE_S = 10.0
"""How long a kernel whose Jupyter is gone has to save and end."""


class Relay:
    """Stand between Jupyter and xpython until the kernel ends."""

    def __init__(self, ends: RelayEnds) -> None:
        self._ends = ends
        self._is_over = False
        self._sigterms = 0
        self._poll = Poll(self._guarded)
        self._queue = CellQueue()
        self._comms = Comms()
        signer = Signer(str(ends.front.get("key", "")).encode(), _scheme(ends.front))
        self._journal = None if os.environ.get(JOURNAL_VARIABLE) == "off" else Journal()
        record = None if self._journal is None else self._journal.add
        self._front = Front(ends.front, signer, self._poll, lambda: turns.running, record)
        self._inner = Inner(ends, signer, self._poll)
        iopub = self._front.iopub
        self._outputs = Outputs(ends, self._poll, self._front.publish, lambda: iopub.has_room)
        self._credit = Credit(ends.credit)
        turns = Turns(self._queue, self._front.publish_frames, self._show_input)
        shutdown = Shutdown(self._front, self._queue, turns)
        inner = self._inner
        self._gathering = Gathering(inner.iopub, inner.shell, self._queue.__len__)
        parts = Parts(
            self._front,
            self._inner,
            self._queue,
            self._gathering,
            self._comms,
            self._outputs,
            shutdown,
            JournalComm(self._front, self._journal),
        )
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
        if not self._inner.wait(self._turn_of_start):
            self._outputs.read_the_last()
            return
        answers, requests, front = self._answers, self._requests, self._front
        steps = (answers.from_shell, answers.from_iopub, answers.from_control, answers.from_stdin)
        self._inner.open(*(partial(self._guarded, step) for step in steps))
        self._inner.iopub.on_end = partial(self._guarded, answers.iopub_ended)
        self._poll.watch(self._ends.notes, self._from_notes)
        self._outputs.watch()
        front.shell.open(partial(self._guarded, requests.from_shell))
        front.control.open(partial(self._guarded, requests.from_control))
        front.stdin.open(partial(self._guarded, requests.from_stdin))
        check_at = 0.0
        while not self._is_over:
            self._turn()
            if time.monotonic() > check_at:
                check_at = time.monotonic() + CHECK_S
                self._check_the_living()
        self._say_last_words()

    def _turn_of_start(self, patience_ms: int) -> None:
        self._poll.turn(patience_ms)
        self._front.iopub.flush()
        self._outputs.read()

    def _turn(self) -> None:
        """Wait for something to come, and pass it on."""
        is_quiet = not self._poll.turn(self._patience_ms())
        self._guarded(self._gathering.look_after)
        if self._answers.held.waiting and self._answers.held.is_time:
            self._answers.publish_held()
        self._outputs.look_after(is_quiet=is_quiet)
        self._guarded(self._front.iopub.flush)
        self._front.iopub.look_after()
        if self._front.iopub.has_room:
            self._credit.grant()

    def _patience_ms(self) -> int:
        if self._gathering.is_on:
            return self._gathering.patience_ms
        if not self._outputs.are_watched:
            return OUTPUT_MS
        return QUIET_MS if self._answers.held.waiting else CHECK_MS

    def _guarded(self, step: Any, *arguments: Any) -> None:
        """Do a step; one message that nobody can read must not end the kernel."""
        try:
            step(*arguments)
        except Exception:  # noqa: BLE001 - a process's edge: said on the terminal
            import traceback  # not before, for the memory that it costs

            with suppress(OSError):
                os.write(self._ends.terminals["stderr"], traceback.format_exc().encode())

    def _from_notes(self, _event: int) -> None:
        self._notes.read()
        self._is_over = self._is_over or self._notes.has_ended

    def _show_input(self, cell: str, frames: list[bytes]) -> None:
        """Show a cell's input as its turn comes, and then what children wrote meanwhile."""
        shown = numbered(self._queue, self._front.signer, cell, frames)
        self._front.publish_frames(shown)
        self._outputs.begin_cell(unsigned(frames).parent)

    # -- beginning and end of others ------------------------------------------------------

    def _check_the_living(self) -> None:
        if self._journal is not None:
            self._journal.forget_old()
        if os.getppid() != self._ends.kernel_pid:
            self._is_over = True
        elif self._ends.parent_pid and not _is_alive(self._ends.parent_pid):
            self._sigterms += 1
            is_patient = self._sigterms * CHECK_S < GRACE_S
            os.kill(self._ends.kernel_pid, signal.SIGTERM if is_patient else signal.SIGKILL)

    def _say_last_words(self) -> None:
        """Pass on what the kernel said before it ended."""
        self._inner.read_the_last(LAST_WORDS_MS)
        self._outputs.read_the_last()
        self._front.finish(LINGER_S)


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
