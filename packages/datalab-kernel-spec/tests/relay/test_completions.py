"""The types of completions, carried as one match too many."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel_spec.protocol._words import types_as_match
from datalab_kernel_spec.relay.replies._completions import KEY, with_types
from datalab_kernel_spec.relay.sockets._message import Message

TYPES = [{"start": 0, "end": 1, "text": "abs", "type": "function"}]


def reply(**content: Any) -> Message:
    text = json.dumps({"status": "ok", **content}).encode()
    return Message([b"client"], b'{"msg_type": "complete_reply"}', content=text)


@given(st.lists(st.text()), st.lists(st.dictionaries(st.text(), st.text() | st.integers())))
def test_types_come_to_the_metadata_and_the_matches_are_as_before(
    matches: list[str], types: list[dict[str, Any]]
) -> None:
    found = with_types(reply(matches=[*matches, types_as_match(types)], metadata={"a": 1}))
    assert found.content_fields == {
        "status": "ok",
        "matches": matches,
        "metadata": {"a": 1, KEY: types},
    }


@pytest.mark.parametrize("metadata", [{}, {"metadata": None}, {"metadata": {}}])
def test_a_reply_that_has_no_metadata_gets_some(metadata: dict[str, Any]) -> None:
    found = with_types(reply(matches=["abs", types_as_match(TYPES)], **metadata))
    assert found.content_fields["metadata"] == {KEY: TYPES}


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"matches": []},
        {"matches": None},
        {"matches": ["abs"]},
        {"matches": [types_as_match(TYPES), "abs"]},
        {"matches": ["datalab-kernel types:[]"]},
    ],
)
def test_a_reply_without_types_is_passed_on_untouched(content: dict[str, Any]) -> None:
    assert with_types(reply(**content)) is not None
    assert with_types(reply(**content)) == reply(**content)
