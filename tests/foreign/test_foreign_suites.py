"""Other projects' test suites on our kernel fail where the list says so, and nowhere else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.foreign.differences import differences, lasting, table_in_docs
from support.foreign.suites import SUITES

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.foreign.suites import Suite

IS_WHOLE = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
LISTED = differences()


@pytest.mark.timeout(1800)  # each suite has its own limit
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_a_suite_fails_where_the_list_says_so_and_nowhere_else(
    suite: Suite, run_suite: Callable[..., Callable[..., object]]
) -> None:
    if not IS_WHOLE and not suite.sample:
        pytest.skip("run whole in test-foreign-full")
    run = run_suite(suite)
    first = run(suite.paths if IS_WHOLE else suite.sample)
    print(f"{suite.name}: {len(first.passed)} passed, {len(first.failed)} failed")
    found = lasting(suite.name, first, LISTED, run)
    assert not found.failed, "\n\n".join(
        f"{test} isn't in differences.toml:\n{text[-3000:]}" for test, text in found.failed.items()
    )
    assert not found.passed, f"passed, so take them out of differences.toml: {found.passed}"
    if IS_WHOLE:
        known = LISTED.tests.get(suite.name, {}).keys()
        assert known <= first.passed | first.failed.keys(), "listed, but there is no such test"


def test_every_listed_test_is_of_a_suite_that_is_run() -> None:
    assert LISTED.tests.keys() <= {suite.name for suite in SUITES}


def test_the_docs_show_the_list() -> None:
    assert table_in_docs() == LISTED.table()
