"""Run a test on our kernel, and show that bare xpython fails it."""

from __future__ import annotations

import sys
from zlib import crc32

import pytest

from support.sampling import IS_FULL

OURS, BARE, IPYKERNEL = "datalab", "xpython", "python3"


def fails_on_bare_xpython(why: str) -> pytest.MarkDecorator:
    """Run a test with the fixture ``watch`` on both; on bare xpython it must fail, as said.

    Were it to pass there too, the run would be red: then either the test can't fail, or
    xpython has been mended and our own mending may go. Of these a third are in the sample,
    by what they say; all are in test-full.
    """
    is_sampled = crc32(why.encode()) % 3 == 0
    bare = pytest.param(
        BARE,
        marks=[
            pytest.mark.xfail(raises=AssertionError, reason=why, strict=True),
            pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux"),
            pytest.mark.skipif(not (IS_FULL or is_sampled), reason="in test-full"),
        ],
    )
    return pytest.mark.parametrize("watch", [OURS, bare], indirect=True)


def only_ours(why: str) -> pytest.MarkDecorator:
    """Run a test on our kernel alone: on bare xpython it holds too, or can't be run, as said."""
    assert why
    return pytest.mark.parametrize("watch", [OURS], indirect=True)


def as_ipykernel() -> pytest.MarkDecorator:
    """Run a test on our kernel, and on ipykernel too where every matrix runs whole."""
    theirs = pytest.param(
        IPYKERNEL,
        marks=pytest.mark.skipif(not IS_FULL, reason="compared in test-full"),
    )
    return pytest.mark.parametrize("watch", [OURS, theirs], indirect=True)


def on_both_kernels() -> pytest.MarkDecorator:
    """Run a test on our kernel and on ipykernel, always."""
    return pytest.mark.parametrize("watch", [OURS, IPYKERNEL], indirect=True)
