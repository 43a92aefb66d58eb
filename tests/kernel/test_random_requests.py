"""Random requests of two clients at once: the protocol's rules hold for each message."""

from __future__ import annotations

import os
import random
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.session import Session
from support.kernel.driver import Kernel
from support.kernel.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
BURSTS = 60 if FULL else 12
CELLS = ["1", "print('p'); 2", "1/0", "display(3)", "import time; time.sleep(0.05)", "x = 5", ""]
OTHERS: dict[str, dict[str, Any]] = {
    "kernel_info_request": {},
    "comm_info_request": {},
    "complete_request": {"code": "pri", "cursor_pos": 3},
    "inspect_request": {"code": "int", "cursor_pos": 3, "detail_level": 0},
    "is_complete_request": {"code": "1"},
    "history_request": {"hist_access_type": "tail", "n": 2, "output": False, "raw": True},
    "connect_request": {},
}
SHOWN = {"1": ["execute_result"], "print('p'); 2": ["stream", "execute_result"]}
SHOWN |= {"1/0": ["error"], "display(3)": ["display_data"]}


class Client(Watch):
    """A client that keeps all replies that reach it."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(kernel)
        self.replies: list[dict[str, Any]] = []

    def _sort(self, channel: str, message: dict[str, Any]) -> None:
        if channel in {"shell", "control"}:
            self.replies.append(message)
        super()._sort(channel, message)


def send_some(chance: random.Random, clients: list[Client]) -> list[tuple[Client, str, str, bool]]:
    """Send requests; return of each the client, its id, its type or code, whether it is silent."""
    sent = []
    for _ in range(chance.randint(1, 8)):
        client = chance.choice(clients)
        if chance.random() < 0.7:
            code, silent = chance.choice(CELLS), chance.random() < 0.15
            kept = chance.random() < 0.8
            request = client.start(code, silent=silent, store_history=kept and not silent)
            sent.append((client, request, code, silent))
        else:
            msg_type = chance.choice([*OTHERS])
            sent.append((client, client.send(msg_type, OTHERS[msg_type]), msg_type, False))
        if chance.random() < 0.1:
            client.kernel.interrupt()
    return sent


def check_cell(cell: Any, code: str, *, silent: bool) -> None:
    """Hold what a cell published against its outcome."""
    status, states = cell.reply["content"]["status"], cell.states
    assert (states[0], states[-1], states.count("idle")) == ("busy", "idle", 1), states
    inputs = len(cell.of("execute_input"))
    if status == "aborted":
        assert (inputs, cell.types) == (0, [])
    elif status == "ok":
        assert (inputs, code == "1/0") == (int(not silent), False)
        if not silent:
            assert cell.types == SHOWN.get(code, [])
    else:
        assert inputs == int(not silent)
        assert cell.reply["content"]["ename"] in {"ZeroDivisionError", "KeyboardInterrupt"}
        assert silent or cell.types.count("error") == 1, (cell.reply, cell.published)


def check_that_none_begins_early(published: list[str], ran: dict[str, Any]) -> None:
    """Hold that nothing of a cell comes before the one before it is idle; aborted ones only arrive."""
    shown = [one for one in published if one in ran and ran[one].of("execute_input")]
    assert [one for one, _messages in groupby(shown)] == [*dict.fromkeys(shown)]


def check_order(cells: list[Any]) -> None:
    """Hold numbers of prompts and aborts against what came before; cells in the kernel's order."""
    last, has_failed = 0, False
    for cell in cells:
        content = cell.reply["content"]
        if content["status"] == "aborted":
            assert has_failed
            continue
        has_failed = content["status"] == "error" and bool(cell.of("execute_input"))
        assert content["execution_count"] >= last
        last = content["execution_count"]


@pytest.mark.parametrize("seed", range(10 if FULL else 1))
def test_each_request_is_answered_once_to_its_asker_and_framed_and_shown_to_all(
    started: Callable[..., AbstractContextManager[Kernel]], seed: int
) -> None:
    chance = random.Random(seed)
    with started(DATALAB_KERNEL_MODE="standalone", DATALAB_KERNEL_WARMUP="off") as kernel:
        own = Session(key=kernel.manager.session.key)
        second = kernel.manager.client(session=own)
        second.start_channels()
        second.wait_for_ready(timeout=60)
        clients = [Client(kernel), Client(Kernel(kernel.manager, second))]
        sent = []
        for _ in range(BURSTS):
            burst = send_some(chance, clients)
            for client, request, _what, _silent in burst:
                client.finish(request)
            sent += burst
        last = clients[0].run("'the last'").request
        clients[1].until(lambda: clients[1].published[-1]["parent_header"].get("msg_id") == last)
        clients[1].until(lambda: clients[1].published[-1]["content"] == {"execution_state": "idle"})
        second.stop_channels()
    for client, request, what, silent in sent:
        cell = client.cell(request)
        if what in OTHERS:
            assert cell.reply["msg_type"] == what.replace("request", "reply")
            assert cell.states == ["busy", "idle"], what
        else:
            check_cell(cell, what, silent=silent)
    ran = {r: c.cell(r) for c, r, what, _ in sent if what not in OTHERS}
    order = [one["parent_header"].get("msg_id") for one in clients[0].published]
    check_that_none_begins_early(order, ran)
    check_order([ran[one] for one in dict.fromkeys(order) if one in ran])
    asked = [Counter(r for c, r, _, _ in sent if c is client) for client in clients]
    asked[0][last] = 1
    for client, wanted in zip(clients, asked, strict=True):
        got = Counter(one["parent_header"]["msg_id"] for one in client.replies)
        assert {one: n for one, n in got.items() if one in asked[0] + asked[1]} == dict(wanted)
    ids = [[one["header"]["msg_id"] for one in client.published] for client in clients]
    both = {*ids[0]} & {*ids[1]}
    assert [one for one in ids[0] if one in both] == [one for one in ids[1] if one in both]
    assert len(both) >= len(ids[0]) - 4  # statuses of the second one's hello
