"""A full disk and a read-only folder: one clear error, and the old file as it was."""

import errno
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.small_disk import mounted_small_disk

from datalab_kernel import Workspace

FILL_THE_DISK = """
import resource, signal, sys
import numpy as np
from datalab_kernel import Workspace
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing beyond the limit then fails as on a full disk
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
workspace = Workspace("standalone")
workspace["a"] = np.ones((500, 500))
try:
    workspace.save(sys.argv[1])
except OSError as error:
    print("OSError", error)
print(workspace.list(), workspace.status().has_unsaved_changes)
"""


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    workspace = Workspace("standalone")
    workspace["old"] = np.ones(3)
    return workspace.save(tmp_path / "saved.h5")


def output_of(script: str, path: Path) -> str:
    """Run a script on a file in a process of its own; return what it printed."""
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def test_a_full_disk_is_said_and_the_old_file_kept(saved: Path) -> None:
    before = saved.read_bytes()
    output = output_of(FILL_THE_DISK, saved)
    said, after = output.splitlines()
    assert said.startswith("OSError")
    assert str(saved) in said
    assert "as it was" in said
    assert after == "['a'] True"
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["saved.h5"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_small_disk(tmp_path / "small") as folder:
        yield folder


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    workspace = Workspace("standalone")
    workspace["a"] = np.ones(3)
    path = workspace.save(small_disk / "saved.h5")
    before = path.read_bytes()
    workspace["large"] = np.ones((1000, 1000))
    with pytest.raises(OSError, match="saved.h5") as caught:
        workspace.save(path)
    assert "as it was" in str(caught.value)
    assert path.read_bytes() == before
    assert [entry.name for entry in small_disk.iterdir()] == ["saved.h5"]
    workspace.remove("large")
    assert workspace.save(path) == path


SAVE_WITHOUT_PRIVILEGES = """
import ctypes, os, sys
import numpy as np
from datalab_kernel import Workspace
workspace = Workspace("standalone")
workspace["a"] = np.ones(3)
if os.getuid() == 0 and sys.platform == "linux":  # permissions don't bind root, who gives up that
    version_and_process, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(version_and_process, none) == 0
try:
    workspace.save(sys.argv[1])
except OSError as error:
    print(error.errno, error)
"""


@pytest.mark.parametrize("read_only", ["folder", "file"])
def test_what_is_read_only_stays_as_it_is(saved: Path, read_only: str) -> None:
    before = saved.read_bytes()
    saved.chmod(0o444)
    saved.parent.chmod(0o777 if read_only == "file" else 0o555)
    output = output_of(SAVE_WITHOUT_PRIVILEGES, saved)
    saved.parent.chmod(0o755)
    assert output.startswith(f"{errno.EACCES} ")
    assert str(saved) in output
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["saved.h5"]


def test_the_limit_of_this_process_is_untouched() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
