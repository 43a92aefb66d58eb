"""Messages as frames: what is signed comes back whole, and nothing else is taken for a message."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel_spec.relay.sockets._json import parsed, written
from datalab_kernel_spec.relay.sockets._message import (
    DELIMITER,
    Message,
    Signer,
    new_header,
    unsigned,
)

KEY = b"a secret"
ASKED = Message(
    identities=[b"client"],
    header=b'{"msg_id": "1", "msg_type": "comm_msg", "session": "s", "username": "Ada"}',
    parent=b'{"msg_id": "0"}',
    metadata=b'{"deleted": []}',
    content=b'{"comm_id": "c"}',
    buffers=[b"\x00\xff", b"", DELIMITER],
)


@given(
    identities=st.lists(st.binary().filter(lambda one: one != DELIMITER), max_size=3),
    parts=st.lists(st.binary(), min_size=4, max_size=4),
    buffers=st.lists(st.one_of(st.binary(), st.just(DELIMITER)), max_size=3),
    key=st.binary(max_size=100),
)
def test_a_message_comes_back_as_it_was(
    identities: list[bytes], parts: list[bytes], buffers: list[bytes], key: bytes
) -> None:
    message = Message(identities, *parts, buffers)
    signer = Signer(key)
    assert signer.message(signer.frames(message)) == message


def test_the_signature_is_that_of_jupyters_protocol() -> None:
    signed = b"".join([ASKED.header, ASKED.parent, ASKED.metadata, ASKED.content])
    assert Signer(KEY).frames(ASKED) == [
        b"client",
        b"<IDS|MSG>",
        hmac.new(KEY, signed, hashlib.sha256).hexdigest().encode(),
        ASKED.header,
        ASKED.parent,
        ASKED.metadata,
        ASKED.content,
        *ASKED.buffers,
    ]


@given(key=st.binary(min_size=1, max_size=300))
def test_a_key_of_any_length_is_taken_as_hmac_does(key: bytes) -> None:
    signed = b"".join([ASKED.header, ASKED.parent, ASKED.metadata, ASKED.content])
    wanted = hmac.new(key, signed, hashlib.sha256).hexdigest().encode()
    assert Signer(key).frames(ASKED)[2] == wanted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=JSON, blanks=st.sampled_from(["", " ", "\n"]))
def test_json_is_read_and_written_as_python_does(value: object, blanks: str) -> None:
    text = json.dumps(value)
    assert written(value) == text.encode()
    assert parsed((blanks + text + blanks).encode()) == value


@pytest.mark.parametrize("text", [b"", b"{", b"{} {}", b"nothing", b"[1,]", b"\xff"])
def test_what_is_no_json_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        parsed(text)


@pytest.mark.parametrize("scheme", ["hmac-sha256", "hmac-sha512", "hmac-sha1", "hmac-md5"])
def test_the_connection_files_scheme_decides_the_digest(scheme: str) -> None:
    signature = Signer(KEY, scheme).frames(ASKED)[2]
    assert len(signature) == 2 * hashlib.new(scheme.removeprefix("hmac-")).digest_size


def test_a_scheme_without_digest_means_jupyters_own() -> None:
    assert Signer(KEY, "").frames(ASKED) == Signer(KEY, "hmac-sha256").frames(ASKED)


def test_an_unknown_scheme_is_an_error_at_once() -> None:
    with pytest.raises(AttributeError, match="rot13"):
        Signer(KEY, "hmac-rot13")


@pytest.mark.parametrize("at", [2, 3, 4, 5, 6])
def test_a_message_of_which_one_signed_part_was_changed_is_refused(at: int) -> None:
    frames = Signer(KEY).frames(ASKED)
    frames[at] += b" "
    assert Signer(KEY).message(frames) is None


@pytest.mark.parametrize(
    "stranger", [Signer(b"another key"), Signer(KEY, "hmac-sha512"), Signer(b"")]
)
def test_a_message_with_a_strangers_signature_is_refused(stranger: Signer) -> None:
    assert Signer(KEY).message(stranger.frames(ASKED)) is None


def test_without_a_key_a_message_that_is_signed_all_the_same_is_refused() -> None:
    assert Signer(b"").message(Signer(KEY).frames(ASKED)) is None
    assert Signer(b"").message(Signer(b"").frames(ASKED)) == ASKED


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [b"client"],
        [DELIMITER],
        [DELIMITER, b""],
        [b"client", DELIMITER, b"signature", b"{}", b"{}", b"{}"],
        [b"signature", b"{}", b"{}", b"{}", b"{}"],
    ],
)
def test_what_is_no_message_is_refused(frames: list[bytes]) -> None:
    assert Signer(KEY).message(frames) is None
    with pytest.raises(ValueError, match=r"."):
        unsigned(frames)


@given(st.lists(st.one_of(st.binary(max_size=70), st.just(DELIMITER)), max_size=10))
def test_no_frames_make_the_reader_fail(frames: list[bytes]) -> None:
    assert Signer(KEY).message(frames) is None


@pytest.mark.parametrize("parent", [b"{}", b"null", b'{"date": "today"}'])
def test_a_message_without_parent_has_a_blank_parent_id(parent: bytes) -> None:
    assert ASKED._replace(parent=parent).parent_id == ""


def test_a_reply_names_its_request_and_its_asker() -> None:
    reply = ASKED.reply([b"to"], "comm_info_reply", {"comms": {"ü": 1}})
    assert reply.parent == ASKED.header
    assert reply.parent_id == "1"
    assert reply.content_fields == {"comms": {"ü": 1}}
    assert reply.identities == [b"to"]
    header = reply.header_fields
    assert (header["msg_type"], header["session"]) == ("comm_info_reply", "s")
    assert header["username"] == "Ada"
    assert header["msg_id"] != "1"


def test_a_new_header_has_all_that_the_protocol_wants() -> None:
    header = json.loads(new_header("status", {}))
    assert set(header) == {"msg_id", "msg_type", "session", "username", "date", "version"}
    assert datetime.fromisoformat(header["date"]).tzinfo is not None
    assert json.loads(new_header("status", {}))["msg_id"] != header["msg_id"]
