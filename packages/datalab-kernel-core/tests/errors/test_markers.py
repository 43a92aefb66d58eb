"""A marker file says that its process runs: others can't claim it before it has ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from datalab_kernel.markers import MarkerFile, claimed

TIMEOUT_S = 20.0
CRASH = """
import os, sys
from pathlib import Path
from datalab_kernel.markers import MarkerFile
marker = MarkerFile(Path(sys.argv[1]), "measuring")
os._exit(9)
"""
FORK = """
import os, sys, time
from pathlib import Path
from datalab_kernel.markers import MarkerFile
marker = MarkerFile(Path(sys.argv[1]))
if os.fork() == 0:
    os.write(1, b".")
    sys.stdin.read()
    marker.remove()  # it isn't the child's
os._exit(0)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "measuring.lock"


def is_claimed(path: Path) -> bool:
    with claimed(path) as stream:
        return stream is not None


def test_what_a_crash_left_can_be_claimed_read_and_written(path: Path) -> None:
    subprocess.run([sys.executable, "-c", CRASH, str(path)], check=False, timeout=TIMEOUT_S)
    with claimed(path) as stream:
        assert stream is not None
        assert stream.read() == "measuring"
        stream.write(" again")
    assert path.read_text("utf-8") == "measuring again"


def test_one_that_somebody_holds_can_be_read_and_not_claimed(path: Path) -> None:
    marker = MarkerFile(path, "measuring")
    assert not is_claimed(path)
    assert path.read_text("utf-8") == "measuring"
    marker.leave()
    assert is_claimed(path)


def test_one_that_is_claimed_is_not_claimed_by_another(path: Path) -> None:
    path.touch()
    with claimed(path) as stream:
        assert stream is not None
        assert not is_claimed(path)
    assert is_claimed(path)


def test_one_that_is_gone_is_not_claimed(path: Path) -> None:
    MarkerFile(path).remove()
    assert not path.exists()
    assert not is_claimed(path)


def test_a_marker_that_is_there_is_not_made_again(path: Path) -> None:
    path.write_text("theirs", "utf-8")
    with pytest.raises(FileExistsError):
        MarkerFile(path, "ours")
    assert path.read_text("utf-8") == "theirs"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process is forked here")
def test_a_forked_child_neither_holds_nor_removes_it(path: Path) -> None:
    code = [sys.executable, "-c", FORK, str(path)]
    with subprocess.Popen(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.wait(TIMEOUT_S) == 0
        assert parent.stdout.read(1) == b"."  # its child waits for the end of the input
        assert is_claimed(path)
        parent.stdin.close()
        assert parent.stdout.read() == b""  # ... and has ended now
    assert path.exists()
