"""How much of each fault loop runs: a fixed, seeded sample, or all of it."""

import os

import pytest

FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))


def pytest_report_header() -> str:
    """Say at the top which of the two it is."""
    return "fault loops: whole" if FULL else "fault loops: a fixed sample (test-full runs all)"


@pytest.fixture(scope="session")
def runs_whole() -> bool:
    """Say whether fault loops run as a whole."""
    return FULL
