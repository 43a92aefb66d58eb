"""The installed DataLab kernel as a process of its own, driven as Jupyter drives it."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from jupyter_client.manager import start_new_kernel
from support.kernel.driver import Kernel
from support.kernel.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
OFF = {"DATALAB_KERNEL_MODE": "standalone", "DATALAB_KERNEL_WARMUP": "off"}
WARMED = {"DATALAB_KERNEL_MODE": "standalone", "DATALAB_KERNEL_WARMUP": "on" if FULL else "off"}
"""Behind each file's tests Sigima is imported in a whole run; else in those that are about it."""
BOTH = ["datalab", "python3"]
IN_FULL = pytest.param("python3", marks=pytest.mark.skipif(not FULL, reason="in test-full"))


@contextmanager
def _started(name: str = "datalab", **env: str) -> Iterator[Kernel]:
    manager, client = start_new_kernel(kernel_name=name, env={**os.environ, **env})
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="session")
def started() -> Callable[..., AbstractContextManager[Kernel]]:
    """Start a kernel of a test's own: ``with started(DATALAB_KERNEL_WARMUP="off") as kernel``."""
    return _started


@pytest.fixture(scope="session")
def started_once() -> Callable[..., AbstractContextManager[Kernel]]:
    """Start a kernel that several tests share, as :func:`started` does."""
    return _started


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Give a kernel that the tests of a file share, one after another."""
    with _started(DATALAB_KERNEL_MODE="standalone") as running:
        yield running


@pytest.fixture
def fresh() -> Iterator[Kernel]:
    """Give a kernel in which no cell has run."""
    with _started(**OFF) as running:
        yield running


@pytest.fixture(scope="function" if FULL else "module")
def untouched() -> Iterator[Kernel]:
    """Give a kernel that was asked at most, and no cell has run; a file's tests may share it."""
    with _started(**OFF) as running:
        yield running


@contextmanager
def _unused(name: str) -> Iterator[Kernel]:
    with _started(name, **OFF) as running:
        if name == "python3":
            running.value("%load_ext datalab_kernel")
        yield running


@pytest.fixture(params=["datalab", IN_FULL])
def quiet(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """Give our kernel, and ipykernel with the extension in a whole run; nothing was used yet."""
    with _unused(request.param) as running:
        yield running


@pytest.fixture(params=BOTH)
def quiet_on_both(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """Give our kernel, then ipykernel with the extension; in both nothing has been used yet."""
    with _unused(request.param) as running:
        yield running


@pytest.fixture(params=["datalab", IN_FULL])
def renewed(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """Give kernels as ``quiet`` does in a whole run; else the file's, with its names as at first.

    Their objects may have been imported then, and are stood in for as before.
    """
    if FULL:
        with _unused(request.param) as running:
            yield running
        return
    shared: Kernel = request.getfixturevalue("kernel")
    shared.value("%reset -f")
    shared.value("workspace.clear()")
    yield shared


@pytest.fixture(scope="module")
def running() -> Iterator[Callable[[str], Kernel]]:
    """Give a file's kernels by name, each started when first asked for, again if it ended."""
    kernels: dict[str, Kernel] = {}
    with ExitStack() as stack:

        def of(name: str) -> Kernel:
            if name not in kernels or not kernels[name].manager.is_alive():
                kernels[name] = stack.enter_context(_started(name, **WARMED))
            return kernels[name]

        yield of


@pytest.fixture
def watch(request: pytest.FixtureRequest, running: Callable[[str], Kernel]) -> Iterator[Watch]:
    """Give all messages of our kernel, or of the one that a test names (see ``support.kernel.bare``)."""
    watch = Watch(running(getattr(request, "param", "datalab")))
    yield watch
    if watch.is_unanswered:  # the next test gets another kernel
        watch.kernel.manager.shutdown_kernel(now=True)
