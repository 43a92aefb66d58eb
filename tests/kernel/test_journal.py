"""A client that was away asks what the kernel published meanwhile, whoever else was connected."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from support.kernel.driver import Kernel
from support.kernel.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

TARGET = "datalab.journal"
BUFFERS = """
from comm import create_comm
comm = create_comm('some target', data={}); comm.send({'n': 1}, buffers=[b'\\x00\\xff'])
"""


class Journal:
    """The journal's comm of one client."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.comm_id = uuid4().hex
        opened = self._sent("comm_open", {"target_name": TARGET})
        self.numbers: dict[str, Any] = opened[0]["content"]["data"]

    def _sent(self, msg_type: str, content: dict[str, Any]) -> list[dict[str, Any]]:
        content = {"comm_id": self.comm_id, "data": {}, **content}
        handled = self.watch.handled(self.watch.send(msg_type, content))
        return [one for one in handled.published if one["msg_type"] == "comm_msg"]

    def page(self, **data: Any) -> dict[str, Any]:
        [answer] = self._sent("comm_msg", {"data": data})
        page: dict[str, Any] = answer["content"]["data"]
        return {**page, "content": b"".join(bytes(one) for one in answer["buffers"])}

    def read(self, **place: Any) -> list[dict[str, Any]]:
        """Return all messages that followed a place."""
        page = self.page(**place)
        assert page["since"] is not None
        since, rest, got = page["since"], page["content"], []
        while True:
            for said in page["messages"]:
                if len(rest) < sum(said["sizes"]):
                    break
                parts = []
                for size in said["sizes"]:
                    parts.append(rest[:size])
                    rest = rest[size:]
                got.append(as_message(parts))
                since = said["number"]
            if since == page["last"]:
                return got
            page = self.page(since=since, offset=len(rest))
            rest += page["content"]


def as_message(parts: list[bytes]) -> dict[str, Any]:
    header, parent, metadata, content = map(json.loads, parts[:4])
    return {
        "header": header,
        "parent_header": parent,
        "metadata": metadata,
        "content": content,
        "buffers": parts[4:],
    }


def ids(messages: list[dict[str, Any]]) -> list[str]:
    return [one["header"]["msg_id"] for one in messages]


@contextmanager
def another_client(kernel: Kernel) -> Iterator[Watch]:
    client = kernel.manager.blocking_client()
    client.start_channels(hb=False)
    client.wait_for_ready(timeout=60)
    try:
        yield Watch(Kernel(kernel.manager, client))
    finally:
        client.stop_channels()


def test_what_was_published_comes_again_with_parents_and_buffers(kernel: Kernel) -> None:
    watch = Watch(kernel)
    journal = Journal(watch)
    cells = [watch.run("print('one'); 2"), watch.run(BUFFERS)]
    seen = [one for cell in cells for one in cell.published]
    again = journal.read(since=journal.numbers["last"])
    assert ids(again) == ids(seen)
    for new, old in zip(again, seen, strict=True):
        assert new["parent_header"]["msg_id"] == old["parent_header"]["msg_id"]
        assert new["content"] == old["content"]
        assert new["buffers"] == [bytes(one) for one in old["buffers"]]
    assert [one["buffers"] for one in again if one["buffers"]] == [[b"\x00\xff"]]


def test_it_answers_while_a_cell_runs_and_the_kernel_still_looks_busy(kernel: Kernel) -> None:
    watch = Watch(kernel)
    journal = Journal(watch)
    cell = watch.start("import time; print('on', flush=True); time.sleep(50)")
    watch.until(lambda: watch.cell(cell).text() == "on\n")
    again = journal.read(since=journal.numbers["last"])
    assert [one["header"]["msg_type"] for one in again] == ["status", "execute_input", "stream"]
    watch.settle(0.1)
    last = [one for one in watch.published if one["msg_type"] == "status"][-1]
    assert last["content"] == {"execution_state": "busy"}
    kernel.interrupt()
    watch.finish(cell)


def test_a_client_that_lost_its_link_gets_what_it_missed_though_others_were_there(
    kernel: Kernel,
) -> None:
    stays = Watch(kernel)
    with another_client(kernel) as leaves:
        leaves.run("print('seen')")
        last_seen = ids(leaves.published)[-1]
    cells = [stays.run(f"print({number}); {number}") for number in range(5)]
    with another_client(kernel) as comes_back:
        again = Journal(comes_back).read(after=last_seen)
    missed = ids([one for cell in cells for one in cell.published])
    assert [one for one in ids(again) if one in {*missed}] == missed
    parents = {one["parent_header"]["msg_type"] for one in again}
    assert parents <= {"execute_request", "kernel_info_request"}


def test_two_clients_ask_and_neither_finds_the_answers_of_the_other(kernel: Kernel) -> None:
    watch = Watch(kernel)
    with another_client(kernel) as other:
        journals = [Journal(watch), Journal(other)]
        cell = watch.run("print('x' * 1000)")
        for _ in range(3):
            shown = [journal.read(since=journals[1].numbers["last"]) for journal in journals]
            assert ids(shown[0]) == ids(shown[1]) == ids(cell.published)
        own = ids(other.published)[-1]  # of the journal itself
        assert journals[1].read(after=own) == []


def test_of_much_output_the_last_64_mb_are_kept_and_it_says_from_which_number_on(
    fresh: Kernel,
) -> None:
    watch = Watch(fresh)
    journal = Journal(watch)
    show = "from IPython.display import display\n"
    watch.run(show + "for n in range(80): display({'text/plain': str(n) + 'x' * 10**6}, raw=True)")
    page = journal.page(since=journal.numbers["last"])
    assert page["since"] is None
    assert page["content"] == b""
    again = journal.read(since=page["first"] - 1)
    data = [one["content"]["data"] for one in again if "data" in one["content"]]
    assert 60 <= len(data) <= 64
    assert [int(one["text/plain"].rstrip("x")) for one in data] == [*range(80 - len(data), 80)]


def test_a_restarted_kernel_says_that_its_numbers_are_new(fresh: Kernel) -> None:
    before = Journal(Watch(fresh))
    watch = before.watch
    last_seen = watch.run("1").published[-1]["header"]["msg_id"]
    fresh.manager.restart_kernel()
    fresh.client.wait_for_ready(timeout=60)
    journal = Journal(watch)
    assert journal.numbers["journal"] != before.numbers["journal"]
    page = journal.page(after=last_seen)
    assert (page["since"], page["first"]) == (None, 1)
    assert journal.page(since=1, journal=before.numbers["journal"])["since"] is None
    assert journal.page(since=1, journal=page["journal"])["since"] == 1


def test_who_closes_it_is_answered_no_more(kernel: Kernel) -> None:
    watch = Watch(kernel)
    journal = Journal(watch)
    closed = watch.handled(watch.send("comm_close", {"comm_id": journal.comm_id, "data": {}}))
    assert closed.states == ["busy", "idle"]
    content = {"comm_id": journal.comm_id, "data": {"since": 0}}
    assert "comm_msg" not in watch.handled(watch.send("comm_msg", content)).types


@pytest.mark.parametrize("is_off", [True, False])
def test_where_it_is_off_its_comm_is_closed_as_that_of_any_unknown_target(
    started: Callable[..., AbstractContextManager[Kernel]], is_off: bool
) -> None:
    value = "off" if is_off else "on"
    env = {"DATALAB_KERNEL_JOURNAL": value, "DATALAB_KERNEL_WARMUP": "off"}
    with started(DATALAB_KERNEL_MODE="standalone", **env) as kernel:
        watch = Watch(kernel)
        watch.run("1")
        content = {"comm_id": "j", "target_name": TARGET, "data": {"since": 0}}
        opened = watch.handled(watch.send("comm_open", content))
        assert ("comm_close" in opened.types) is is_off
        assert ("comm_msg" in opened.types) is not is_off
