"""Output of child processes between marks, however the pipe cuts the stream."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datalab_kernel_spec.protocol._marks import BEGIN, END, mark, meeting_mark
from datalab_kernel_spec.relay.outputs._pieces import Begun, Meeting, Pieces, Text

HEADERS = st.integers(0, 99).map(lambda number: b'{"msg_id": "%d"}' % number)
# Text that looks like the beginning or the end of a mark, but is none.
TEXTS = (
    st.lists(st.sampled_from([b"a", b"\n", b"\x00", b"\x1e", END, BEGIN[:-1], BEGIN[1:], b"\xc3"]))
    .map(b"".join)
    .filter(lambda text: BEGIN not in text)
)


def texts(pieces: Pieces, chunk: bytes) -> list[bytes]:
    """Return the texts in what was read."""
    return [piece.text for piece in pieces.of(chunk) if isinstance(piece, Text)]


def attributed(chunks: list[bytes]) -> dict[bytes, bytes]:
    """Return what each header's cell has written; blank is the header before the first cell."""
    pieces, found = Pieces(), dict[bytes, bytes]()
    for chunk in chunks:
        for piece in pieces.of(chunk):
            if isinstance(piece, Text):
                found[piece.header] = found.get(piece.header, b"") + piece.text
    return found


def cut(stream: bytes, at: list[int]) -> list[bytes]:
    """Cut a stream at these places."""
    places = sorted({place % (len(stream) + 1) for place in at})
    return [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]


@given(
    cells=st.lists(st.tuples(HEADERS, TEXTS), unique_by=lambda cell: cell[0], max_size=4),
    before=TEXTS,
    at=st.lists(st.integers(0, 1 << 16), max_size=20),
)
@example(cells=[(b"{}", b"x")], before=b"y", at=[*range(60)])
def test_text_reaches_its_cell_wherever_the_stream_is_cut(
    cells: list[tuple[bytes, bytes]], before: bytes, at: list[int]
) -> None:
    stream = before + b"".join(mark(header) + text for header, text in cells)
    # The last byte shows that nothing before it was kept back.
    wanted = {b"": before, **dict(cells)}
    last = cells[-1][0] if cells else b""
    wanted[last] += b"."
    assert attributed(cut(stream + b".", at)) == {
        cell: text for cell, text in wanted.items() if text
    }


def test_text_isnt_kept_back_until_more_comes() -> None:
    assert attributed([mark(b"{}") + b"name? "]) == {b"{}": b"name? "}


@pytest.mark.parametrize("length", range(1, len(BEGIN)))
def test_the_beginning_of_a_mark_is_kept_back_and_given_once_it_is_none(length: int) -> None:
    pieces = Pieces()
    assert texts(pieces, b"text" + BEGIN[:length]) == [b"text"]
    assert texts(pieces, b"!") == [BEGIN[:length] + b"!"]


def test_a_mark_that_isnt_whole_yet_changes_no_cell() -> None:
    pieces = Pieces()
    begun = [*pieces.of(mark(b"{1}") + b"one" + mark(b"{2}")[:-1])]
    assert begun == [Begun(b"{1}"), Text(b"{1}", b"one")]
    assert [*pieces.of(b"\x00two")] == [Begun(b"{2}"), Text(b"{2}", b"two")]


def test_cells_that_write_nothing_give_no_text() -> None:
    pieces = Pieces()
    assert [*pieces.of(mark(b"{1}") + mark(b"{2}"))] == [Begun(b"{1}"), Begun(b"{2}")]
    assert [*pieces.of(b"")] == []


def test_a_meeting_has_its_place_in_the_text_of_its_cell() -> None:
    pieces = Pieces()
    written = mark(b"{1}") + b"before" + meeting_mark(12) + b"after"
    expected = [Text(b"{1}", b"before"), Meeting(12), Text(b"{1}", b"after")]
    assert [*pieces.of(written)][1:] == expected
