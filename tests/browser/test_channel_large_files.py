"""A file of 1 GB moved to the kernel and back, as a person does it in JupyterLab: whole, and within little memory."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from frontends.notebook import NotebookPage

pytestmark = [pytest.mark.usefixtures("whole_run"), pytest.mark.timeout(1800)]

MIB = 1 << 20
SIZE_BYTES = 1_000_000_000
LIMIT_S = 800.0
MOST_IN_KERNEL = MOST_IN_PAGE = 150 * MIB
"""What may come on top while the file passes: the stream's window is 8 MiB, a message 1 MiB."""
SETUP = (
    "import hashlib, os; from datalab_kernel_channel.frontends import download, upload; os.getpid()"
)


class Peaks:
    """The most memory that processes had since a moment, by Linux's own count."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._pids = [process.pid for process in processes]
        self._began = {pid: self._bytes(pid, "VmRSS") for pid in self._pids}
        for pid in self._pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    @staticmethod
    def _bytes(pid: int, name: str) -> int:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        [line] = [one for one in lines if one.startswith(f"{name}:")]
        return int(line.split()[1]) * 1024

    def growth(self) -> int:
        """Return by how much the one that grew most did."""
        return max(self._bytes(pid, "VmHWM") - self._began[pid] for pid in self._pids)


def renderers() -> list[psutil.Process]:
    """Return the processes of this test's browser that hold pages."""
    below = psutil.Process().children(recursive=True)
    return [one for one in below if "--type=renderer" in one.cmdline()]


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def write(path: Path, size_bytes: int) -> Path:
    """Write a file that no compression makes small."""
    block = hashlib.shake_128(b"large").digest(MIB)
    with path.open("wb") as file:
        for number in range(size_bytes // MIB):
            file.write(number.to_bytes(8) + block[8:])
        file.write(block[: size_bytes % MIB])
    return path


def upload(notebook: NotebookPage, path: Path) -> float:
    """Upload a file into the kernel's folder; return how long it took."""
    began = time.monotonic()
    index = notebook.start("path = await upload(accept='')")
    notebook.page.locator(".dlk-drop input").set_input_files(path)
    assert "was uploaded" in notebook.finish(index, LIMIT_S)
    return time.monotonic() - began


def download(notebook: NotebookPage, path: Path) -> float:
    """Download what was uploaded last; return how long it took."""
    began = time.monotonic()
    with notebook.page.expect_download(timeout=LIMIT_S * 1000) as taken:
        index = notebook.start("await download(path)")
    notebook.finish(index, LIMIT_S)
    took_s = time.monotonic() - began
    taken.value.save_as(path)
    return took_s


def test_a_gigabyte_goes_to_the_kernel_and_back_within_bounded_memory(
    notebook: NotebookPage, tmp_path: Path
) -> None:
    kernel = psutil.Process(int(notebook.run(SETUP)))
    upload(
        notebook, write(tmp_path / "first.bin", 64 * MIB)
    )  # what is imported and kept from then on
    large = write(tmp_path / "large.bin", SIZE_BYTES)
    wanted = digest(large)
    peaks = Peaks([kernel]), Peaks(renderers())
    took_s = upload(notebook, large)
    up = [one.growth() for one in peaks]
    print(f"up: {took_s:.0f} s, MiB more in kernel and page: {[one // MIB for one in up]}")
    shown = notebook.run("print(hashlib.file_digest(path.open('rb'), 'blake2b').hexdigest())")
    assert shown.strip() == wanted

    peaks = Peaks([kernel]), Peaks(renderers())
    took_s = download(notebook, tmp_path / "back.bin")
    down = [one.growth() for one in peaks]
    print(f"down: {took_s:.0f} s, MiB more in kernel and page: {[one // MIB for one in down]}")
    assert digest(tmp_path / "back.bin") == wanted
    assert max(up[0], down[0]) < MOST_IN_KERNEL
    assert max(up[1], down[1]) < MOST_IN_PAGE
