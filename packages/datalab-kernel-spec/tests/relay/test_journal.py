"""What the journal keeps, and what it answers to a client that was away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel_spec.relay import _journal
from datalab_kernel_spec.relay._journal import CHUNK_BYTES, Journal, Page, Place
from datalab_kernel_spec.relay.sockets._message import Message, Signer, new_header

if TYPE_CHECKING:
    from collections.abc import Sequence

SIGNER = Signer(b"key")


def message(text: str = "", buffers: Sequence[bytes] = ()) -> Message:
    content = b'{"text": "%b"}' % text.encode()
    parent = b'{"msg_id": "cell"}'
    header = new_header("stream", {})
    return Message([b"stream"], header, parent=parent, content=content, buffers=[*buffers])


def add(journal: Journal, *messages: Message) -> None:
    for one in messages:
        journal.add(SIGNER.frames(one))


def parts_of(one: Message) -> list[bytes]:
    return [one.header, one.parent, one.metadata, one.content, *one.buffers]


def read(journal: Journal, since: int = 0) -> list[list[bytes]]:
    """Read all as a client does: page after page, a message's rest on the next one."""
    got: list[list[bytes]] = []
    rest = b""
    while True:
        page = journal.page(Place(since=since, offset=len(rest)))
        assert len(page.content) <= CHUNK_BYTES
        content = rest + page.content
        for said in page.data["messages"]:
            if len(content) < sum(said["sizes"]):
                break
            parts = []
            for size in said["sizes"]:
                parts.append(content[:size])
                content = content[size:]
            got.append(parts)
            since = said["number"]
        rest = content
        if since == page.data["last"]:
            return got


def numbers(page: Page) -> list[int]:
    return [one["number"] for one in page.data["messages"]]


def test_what_followed_a_number_comes_with_parent_and_buffers() -> None:
    journal = Journal()
    sent = [message("a"), message("b", [b"\x00\xff", b""]), message("c")]
    add(journal, *sent)
    assert read(journal) == [parts_of(one) for one in sent]
    assert read(journal, since=1) == [parts_of(one) for one in sent[1:]]
    page = journal.page(Place(since=3))
    assert (page.data["first"], page.data["last"], page.data["messages"]) == (1, 3, [])


def test_what_followed_a_message_is_found_by_its_id() -> None:
    journal = Journal()
    sent = [message("a"), message("b"), message("c")]
    add(journal, *sent)
    seen = sent[1].header_fields["msg_id"]
    page = journal.page(Place(after=seen))
    assert (page.data["since"], numbers(page)) == (2, [3])


def test_the_journals_own_messages_are_places_and_not_kept() -> None:
    journal = Journal()
    own = message("own")
    add(journal, message("a"))
    journal.add_own(own)
    add(journal, message("b"))
    page = journal.page(Place(after=own.header_fields["msg_id"]))
    assert (page.data["last"], page.data["since"], numbers(page)) == (2, 1, [2])


@pytest.mark.parametrize(
    "place",
    [
        Place(),
        Place(since=3),
        Place(since=-1),
        Place(after="never seen"),
        Place(since=1, journal="of another start"),
    ],
)
def test_a_place_that_isnt_known_is_answered_with_what_is_there(place: Place) -> None:
    journal = Journal()
    add(journal, message("a"), message("b"))
    page = journal.page(place)
    assert (page.data["since"], page.data["first"], page.data["last"]) == (None, 1, 2)
    assert page.content == b""


def test_the_number_of_this_start_is_taken_with_its_name() -> None:
    journal = Journal()
    add(journal, message("a"), message("b"))
    name = journal.page(Place()).data["journal"]
    assert numbers(journal.page(Place(since=1, journal=name))) == [2]


def test_the_oldest_go_where_there_is_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_journal, "KEPT_BYTES", 100_000)
    journal = Journal()
    add(journal, *(message("x" * 10_000) for _ in range(30)))
    page = journal.page(Place(since=3))
    assert (page.data["since"], page.data["last"]) == (None, 30)
    first = page.data["first"]
    assert 20 < first < 25
    assert numbers(journal.page(Place(since=first - 1))) == [*range(first, 31)]
    add(journal, message("x" * 200_000))
    assert journal.page(Place()).data["first"] == 32


def test_what_is_older_than_an_hour_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    add(journal, message("a"))
    later = _journal.time.monotonic() + 3599
    monkeypatch.setattr(_journal.time, "monotonic", lambda: later)
    add(journal, message("b"))
    journal.forget_old()
    assert journal.page(Place()).data["first"] == 1
    later += 2
    journal.forget_old()
    assert journal.page(Place()).data["first"] == 2


def test_large_messages_come_in_pieces_that_any_link_takes() -> None:
    journal = Journal()
    sent = [
        message("small"),
        message("large", [bytes(CHUNK_BYTES * 2), b"end"]),
        message("x" * CHUNK_BYTES),
        message("last"),
    ]
    add(journal, *sent)
    assert read(journal) == [parts_of(one) for one in sent]


def test_many_small_messages_come_in_several_answers() -> None:
    journal = Journal()
    sent = [message(str(number)) for number in range(12_000)]
    add(journal, *sent)
    assert len(journal.page(Place(since=0)).data["messages"]) == 5000
    assert read(journal) == [parts_of(one) for one in sent]


@pytest.mark.parametrize(
    "data", [None, 7, [], {}, {"since": "1"}, {"after": 3}, {"since": None, "offset": -4}]
)
def test_whatever_a_client_asks_is_answered(data: Any) -> None:
    journal = Journal()
    add(journal, message())
    assert journal.page(Place.asked(data)).data["since"] is None
