"""The list of foreign tests that fail on our kernel, why, and what of it the docs show."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from support.foreign.outcomes import Outcomes

LIST = Path(__file__).parents[2] / "foreign" / "differences.toml"
PAGE = Path(__file__).parents[3] / "docs/guide/differences.md"
BEGIN, END = "| Test | Why it fails |", "<!-- end of the list -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What is listed: reasons by suite and test id."""

    tests: Mapping[str, Mapping[str, str]]

    def table(self) -> str:
        """Return the list as the docs page has it."""
        rows = [
            f"| {suite}: `{test.rpartition('/')[2].replace('.py::', '::')}` | {reason} |"
            for suite, tests in self.tests.items()
            for test, reason in tests.items()
        ]
        return "\n".join([BEGIN, "|---|---|", *rows])


def differences() -> Differences:
    """Read the list."""
    return Differences(tests=tomllib.loads(LIST.read_text(encoding="utf-8")))


def table_in_docs() -> str:
    """Return the list as the docs page has it now."""
    text = PAGE.read_text(encoding="utf-8")
    assert BEGIN in text, f"{PAGE} has no table {BEGIN}"
    assert END in text, f"{PAGE} has no {END}"
    return BEGIN + text.partition(BEGIN)[2].partition(END)[0].rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprises:
    """How a suite's outcomes differ from the list."""

    failed: Mapping[str, str]
    passed: frozenset[str]


def surprises(suite: str, outcomes: Outcomes, listed: Differences) -> Surprises:
    """Compare a suite's outcomes with the list."""
    known = listed.tests.get(suite, {})
    return Surprises(
        failed={test: text for test, text in outcomes.failed.items() if test not in known},
        passed=outcomes.passed & known.keys(),
    )


def lasting(
    suite: str,
    first: Outcomes,
    listed: Differences,
    again: Callable[[Iterable[str]], Outcomes],
) -> Surprises:
    """Return the surprises that a test alone, once more, confirms."""
    seen = surprises(suite, first, listed)
    failed, passed = dict(seen.failed), seen.passed
    for test in (*seen.failed, *seen.passed):
        second = surprises(suite, again([test]), listed)
        if test in seen.failed and test not in second.failed:
            del failed[test]
        if test in seen.passed and test not in second.passed:
            passed -= {test}
    return Surprises(failed=failed, passed=passed)
