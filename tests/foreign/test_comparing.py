"""What differs from the list is found, and a test alone, once more, confirms it."""

from __future__ import annotations

from support.foreign.differences import Differences, lasting, surprises
from support.foreign.outcomes import Outcomes

LISTED = Differences(tests={"theirs": {"test_a.py::test_listed": "why"}})


def of(*, passed: tuple[str, ...] = (), **failed: str) -> Outcomes:
    return Outcomes(
        passed=frozenset(f"test_a.py::{name}" for name in passed),
        failed={f"test_a.py::{name}": text for name, text in failed.items()},
    )


def test_a_failure_that_is_listed_is_no_surprise() -> None:
    found = surprises("theirs", of(passed=("test_other",), test_listed="E"), LISTED)
    assert (found.failed, found.passed) == ({}, frozenset())


def test_a_failure_that_is_not_listed_is_one() -> None:
    found = surprises("theirs", of(test_other="E  lost"), LISTED)
    assert found.failed == {"test_a.py::test_other": "E  lost"}


def test_a_listed_test_that_passes_is_one() -> None:
    found = surprises("theirs", of(passed=("test_listed",)), LISTED)
    assert found.passed == {"test_a.py::test_listed"}


def test_a_surprise_that_a_second_run_confirms_lasts() -> None:
    outcomes = of(passed=("test_listed",), test_other="E")
    found = lasting("theirs", outcomes, LISTED, lambda _: outcomes)
    assert found.failed.keys() == {"test_a.py::test_other"}
    assert found.passed == {"test_a.py::test_listed"}


def test_a_surprise_that_a_second_run_denies_is_gone() -> None:
    outcomes = of(passed=("test_listed",), test_other="E")
    denied = of(passed=("test_other",), test_listed="E")
    found = lasting("theirs", outcomes, LISTED, lambda _: denied)
    assert (found.failed, found.passed) == ({}, frozenset())
