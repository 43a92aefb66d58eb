"""Workers and schedulers that are killed: process goes on, or goes on from what is done."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask
import pytest
from distributed import Client, Status
from support.plain_loop import assert_as_loop, plain_loop, write_images
from support.sampling import IS_FULL

from datalab_kernel import process
from datalab_kernel.errors import ClusterLostError

KILLS = 20 if IS_FULL else 1
STEPS = [("gaussian_filter", {"sigma": 2}), "stats"]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")


def number_journalled(out: Path) -> int:
    journal = out / "process.jsonl"
    return journal.read_text().count('"row"') if journal.exists() else 0


def assert_is_as_undisturbed(done, images: list[Path]) -> None:
    assert done.failures == {}
    assert [row.file for row in done.rows] == [str(path) for path in images]
    whole = process(images, STEPS, to=None)
    assert [row.found for row in done.rows] == [row.found for row in whole.rows]
    objects, _ = plain_loop(images[:3], STEPS)
    results = done.load()
    for name, expected in objects.items():
        assert_as_loop(results.get(name), expected)


@contextmanager
def killing(client: Client, out: Path, number: int) -> Iterator[list[int]]:
    """Kill whichever worker there is, each time that some more files are done."""
    killed: list[int] = []
    over = threading.Event()
    chance = random.Random(4)

    def kill_again_and_again() -> None:
        while len(killed) < number and not over.is_set():
            enough = number_journalled(out) + chance.randint(1, 6)
            while number_journalled(out) < enough and not over.is_set():
                time.sleep(0.002)
            nannies = [*client.cluster.workers.values()]
            pids = [nanny.pid for nanny in nannies if nanny.status == Status.running]
            alive = [pid for pid in pids if pid is not None and pid not in killed]
            if alive and not over.is_set():
                killed.append(chance.choice(alive))
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill_again_and_again)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_workers_that_are_killed_again_and_again_cost_only_what_they_were_at(
    client, tmp_path: Path
) -> None:
    images = write_images(tmp_path, 12 + 20 * KILLS, (128, 128))
    out = tmp_path / "out"
    impatient = {"distributed.deploy.lost-worker-timeout": "10ms"}  # less than a start takes
    with dask.config.set(impatient), killing(client, out, KILLS) as killed:
        done = process(images, STEPS, to=out, client=client, chunk=1)
        client.wait_for_workers(2, timeout=120)
    assert len(killed) == KILLS
    assert number_journalled(out) == len(images)
    assert_is_as_undisturbed(done, images)


@contextmanager
def scheduler_and_worker(folder: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """Start processes of nobody here, as on other machines."""
    environment = {**os.environ, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
    address = folder / "scheduler.json"
    address.unlink(missing_ok=True)
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
        ["worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"],
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--scheduler-file", str(address)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        for command in commands
    ]
    try:
        yield address, processes[0]
    finally:
        for one in processes:
            one.kill()
            one.wait()


def test_a_scheduler_that_is_killed_again_and_again_loses_nothing_that_is_done(
    tmp_path: Path,
) -> None:
    images = write_images(tmp_path, 40 * KILLS, (128, 128))
    out = tmp_path / "out"
    for _ in range(KILLS):
        enough = number_journalled(out) + 2
        with (
            scheduler_and_worker(tmp_path) as (address, scheduler),
            Client(scheduler_file=str(address), timeout=120) as client,
        ):
            client.wait_for_workers(1, timeout=120)

            def kill_once_some_are_done(scheduler=scheduler, enough=enough) -> None:
                while number_journalled(out) < enough:
                    time.sleep(0.002)
                scheduler.send_signal(signal.SIGKILL)

            thread = threading.Thread(target=kill_once_some_are_done)
            thread.start()
            with pytest.raises(ClusterLostError, match="goes on from what is done"):
                process(images, STEPS, to=out, client=client, chunk=1)
            thread.join()
    finished = number_journalled(out)
    done = process(images, STEPS, to=out)
    assert done.kept == finished >= 2 * KILLS
    assert_is_as_undisturbed(done, images)
