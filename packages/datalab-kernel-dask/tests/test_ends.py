"""A Stop while a cluster works."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.plain_loop import write_images
from support.sampling import sampled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")


@pytest.mark.parametrize("kind", sampled(1, ["plain", "ours"]))
def test_a_stop_ends_the_cell_and_leaves_the_workers_alone(tmp_path: Path, kind: str) -> None:
    write_images(tmp_path, 40, (400, 400))
    script = Path(__file__).with_name("stopped_run.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), kind],
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    stopped, then = (line.split() for line in done.stdout.splitlines())
    assert stopped[0] == "stopped"
    assert float(stopped[1]) < 5  # a second, on a machine that does nothing else
    assert then[:3] == ["then", "40", "0"]
    assert int(then[3]) >= 1
