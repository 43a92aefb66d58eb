"""Messages in frames: both formats give back what went in, and nonsense is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datalab_kernel_client import Message, MessageTooLargeError
from datalab_kernel_client.kernels._wire import LIMIT_BYTES, V1, check_size, decode, encode

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
CONTENTS = st.dictionaries(TEXTS, VALUES, max_size=4)
BUFFERS = st.lists(st.binary(max_size=50), max_size=3)


@pytest.mark.parametrize("subprotocol", [V1, ""])
@given(content=CONTENTS, metadata=CONTENTS, buffers=BUFFERS)
@settings(max_examples=40, deadline=None)
def test_what_is_put_into_a_frame_comes_out_of_it(subprotocol, content, metadata, buffers) -> None:
    sent = Message.new("x", content, session="me", metadata=metadata, buffers=buffers)
    got = decode(encode(sent, subprotocol), subprotocol)
    assert (got.channel, got.header, got.content) == ("shell", sent.header, content)
    assert (got.metadata, [bytes(one) for one in got.buffers]) == (metadata, buffers)


@pytest.mark.parametrize("subprotocol", [V1, ""])
@pytest.mark.parametrize("frame", [b"", b"\x05", bytes(200), b"\xff" * 64, "{}", "[1]", "no"])
def test_a_frame_that_is_no_message_is_refused(subprotocol: str, frame: str | bytes) -> None:
    with pytest.raises(ValueError, match="no Jupyter message"):
        decode(frame, subprotocol)


def test_a_message_without_a_parent_has_empty_texts_for_it() -> None:
    text = json.dumps({"header": {"msg_type": "iopub_welcome"}, "parent_header": None})
    got = decode(text, "")
    assert (got.msg_type, got.parent_id, got.parent_type, got.date) == (
        *("iopub_welcome", "", ""),
        None,
    )


def test_what_a_server_would_not_take_is_refused_with_its_size() -> None:
    with pytest.raises(MessageTooLargeError) as caught:
        check_size(Message.new("x", session="me", buffers=[bytes(LIMIT_BYTES)]))
    assert caught.value.size_bytes > caught.value.limit_bytes == LIMIT_BYTES


def test_what_is_no_json_is_refused_by_the_call() -> None:
    with pytest.raises(TypeError, match="object can't be sent"):
        check_size(Message.new("x", {"a": object()}, session="me"))


def test_a_buffer_with_gaps_is_refused() -> None:
    with pytest.raises(BufferError, match="contiguous"):
        Message.new("x", session="me", buffers=[memoryview(b"abcd")[::2]])
