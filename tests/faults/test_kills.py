"""kill -9 at any moment of a save leaves the old file or the new one, never a torn one."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datalab_kernel import Workspace

FEW, MANY = ["a", "b"], ["a", "b", "c", "d", "image"]
SCRIPT = Path(__file__).with_name("saving_forever.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_saving_over_an_existing_file_survives_kills(tmp_path: Path, runs_whole: bool) -> None:
    kills = 200 if runs_whole else 40
    path = tmp_path / "saved.h5"
    moments = random.Random(1)
    found = {"old or new": 0, "torn": 0}
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), str(path), json.dumps([FEW, MANY])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nursery:
        assert nursery.stdin
        assert nursery.stdout
        assert nursery.stdout.readline() == "ready\n"
        for _ in range(kills):
            print("go", file=nursery.stdin, flush=True)
            pid = int(nursery.stdout.readline())
            time.sleep(moments.uniform(0.001, 0.08))
            os.kill(pid, signal.SIGKILL)
            assert nursery.stdout.readline() == "gone\n"
            names = Workspace("standalone").load(path)
            found["old or new" if names in (FEW, MANY) else "torn"] += 1
        nursery.stdin.close()
    assert found == {"old or new": kills, "torn": 0}


def test_what_a_killed_save_leaves_is_hidden(tmp_path: Path) -> None:
    workspace = Workspace("standalone")
    workspace["a"] = [0.0], [1.0]
    (tmp_path / ".saved.h5.999-abcd.tmp").write_bytes(b"half a file")
    workspace.save(tmp_path / "saved.h5")
    assert Workspace("standalone").load(tmp_path / "*.h5") == ["a"]
