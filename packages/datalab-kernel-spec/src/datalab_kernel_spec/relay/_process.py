"""The relay's loop: sockets and pipes on both sides, and what is done at each message."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import Any

import zmq

from datalab_kernel_spec.relay._comms import RESUME_ID, TUNNELLED, Comms
from datalab_kernel_spec.relay._completions import with_types
from datalab_kernel_spec.relay._fork import RelayEnds, remove_folder
from datalab_kernel_spec.relay._held import QUIET_MS, HeldStatuses
from datalab_kernel_spec.relay._outputs import OUTPUT_MS, Outputs
from datalab_kernel_spec.relay._queue import ABORTED, ABORTS_ITSELF, CellQueue, stops_on_error
from datalab_kernel_spec.relay._sockets import LINGER_MS, front_socket, inner_socket, receive, send
from datalab_kernel_spec.relay._wire import Message, Signer, new_header, unsigned

__all__ = ["Relay"]

CHECK_S = 0.5
CHECK_MS = 500
"""How often the relay sees whether kernel and Jupyter are alive."""
WAIT_MS = 50
LAST_WORDS_MS = 50
GRACE_S = 10.0
"""How long a kernel whose Jupyter is gone has to save and end."""
QUESTION_S = 0.01
"""How long a question is kept: a Stop before xpython waits for its answer would be lost."""
CHUNK_BYTES = 1 << 16
BATCH = 100
"""How many messages of one socket are passed on before the others are looked at."""
HELLO = {"session": "datalab-kernel-relay", "username": "datalab-kernel", "version": "5.3"}


class Relay:
    """Stand between Jupyter and xpython until the kernel ends."""

    def __init__(self, ends: RelayEnds) -> None:
        self._ends = ends
        self._signer = Signer(str(ends.front.get("key", "")).encode(), _scheme(ends.front))
        self._queue = CellQueue()
        self._comms = Comms()
        self._asked = False  # whether a cell waits for an answer
        self._notes = b""
        self._held = HeldStatuses()
        self._poller = zmq.Poller()
        self._outputs = Outputs(ends, self._poller, self._publish)
        self._is_over = False
        self._sigterms = 0
        self._context = zmq.Context()
        front = partial(front_socket, self._context, ends.front)
        self._shell = front(zmq.ROUTER, "shell_port")
        self._control = front(zmq.ROUTER, "control_port")
        self._stdin = front(zmq.ROUTER, "stdin_port")
        self._iopub = front(zmq.XPUB, "iopub_port")
        self._heartbeat = front(zmq.REP, "hb_port")
        self._joining: list[zmq.Socket[bytes]] = []
        inner = partial(inner_socket, self._context, ends.inner, self._joining)
        self._inner_iopub = inner(zmq.SUB, "iopub_port")
        self._inner_shell = inner(zmq.DEALER, "shell_port")
        self._inner_control = inner(zmq.DEALER, "control_port")
        self._inner_stdin = inner(zmq.DEALER, "stdin_port")

    # -- the loop -------------------------------------------------------------------------

    def run(self) -> None:
        """Pass messages on until the kernel has ended."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # they are the kernel's, and its end is ours
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if not self._wait_for_xpython():
            return
        steps: dict[Any, Any] = {
            self._inner_shell: self._from_inner_shell,
            self._inner_iopub: self._from_inner_iopub,
            self._inner_control: partial(send, self._control),
            self._inner_stdin: self._from_inner_stdin,
            self._shell: self._from_shell,
            self._control: self._from_control,
            self._stdin: self._from_stdin,
            self._iopub: self._from_iopub,
            self._heartbeat: partial(send, self._heartbeat),
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
        if self._held.waiting and self._held.is_time:
            self._publish_held()
        self._outputs.look_after(is_quiet=not ready)

    def _patience_ms(self) -> int:
        if not self._outputs.are_watched:
            return OUTPUT_MS
        return QUIET_MS if self._held.waiting else CHECK_MS

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

    def _wait_for_xpython(self) -> bool:
        """Ask until what xpython publishes arrives here, so that no output is lost; False: it ended."""
        hello = Message(identities=[], header=new_header("kernel_info_request", HELLO))
        self._hello_id = hello.header_fields["msg_id"]
        self._silent_ids = [self._hello_id.encode(), RESUME_ID.encode()]
        send(self._inner_shell, self._signer.frames(hello))
        poller = zmq.Poller()
        poller.register(self._inner_iopub, zmq.POLLIN)
        poller.register(self._inner_shell, zmq.POLLIN)
        while True:
            ready = dict(poller.poll(WAIT_MS))
            self._outputs.read()
            if self._inner_iopub in ready:
                self._forget_the_folder()
                return True
            if self._inner_shell in ready:
                self._inner_shell.recv_multipart()
                send(self._inner_shell, self._signer.frames(hello))
            if os.getppid() != self._ends.kernel_pid:
                return False

    def _forget_the_folder(self) -> None:
        """Remove the sockets' names once all are connected: a kill leaves nothing behind."""
        inner = (self._inner_iopub, self._inner_shell, self._inner_control, self._inner_stdin)
        if all(monitor.poll(CHECK_MS) for monitor in self._joining):
            remove_folder(self._ends.folder)
        for socket in inner:
            socket.disable_monitor()

    # -- from Jupyter ---------------------------------------------------------------------

    def _from_shell(self, frames: list[bytes]) -> None:
        message = self._signer.message(frames)
        if message is None:
            return
        header = message.header_fields
        msg_type = header["msg_type"]
        if msg_type == "execute_request":
            self._outputs.look_away()
            self._to_inner(self._queue.add(message, header))
        elif msg_type in TUNNELLED and self._comms.tunnel_id:
            if not self._comms.is_strangers_close(message):
                self._to_inner(self._comms.into(message))
        elif msg_type == "comm_info_request" and self._comms.tunnel_id:
            content = self._comms.info(message)
            self._answer(self._shell, message, "comm_info_reply", content)
        else:
            send(self._inner_shell, frames)

    def _to_inner(self, message: Message) -> None:
        send(self._inner_shell, self._signer.frames(message))

    def _from_control(self, frames: list[bytes]) -> None:
        message = self._signer.message(frames)
        if message is None:
            return
        if message.header_fields["msg_type"] == "interrupt_request":
            os.kill(self._ends.kernel_pid, signal.SIGINT)
            self._answer(self._control, message, "interrupt_reply", {"status": "ok"})
        else:
            send(self._inner_control, frames)

    def _from_stdin(self, frames: list[bytes]) -> None:
        if self._asked:  # else Stop has ended the question meanwhile
            self._asked = False
            send(self._inner_stdin, frames)

    def _from_iopub(self, frames: list[bytes]) -> None:
        """Welcome a subscriber (Jupyter's JEP 65), so that it knows it will miss nothing."""
        if frames[0][:1] == b"\x01":
            topic = frames[0][1:]
            welcome = Message(
                identities=[topic],
                header=new_header("iopub_welcome", HELLO),
                content=json.dumps({"subscription": topic.decode("utf-8", "replace")}).encode(),
            )
            self._publish(welcome)

    def _answer(
        self, socket: zmq.Socket[bytes], request: Message, msg_type: str, content: dict[str, Any]
    ) -> None:
        """Answer a request here, with the statuses around it that the protocol wants."""
        self._publish(request.reply([b"status"], "status", {"execution_state": "busy"}))
        reply = request.reply(request.identities, msg_type, content)
        send(socket, self._signer.frames(reply))
        self._publish(request.reply([b"status"], "status", {"execution_state": "idle"}))
        if running := self._queue.running:  # else front ends show an idle kernel beside it
            self._publish(running.reply([b"status"], "status", {"execution_state": "busy"}))

    # -- from xpython ---------------------------------------------------------------------

    def _from_inner_shell(self, frames: list[bytes]) -> None:
        message = unsigned(frames)
        if b'"complete_reply"' in message.header:
            frames = self._signer.frames(with_types(message))
        if b'"execute_reply"' not in message.header:
            if message.parent_id != self._hello_id:
                send(self._shell, frames)
            return
        self._asked = False
        self._outputs.read()
        self._publish_held()
        request = self._queue.done(message)
        if b'"error"' in message.content and request is not None:
            content = message.content_fields
            if content.get("ename") == ABORTED:
                aborted = request.reply(request.identities, "execute_reply", {"status": "aborted"})
                send(self._shell, self._signer.frames(aborted))
                self._queue.aborted += 1
                return
            is_error = content.get("status") == "error"
            if is_error and self._queue.kernel_aborts and stops_on_error(request):
                self._to_inner(self._comms.resume())
        send(self._shell, self._numbered(frames))

    def _numbered(self, frames: list[bytes]) -> list[bytes]:
        """Give a cell the number that IPython gives it; xpython counts aborted ones too."""
        if not self._queue.aborted:
            return frames
        message = unsigned(frames)
        content = message.content_fields
        if "execution_count" in content:
            content["execution_count"] -= self._queue.aborted
        return self._signer.frames(message._replace(content=json.dumps(content).encode()))

    def _from_inner_stdin(self, frames: list[bytes]) -> None:
        self._asked = True
        time.sleep(QUESTION_S)
        send(self._stdin, frames)

    def _from_inner_iopub(self, frames: list[bytes]) -> None:
        topic = frames[0]
        if topic.endswith(b"status"):
            self._from_status(frames)
            return
        if topic.endswith(b"error"):
            if ABORTED.encode() in unsigned(frames).content:
                return
        elif topic.endswith(b"execute_input"):
            frames = self._numbered(frames)
        elif topic.endswith((b"comm_open", b"comm_msg", b"comm_close")):
            message = unsigned(frames)
            if self._comms.is_tunnelled(message.content_fields):
                if topic.endswith(b"comm_msg"):
                    self._from_tunnel(message)
                return
        elif not topic:  # xpython's own welcome to this relay
            return
        send(self._iopub, frames)

    def _from_status(self, frames: list[bytes]) -> None:
        message = unsigned(frames)
        if any(silent in message.parent for silent in self._silent_ids):
            return
        if b'"comm_msg"' in message.parent and self._queue.running:
            self._held.add(frames)
        else:
            send(self._iopub, frames)

    def _publish_held(self) -> None:
        for status in self._held.take():
            send(self._iopub, status)

    def _from_tunnel(self, message: Message) -> None:
        socket = self._shell if self._comms.is_reply(message) else self._iopub
        send(socket, self._signer.frames(self._comms.out_of(message)))

    def _publish(self, message: Message) -> None:
        send(self._iopub, self._signer.frames(message))

    # -- from the kernel's process --------------------------------------------------------

    def _from_notes(self) -> None:
        said = os.read(self._ends.notes, CHUNK_BYTES)
        if not said:
            self._poller.unregister(self._ends.notes)
            self._is_over = True
        *lines, self._notes = (self._notes + said).split(b"\n")
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            if word == "tunnel":
                self._comms.tunnel_id = rest
            elif word == ABORTS_ITSELF:
                self._queue.kernel_aborts = True

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
            self._inner_iopub: self._from_inner_iopub,
            self._inner_shell: self._from_inner_shell,
            self._inner_control: partial(send, self._control),
        }
        poller = zmq.Poller()
        for socket in steps:
            poller.register(socket, zmq.POLLIN)
        while ready := dict(poller.poll(LAST_WORDS_MS)):
            for socket in ready:
                self._take_batch(socket, steps[socket])
        self._outputs.read()
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
