"""process through kills, a full disk, and ten thousand files."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.plain_loop import assert_as_loop, plain_loop, write_images, write_signals
from support.sampling import IS_FULL
from support.small_disk import mounted_small_disk

from datalab_kernel import process

STEPS = [("gaussian_filter", {"sigma": 3}), "stats"]
RUN = """
from datalab_kernel import process
process({files!r}, [("gaussian_filter", {{"sigma": 3}}), "stats"], to={to!r}, chunk=1)
"""


@pytest.mark.parametrize("place", ["out", "all.h5"])
def test_a_run_that_is_killed_again_and_again_ends_as_one_that_isn_t(
    tmp_path: Path, place: str
) -> None:
    kills = 10 if IS_FULL else 1
    raw = tmp_path / "raw"
    raw.mkdir()
    images = write_images(raw, 12 * kills, (128, 128))
    chance = random.Random(3)
    for _ in range(kills):
        before = journalled(tmp_path, place)
        code = RUN.format(files=str(raw / "*.npy"), to=str(tmp_path / place))
        with subprocess.Popen([sys.executable, "-c", code]) as running:
            more = chance.randint(1, 8)
            while journalled(tmp_path, place) < before + more and running.poll() is None:
                time.sleep(0.002)
            running.kill()
        assert running.returncode == -signal.SIGKILL
    finished = journalled(tmp_path, place)
    done = process(raw / "*.npy", STEPS, to=tmp_path / place)
    assert done.kept >= finished > 0  # what is in the journal isn't done again
    assert done.failures == {}
    assert [row.file for row in done.rows] == [str(path) for path in images]
    whole = process(raw / "*.npy", STEPS, to=None)
    assert [row.found for row in done.rows] == [row.found for row in whole.rows]
    objects, _ = plain_loop(images[:3], STEPS)
    results = done.load()
    assert results.list() == [path.stem for path in images]
    for name, expected in objects.items():
        assert_as_loop(results.get(name), expected)


def journal_of(folder: Path, place: str) -> Path:
    return folder / ("out/process.jsonl" if place == "out" else "all.h5.process.jsonl")


def journalled(folder: Path, place: str) -> int:
    path = journal_of(folder, place)
    return path.read_text().count('"row"') if path.exists() else 0


def test_a_process_that_dies_with_a_file_takes_no_other_along(tmp_path: Path) -> None:
    images = write_images(tmp_path, 4)

    def deadly(obj):
        if obj.title == "run_00002":
            os.kill(os.getpid(), signal.SIGKILL)
        return obj

    pytest.importorskip("cloudpickle")
    done = process(images, [deadly, "stats"], to=None, executor="processes")
    assert list(done.table["status"]) == ["done", "done", "failed", "done"]
    (failure,) = done.failures.values()
    assert failure.kind == "WorkerLostError"
    assert "each of the 3 times" in failure.message


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_small_disk(tmp_path / "small") as folder:
        yield folder


def test_a_disk_that_is_full_in_the_middle_keeps_what_is_done(
    small_disk: Path, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    images = write_images(raw, 12, (128, 128))  # 131 kB each
    with pytest.raises(OSError, match="Can't save") as caught:
        process(images, STEPS, to=small_disk / "out")
    assert caught.value.errno == errno.ENOSPC
    (note,) = caught.value.__notes__
    done = int(note.split()[0])
    assert 1 <= done < 12
    assert "goes on from there" in note
    deadline = time.monotonic() + 60
    while [*(small_disk / "out").glob("*.tmp")]:  # of the file that was written meanwhile
        assert time.monotonic() < deadline
        time.sleep(0.01)
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    again = process(images, STEPS, to=small_disk / "out")
    assert (again.kept, again.failures) == (done, {})


MEMORY = """
import resource, sys
from pathlib import Path
from datalab_kernel import process
files = sorted(Path(sys.argv[1]).glob("*.csv"))
few, many = files[:50], files
def peak_kb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
steps = [("moving_average", {"n": 5}), "stats"]
process(few, steps, to=sys.argv[1] + "/few")
before = peak_kb()
done = process(many, steps, to=sys.argv[1] + "/many")
print(len(done), len(done.failures), peak_kb() - before)
"""


@pytest.mark.timeout(1800 if IS_FULL else 300)
def test_memory_doesn_t_grow_with_the_number_of_files(tmp_path: Path) -> None:
    number = 10_000 if IS_FULL else 150
    (first, *_) = write_signals(tmp_path, 100, size=5000)  # 80 kB each in memory
    for place in range(100, number):  # what is in them doesn't matter: writing it takes ten minutes
        shutil.copy(first, tmp_path / f"trace_{place:05}.csv")
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=1500,
    )
    files, failures, grown_kb = map(int, done.stdout.split())
    assert (files, failures) == (number, 0)
    assert grown_kb < 12_000 + 4 * number  # rows take some 3 kB each; objects would take 240
