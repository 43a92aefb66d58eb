"""What is answered beside cells leaves the kernel busy with the cell that front ends know of."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel_spec.relay._ends import PORTS, RelayEnds
from datalab_kernel_spec.relay._process import Relay
from datalab_kernel_spec.relay.sockets._message import Message, Signer, unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the relay needs fork")
SIGNER = Signer(b"")


class Scene:
    """A relay between a front end and an xpython that are both played here."""

    def __init__(self, folder: Path) -> None:
        self.pipes = [*os.pipe(), *os.pipe(), *os.pipe()]
        ports = {name: number for number, name in enumerate(PORTS, 1)}
        front = ports | {"transport": "ipc", "ip": f"{folder}/f", "key": ""}
        self.relay = Relay(
            RelayEnds(
                front=front,
                inner=ports | {"ip": f"{folder}/k"},
                folder=str(folder),
                kernel_pid=os.getpid(),
                parent_pid=0,
                notes=self.pipes[0],
                credit=self.pipes[3],
                outputs={"stdout": self.pipes[4]},
                terminals={"stderr": 2},
            )
        )
        self.published: list[str] = []
        self.relay._front._record = self._note

    def _note(self, frames: list[bytes]) -> None:
        message = unsigned(frames)
        content = message.content_fields
        self.published.append(f"{message.parent_id} {content.get('execution_state', 'other')}")

    def ask(self, name: str, msg_type: str = "execute_request") -> None:
        """Send a front end's request."""
        asked = _request(name, msg_type)._replace(content=b'{"code": "1"}')
        self.relay._requests.from_shell(SIGNER.frames(asked))

    def reply(self, name: str) -> None:
        """Send xpython's reply to a cell."""
        reply = _request(name).reply([b"client"], "execute_reply", {"status": "ok"})
        self.relay._answers.from_shell(SIGNER.frames(reply))

    def show(self, name: str, state: str) -> None:
        """Publish a cell's status, as xpython does."""
        topic = b"kernel_core.status"
        status = _request(name).reply([topic], "status", {"execution_state": state})
        self.relay._answers.from_iopub(SIGNER.frames(status))

    def close(self) -> None:
        """Close what the kernel would."""
        self.relay._front.finish(0)
        for fd in self.pipes:
            os.close(fd)


def _request(name: str, msg_type: str = "execute_request") -> Message:
    header: dict[str, Any] = {"msg_id": name, "msg_type": msg_type, "session": "s"}
    return Message([b"client"], json.dumps(header).encode())


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.close()


def test_a_cell_that_waits_isnt_shown_as_begun_before_the_one_before_it_is_idle(
    scene: Scene,
) -> None:
    scene.ask("a")
    scene.ask("b")
    scene.show("a", "busy")
    scene.reply("a")  # what was published is read a little later
    scene.ask("other", "connect_request")
    scene.show("b", "busy")
    scene.show("a", "idle")
    assert scene.published == [
        *("a busy", "other busy", "other idle", "a busy"),
        *("a idle", "b busy"),
    ]


def test_a_cell_whose_beginning_wasnt_read_yet_isnt_shown_by_others(scene: Scene) -> None:
    scene.ask("a")
    scene.ask("other", "connect_request")
    assert scene.published == ["other busy", "other idle"]


def test_a_cell_that_is_idle_or_given_up_isnt_shown_as_running(scene: Scene) -> None:
    scene.ask("a")
    scene.show("a", "busy")
    scene.reply("a")
    scene.show("a", "idle")
    scene.ask("other", "connect_request")
    assert scene.published[-2:] == ["other busy", "other idle"]
    scene.ask("b")
    scene.show("b", "busy")
    scene.relay._answers._shutdown.end_cells()
    scene.ask("last", "connect_request")
    assert scene.published[-3:] == ["b idle", "last busy", "last idle"]
