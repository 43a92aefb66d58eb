"""Where DataLab's own Python is, which tools/run.py tells."""

import os
from pathlib import Path

import pytest


def interpreter() -> str:
    """Return DataLab's own Python."""
    python = os.environ.get("DATALAB_PYTHON")
    if not python or not Path(python).exists():
        reason = f"DATALAB_PYTHON ({python!r}) is not DataLab's interpreter; tools/run.py sets it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return python
