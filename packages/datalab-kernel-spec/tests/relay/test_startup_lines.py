"""Which of xpython's lines stay on the terminal."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel_spec.relay.outputs._startup_lines import StartupLines

SAID = b"""registering handler for SIGSEGV
WARNING: this instance of xeus-python has been installed from a PyPI wheel.
We recommend using a general-purpose package manager instead, such as Conda / Mamba.


Starting xeus-python kernel...

If you want to connect to this kernel from an other client, you can use the /tmp/k/kernel.json file.
Run with XEUS 6.0.5
"""
ERROR = b"Traceback (most recent call last):\n\n  File ...\nImportError: no numpy"


def left(*pieces: bytes) -> bytes:
    lines = StartupLines()
    return b"".join([*map(lines.without, pieces), lines.rest()])


@given(st.lists(st.integers(0, len(SAID + ERROR)), max_size=5))
def test_only_the_error_is_left_however_the_text_is_cut(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(SAID + ERROR)]
    pieces = [(SAID + ERROR)[a:b] for a, b in pairwise(ends)]
    assert left(*pieces) == ERROR


@pytest.mark.parametrize("text", [ERROR + b"\n", b"Running\n", b"x\n\ny\n", b"WARNING: mine\n"])
def test_what_others_say_stays(text: bytes) -> None:
    assert left(text) == text
    assert left(text, SAID) == left(SAID, text) == text


def test_a_line_of_which_only_the_beginning_was_said_is_shown_at_the_end() -> None:
    assert left(b"Run") == b"Run"


def test_a_prompt_without_its_end_is_shown_at_once() -> None:
    assert StartupLines().without(b"Password: ") == b"Password: "
