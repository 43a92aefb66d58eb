"""A test that is marked ``alone`` has the machine for itself, whatever runs beside its task."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

NOTED = """
import pytest, time
from contextlib import contextmanager
from pathlib import Path

@contextmanager
def noted(kind):
    began = time.monotonic()
    yield
    with Path("times").open("a") as stream:
        stream.write(f"{kind} {began} {time.monotonic()}\\n")
"""
OTHERS = """
from noted import *

@pytest.mark.parametrize("number", range(1000))
def test_it(number):
    if not Path("ended").exists():
        with noted("other"):
            time.sleep(0.02)
"""
ALONE = """
from noted import *

@pytest.mark.alone
@pytest.mark.parametrize("number", range(3))
def test_it(number):
    with noted("alone"):
        time.sleep(0.2)

def test_others_may_run_again():
    before = Path("times").stat().st_size
    until = time.monotonic() + 60
    while Path("times").stat().st_size == before:
        assert time.monotonic() < until
        time.sleep(0.01)
    Path("ended").touch()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such lock on Windows")
def test_nothing_runs_beside_tests_that_are_marked_alone_nor_between_them(
    tmp_path: Path, root: Path
) -> None:
    shutil.copy(root / "conftest.py", tmp_path)
    settings = "[pytest]\nmarkers =\n  alone\npythonpath = .\naddopts = -p no:cacheprovider\n"
    (tmp_path / "pytest.ini").write_text(settings)
    for name, text in {"noted": NOTED, "test_others": OTHERS, "test_alone": ALONE}.items():
        (tmp_path / f"{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q"]
    with subprocess.Popen([*command, "test_others.py"], cwd=tmp_path) as others:
        while not (tmp_path / "times").exists():
            assert others.poll() is None
            time.sleep(0.05)
        alone = subprocess.run([*command, "test_alone.py"], cwd=tmp_path, check=False)
        assert (alone.returncode, others.wait()) == (0, 0)
    lines = [line.split() for line in (tmp_path / "times").read_text().splitlines()]
    alone_times = [(float(a), float(b)) for kind, a, b in lines if kind == "alone"]
    (began, _), _, (_, ended) = alone_times
    times = [(float(a), float(b)) for kind, a, b in lines if kind == "other"]
    assert [(a, b) for a, b in times if a < ended and b > began] == []
