"""What receives SIGINT."""

import subprocess
import sys

import pytest

WAITING = """
import os, signal, time
from datalab_kernel_spec.stops._signals import SignalReceiver

signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends the process, as xpython's own handler does
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
os.kill(os.getpid(), signal.SIGINT)
heard = []

def install(wakeup_fd):
    time.sleep(0.1)  # a busy machine: another thread that is there runs meanwhile
    signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    signal.set_wakeup_fd(wakeup_fd)

SignalReceiver(lambda: False, lambda *_: None).start(install)
for _ in range(500):
    if heard:
        break
    time.sleep(0.01)
print(heard)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no masks of signals")
def test_a_stop_that_waits_comes_to_the_handler_that_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WAITING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "[1]\n"), done.stderr
