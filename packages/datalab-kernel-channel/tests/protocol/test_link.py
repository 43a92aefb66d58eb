"""A link over a wire that loses, doubles, delays and reorders."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.faulty_wire import Faults, FaultyWire

from datalab_kernel_channel.protocol._link import Link
from datalab_kernel_channel.protocol._table import Refused

faults = st.builds(
    Faults,
    drop=st.floats(0, 0.6),
    double=st.floats(0, 0.5),
    slowest_s=st.sampled_from([0.002, 0.05, 1.5]),
    until_s=st.sampled_from([0.0, 5.0, 30.0]),
)
posts = st.lists(
    st.tuples(st.sampled_from(["kernel", "page"]), st.floats(0, 3), st.integers(1, 4)),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(faults=faults, seed=st.integers(0, 2**32), posts=posts)
def test_every_item_arrives_once_and_in_order_whatever_the_wire_does(faults, seed, posts):
    wire = FaultyWire(faults, seed)
    sent = {"kernel": [], "page": []}
    for number, (side, pause_s, count) in enumerate(posts):
        for piece in range(count):
            text = f"{number}.{piece}"
            sent[side].append(text)
            wire.post(side, {"text": text}, [b"x" * piece] if piece else [])
        wire.run(wire.now + pause_s)
    wire.run(120.0)
    assert wire.arrived["page"] == sent["kernel"]
    assert wire.arrived["kernel"] == sent["page"]
    assert all(link.is_idle for link in wire.links.values())


def test_an_idle_link_says_nothing():
    wire = FaultyWire(Faults(), 0)
    wire.post("kernel", {"text": "a"})
    wire.run(10.0)
    frames = wire.frames
    wire.run(1000.0)
    assert (wire.frames, frames) == (2, 2)


def test_items_posted_together_travel_in_one_frame():
    link = Link()
    for text in "abc":
        link.post({"text": text})
    assert len(link.transmit(0.0)) == 1


def test_a_frame_stays_below_8_mib_and_its_items_keep_their_buffers():
    link = Link()
    for _ in range(5):
        link.post({"text": ""}, [bytes(3 << 20)])
    frames = link.transmit(0.0)
    assert [len(buffers) for _, buffers in frames] == [2, 2, 1]


def test_no_more_than_16_mib_fly_unacknowledged():
    link = Link()
    for _ in range(10):
        link.post({"text": ""}, [bytes(4 << 20)])
    assert len(link.transmit(0.0)) == 4
    link.receive({"frame": "ack", "received": 2}, [], 0.1)
    assert [frame["number"] for frame, _ in link.transmit(0.1)] == [5, 6]


def test_a_gap_is_asked_for_at_once_and_only_once_in_half_a_second():
    link = Link()
    data = {"frame": "data", "received": 0, "items": []}
    link.receive(data | {"number": 1}, [], 0.0)
    link.receive(data | {"number": 4}, [], 0.0)
    link.receive(data | {"number": 5}, [], 0.1)
    assert link.transmit(0.1) == [({"frame": "resend", "missing": [[2, 3]], "received": 1}, [])]
    link.receive({"frame": "ping", "received": 0, "sent": 5}, [], 0.6)
    assert link.transmit(0.6)[0][0]["missing"] == [[2, 3]]


def test_a_silent_page_is_lost_and_gets_nothing_new_until_it_is_heard_again():
    wire = FaultyWire(Faults(drop=1.0, until_s=20.0), 0)
    wire.post("kernel", {"text": "a"})
    wire.run(15.0)
    assert not wire.links["kernel"].is_connected
    late = wire.links["kernel"].post({"text": "b"})
    wire.run(19.0)
    assert not late.is_sent
    wire.run(40.0)
    assert wire.arrived["page"] == ["a", "b"]
    assert wire.links["kernel"].is_connected


def test_a_kernel_that_was_busy_itself_does_not_take_the_page_for_lost():
    link = Link()
    link.post({"text": "a"})
    link.transmit(0.0)
    link.tick(1.0)
    link.tick(60.0)
    assert link.is_connected


def test_a_page_that_owes_an_answer_is_asked_for_a_sign_of_life_every_ten_seconds():
    link = Link()
    link.await_signs(is_awaiting=True, now=0.0)
    assert link.next_time() == 10.0
    link.tick(10.0)
    assert link.transmit(10.0)[0][0]["frame"] == "ping"
    link.receive({"frame": "pong", "received": 0, "sent": 0}, [], 10.1)
    assert link.next_time() == pytest.approx(20.1)


@pytest.mark.parametrize(
    "frame",
    [
        {"frame": "ack", "received": 1},
        {"frame": "data", "received": 0, "number": 5000, "items": []},
        {"frame": "resend", "received": 0, "missing": [[1, 10**15]]},
    ],
)
def test_numbers_that_cannot_be_are_refused(frame):
    with pytest.raises(Refused):
        Link().receive(frame, [], 0.0)


def test_what_was_not_sent_can_be_taken_back():
    link = Link()
    first, second = link.post({"text": "a"}), link.post({"text": "b"})
    assert link.withdraw(second)
    assert len(link.transmit(0.0)[0][0]["items"]) == 1
    assert not link.withdraw(first)
