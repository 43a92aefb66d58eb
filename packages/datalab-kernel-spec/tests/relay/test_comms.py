"""Comms through the tunnel: what goes in and out, and which are open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datalab_kernel_spec.protocol._words import RESUME
from datalab_kernel_spec.relay._comms import RESUME_ID, Comms, under_own_type
from datalab_kernel_spec.relay.sockets._message import Message

WIDGET = "jupyter.widget"


def asked(msg_type: str, content: dict[str, Any], session: str = "s", **parts: Any) -> Message:
    """Return a front end's request."""
    header = {"msg_id": f"{msg_type}-1", "msg_type": msg_type, "session": session}
    return Message([session.encode()], json.dumps(header).encode(), content=_json(content), **parts)


def published(msg_type: str, content: dict[str, Any], parent: bytes = b"", *rest: bytes) -> Message:
    """Return what the kernel sends through the tunnel."""
    return Message(
        identities=[b"comm_msg"],
        header=b'{"msg_id": "inner", "msg_type": "comm_msg", "session": "kernel"}',
        parent=b'{"msg_id": "running"}',
        content=_json({"comm_id": "tunnel", "data": {"type": msg_type}}),
        buffers=[parent, _json(content), b'{"m": 1}', *rest],
    )


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()


@pytest.fixture
def comms() -> Comms:
    comms = Comms()
    comms.tunnel_id = "tunnel"
    return comms


def opened(comms: Comms, comm_id: str, target: str = WIDGET) -> None:
    comms.into(asked("comm_open", {"comm_id": comm_id, "target_name": target}))


def known(comms: Comms, session: str = "s", **content: Any) -> dict[str, Any]:
    found: dict[str, Any] = comms.info(asked("comm_info_request", content, session))["comms"]
    return found


@pytest.mark.parametrize("msg_type", ["comm_open", "comm_msg", "comm_close", "history_request"])
def test_a_message_goes_into_the_tunnel_whole(comms: Comms, msg_type: str) -> None:
    content = {"comm_id": "c", "target_name": "t", "data": {"ü": 1}}
    message = asked(msg_type, content, metadata=b'{"m": 1}', buffers=[b"\x00", b""])
    inside = comms.into(message)
    assert inside.content_fields == {"comm_id": "tunnel", "data": {"type": msg_type}}
    own = [message.header, message.content, b'{"m": 1}', message.parent]
    assert inside.buffers == [*own, b"\x00", b""]
    assert inside.header_fields.pop("datalab_kernel_type", msg_type) == msg_type
    assert inside.header_fields["msg_type"] == "comm_msg"
    assert inside.identities == message.identities


@pytest.mark.parametrize("msg_type", ["comm_open", "comm_msg", "comm_close", "history_request"])
def test_a_status_names_the_parent_that_the_front_end_sent(comms: Comms, msg_type: str) -> None:
    message = asked(msg_type, {"comm_id": "c", "target_name": "t"})
    status = comms.into(message).reply([b"status"], "status", {"execution_state": "busy"})
    assert json.loads(under_own_type(status).parent) == message.header_fields


def test_a_message_comes_out_of_the_tunnel_with_the_parent_that_it_names(comms: Comms) -> None:
    outside = comms.out_of(published("stream", {"text": "ü"}, b'{"msg_id": "cell"}', b"\x00", b""))
    assert outside.identities == [b"stream"]
    assert outside.header_fields["msg_type"] == "stream"
    assert outside.header_fields["session"] == "kernel"
    assert outside.parent_id == "cell"
    assert outside.content_fields == {"text": "ü"}
    assert outside.metadata == b'{"m": 1}'
    assert outside.buffers == [b"\x00", b""]


def test_without_a_parent_of_its_own_it_belongs_to_the_cell_that_runs(comms: Comms) -> None:
    assert comms.out_of(published("display_data", {})).parent_id == "running"


def test_an_answer_goes_to_the_client_that_asked_and_only_once(comms: Comms) -> None:
    ada = asked("history_request", {}, "ada")._replace(identities=[b"ada", b"2"])
    comms.into(ada)
    answer = published("history_reply", {"history": []}, ada.header)
    assert comms.is_reply(answer)
    assert comms.out_of(answer).identities == [b"ada", b"2"]
    with pytest.raises(KeyError, match="history_request-1"):
        comms.out_of(answer)


@pytest.mark.parametrize("msg_type", ["stream", "comm_msg", "comm_open", "execute_reply"])
def test_what_is_published_answers_nobody(comms: Comms, msg_type: str) -> None:
    assert not comms.is_reply(published(msg_type, {}))


def test_the_word_to_resume_can_be_told_by_its_id(comms: Comms) -> None:
    word = comms.resume()
    assert word.header_fields["msg_id"] == RESUME_ID
    assert word.content_fields == {"comm_id": "tunnel", "data": {"type": RESUME}}


def test_before_the_kernel_has_named_its_tunnel_nothing_comes_through_it() -> None:
    assert not Comms().is_tunnelled({"comm_id": ""})
    assert not Comms().is_tunnelled({})


def test_only_the_tunnels_own_messages_come_through_it(comms: Comms) -> None:
    assert comms.is_tunnelled({"comm_id": "tunnel"})
    assert not comms.is_tunnelled({"comm_id": "c"})
    assert not comms.is_tunnelled({})


def test_comms_opened_and_closed_on_either_side_are_known(comms: Comms) -> None:
    opened(comms, "theirs", "plot")
    comms.out_of(published("comm_open", {"comm_id": "ours", "target_name": WIDGET}))
    assert known(comms) == {"theirs": {"target_name": "plot"}, "ours": {"target_name": WIDGET}}
    comms.into(asked("comm_close", {"comm_id": "ours"}))
    comms.out_of(published("comm_close", {"comm_id": "theirs"}))
    assert known(comms) == {}


def test_a_message_neither_opens_nor_closes_a_comm(comms: Comms) -> None:
    opened(comms, "c")
    comms.into(asked("comm_msg", {"comm_id": "c"}))
    comms.into(asked("comm_msg", {"comm_id": "unknown"}))
    comms.into(asked("comm_close", {"comm_id": "unknown"}))
    assert [*known(comms)] == ["c"]


@pytest.mark.parametrize("everything", [{}, {"target_name": None}, {"target_name": ""}])
def test_comm_info_without_a_target_names_all(comms: Comms, everything: dict[str, Any]) -> None:
    opened(comms, "a", "plot")
    opened(comms, "b")
    assert [*known(comms, **everything)] == ["a", "b"]
    assert [*known(comms, target_name="plot")] == ["a"]
    assert [*known(comms, target_name="none of these")] == []


def close(session: str, comm_id: str = "w") -> Message:
    return asked("comm_close", {"comm_id": comm_id}, session)


def test_a_page_that_shows_no_widgets_may_not_close_those_of_another(comms: Comms) -> None:
    opened(comms, "w")
    known(comms, "notebook", target_name=WIDGET)
    assert comms.is_strangers_close(close("page of files"))
    assert not comms.is_strangers_close(close("notebook"))


def test_it_may_close_what_is_no_widget_and_where_nobody_shows_widgets(comms: Comms) -> None:
    opened(comms, "w")
    assert not comms.is_strangers_close(close("page of files"))
    known(comms, "notebook", target_name=WIDGET)
    opened(comms, "p", "plot")
    assert not comms.is_strangers_close(close("page of files", "p"))
    assert not comms.is_strangers_close(close("page of files", "unknown"))


def test_it_may_send_and_open(comms: Comms) -> None:
    opened(comms, "w")
    known(comms, "notebook", target_name=WIDGET)
    assert not comms.is_strangers_close(asked("comm_msg", {"comm_id": "w"}, "page of files"))
    assert not comms.is_strangers_close(asked("comm_open", {"comm_id": "w"}, "page of files"))


def test_who_asks_for_all_comms_isnt_taken_for_one_that_shows_widgets(comms: Comms) -> None:
    opened(comms, "w")
    known(comms, "notebook", target_name=WIDGET)
    known(comms, "page of files")
    assert comms.is_strangers_close(close("page of files"))
