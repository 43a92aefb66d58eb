"""What the relay says of processor and memory, beside what the system says elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from datalab_kernel_spec.relay._usage import Usage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")

MB = 1_000_000
CHILD = "x = b'x' * 60_000_000; print(flush=True); input()"


def test_the_memory_of_children_counts() -> None:
    usage = Usage(os.getpid())
    before = usage.now()["kernel_memory"]
    command = [sys.executable, "-c", CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert usage.now()["kernel_memory"] - before > 55 * MB
        child.communicate(b"\n")


def test_processors_are_counted_since_the_last_question() -> None:
    usage = Usage(os.getpid())
    assert usage.now()["kernel_cpu"] == 0.0
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    assert 0 < usage.now()["kernel_cpu"] <= 110
    time.sleep(0.3)
    assert usage.now()["kernel_cpu"] < 50


def test_the_machine_is_described_with_numbers_that_agree() -> None:
    usage = Usage(os.getpid())
    memory = usage.now()["host_virtual_memory"]
    assert 0 < memory["available"] < memory["total"]
    assert memory["percent"] == pytest.approx(100 * memory["used"] / memory["total"], abs=0.06)
    time.sleep(0.05)
    assert 0 < usage.now().get("host_cpu_percent", 50) <= 100


def test_a_process_that_has_ended_uses_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    now = Usage(ended.pid).now()
    assert (now["kernel_cpu"], now["kernel_memory"]) == (0.0, 0)
