"""DataLab's own Python, which tools/run.py tells, and what is run in it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("in_datalab.py")
TIMEOUT_S = 240


def interpreter() -> str:
    """Return DataLab's own Python."""
    python = os.environ.get("DATALAB_PYTHON")
    if not python or not Path(python).exists():
        reason = f"DATALAB_PYTHON ({python!r}) is not DataLab's interpreter; tools/run.py sets it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return python


def in_datalab(*commands: list[str]) -> list[dict[str, Any]]:
    """Run commands inside DataLab and return what it saw."""
    done = subprocess.run(
        [interpreter(), str(SCRIPT), json.dumps(commands)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, f"DataLab said nothing (exit {done.returncode}):\n{done.stderr[-3000:]}"
    results: list[dict[str, Any]] = json.loads(lines[-1].removeprefix("RESULT "))
    return results
