"""Output of child processes between marks, however the pipe cuts the stream."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datalab_kernel_spec.relay._marks import BEGIN, END, Pieces, mark

HEADERS = st.integers(0, 99).map(lambda number: b'{"msg_id": "%d"}' % number)
# Text that looks like the beginning or the end of a mark, but is none.
TEXTS = (
    st.lists(st.sampled_from([b"a", b"\n", b"\x00", b"\x1e", END, BEGIN[:-1], BEGIN[1:], b"\xc3"]))
    .map(b"".join)
    .filter(lambda text: BEGIN not in text)
)


def attributed(chunks: list[bytes]) -> dict[bytes, bytes]:
    """Return what each header's cell has written; blank is the header before the first cell."""
    pieces, found = Pieces(), dict[bytes, bytes]()
    for chunk in chunks:
        for piece in pieces.of(chunk):
            found[pieces.header] = found.get(pieces.header, b"") + piece
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
    assert [*pieces.of(b"text" + BEGIN[:length])] == [b"text"]
    assert [*pieces.of(b"!")] == [BEGIN[:length] + b"!"]


def test_a_mark_that_isnt_whole_yet_changes_no_cell() -> None:
    pieces = Pieces()
    assert [*pieces.of(mark(b"{1}") + b"one" + mark(b"{2}")[:-1])] == [b"one"]
    assert pieces.header == b"{1}"
    assert [*pieces.of(b"\x00two")] == [b"two"]
    assert pieces.header == b"{2}"


def test_cells_that_write_nothing_give_nothing() -> None:
    pieces = Pieces()
    assert [*pieces.of(mark(b"{1}") + mark(b"{2}"))] == []
    assert pieces.header == b"{2}"
    assert [*pieces.of(b"")] == []
