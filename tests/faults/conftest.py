"""How much of each fault loop runs: a fixed, seeded sample, or all of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LOADING_EACH = Path(__file__).with_name("loading_each.py")

FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))


def pytest_report_header() -> str:
    """Say at the top which of the two it is."""
    return "fault loops: whole" if FULL else "fault loops: a fixed sample (test-full runs all)"


@pytest.fixture(scope="session")
def runs_whole() -> bool:
    """Say whether fault loops run as a whole."""
    return FULL


@pytest.fixture
def outcomes_of(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Give what loads files in a child process: each is loaded, or refused by an error that names it."""

    def load_each(contents: list[bytes], timeout_s: float) -> list[dict[str, Any]]:
        paths = [tmp_path / f"damaged-{number}.h5" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        done = subprocess.run(
            [sys.executable, str(LOADING_EACH)],
            input="".join(f"{path}\n" for path in paths),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        outcomes = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(outcomes) == len(paths), (
            f"file {len(outcomes)} ended the process (exit {done.returncode}):\n"
            f"{done.stderr[-2000:]}"
        )
        wrong = [
            (path.name, outcome)
            for path, outcome in zip(paths, outcomes, strict=True)
            if outcome["outcome"] not in ("loaded", "refused")
            or (outcome["outcome"] == "refused" and path.name not in outcome["text"])
        ]
        assert wrong == []
        return outcomes

    return load_each
