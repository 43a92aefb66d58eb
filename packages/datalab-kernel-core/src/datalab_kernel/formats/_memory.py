"""How much memory there is, the limits of a container counted, and how much files need."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_kernel.errors import FileFormatError, NotEnoughMemoryError
from datalab_kernel.formats.tiff._chain import TIFF_MARKS, most_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

_CGROUPS = Path("/sys/fs/cgroup")
_MEMORY = Path("/proc/meminfo")
_MEMBERSHIP = Path("/proc/self/cgroup")
_V2 = ("memory.max", "memory.current", "inactive_file")
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_UNLIMITED = 1 << 60  # version 1 writes a huge number where there is no limit
_ASKED_AGAIN_S = 0.2


def check_memory(paths: Iterable[Path]) -> None:
    """Refuse files whose objects don't fit the memory.

    Raises
    ------
    NotEnoughMemoryError
        If they need more than there is; it says both sizes.
    """
    Room().check(paths)


class Room:
    """The memory that files may take one after the other, asked for now and then.

    Where control groups are deep, asking takes longer than reading a small file.
    """

    def __init__(self) -> None:
        self._asked_s = float("-inf")
        self._available: int | None = None

    def check(self, paths: Iterable[Path]) -> None:
        """Refuse files as :func:`check_memory` does, by what there was within the last while."""
        now_s = time.monotonic()
        if now_s - self._asked_s > _ASKED_AGAIN_S:
            self._available, self._asked_s = available_memory(), now_s
        _check_fit([*paths], self._available)


def _check_fit(files: list[Path], available: int | None) -> None:
    if available is None or sum(map(_most_in_memory, files)) <= available:
        return
    needed = sum(map(size_in_memory, files))
    if needed <= available:
        return
    what = repr(str(files[0])) if len(files) == 1 else f"{len(files):,} files"
    raise _no_room(what, needed, available)


def check_room(needed_bytes: int, what: str) -> None:
    """Refuse what doesn't fit the memory.

    Raises
    ------
    NotEnoughMemoryError
        If there is less; it says both sizes.
    """
    available = available_memory()
    if available is not None and needed_bytes > available:
        raise _no_room(what, needed_bytes, available)


def _no_room(what: str, needed_bytes: int, available_bytes: int) -> NotEnoughMemoryError:
    message = (
        f"Can't load {what}: about {_size(needed_bytes)} of memory are needed and "
        f"{_size(available_bytes)} are available. Load fewer files at a time, choose objects by "
        "names=, or free memory first (workspace.remove)."
    )
    return NotEnoughMemoryError(message, needed_bytes=needed_bytes, available_bytes=available_bytes)


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004 - the step of the units
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def _most_in_memory(path: Path) -> int:
    """Say how many bytes a file's objects take at the most; of TIFF without tifffile, which is slow."""
    with path.open("rb") as file:
        start = file.read(8)
        if start[:4] in TIFF_MARKS:
            try:
                most = most_bytes(path, file)
            except FileFormatError:
                return path.stat().st_size  # reading it will say what is wrong
            if most is not None:
                return most
    return _size_by(start, path)


def size_in_memory(path: Path) -> int:
    """Estimate how many bytes a file's objects take, from its header where it has one."""
    with path.open("rb") as file:
        return _size_by(file.read(8), path)


def _size_by(start: bytes, path: Path) -> int:
    size = path.stat().st_size
    if start.startswith(TIFF_MARKS):
        return _tiff_size(path, size)
    if start.startswith((b"\x89PNG", b"\xff\xd8", b"BM")):
        return _picture_size(path, size)
    return size


def _tiff_size(path: Path, size: int) -> int:
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            return sum(series.nbytes for series in file.series)
    except (ValueError, LookupError, OSError, TypeError, RuntimeError):
        return size  # reading it will say what is wrong


def _picture_size(path: Path, size: int) -> int:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            return picture.width * picture.height * len(picture.getbands())
    except (UnidentifiedImageError, OSError, ValueError):
        return size  # reading it will say what is wrong


def available_memory() -> int | None:
    """Return how many bytes can be taken without swapping, or None where that isn't known.

    The smallest of what the machine has, and what each control group around this process
    (a container, a service, a batch job) leaves.
    """
    sizes = [size for size in (_of_machine(), *_of_groups()) if size is not None]
    return min(sizes) if sizes else None


def _of_machine() -> int | None:
    if not _MEMORY.exists():
        return _of_other_systems()
    for line in _MEMORY.read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _of_other_systems() -> int | None:
    try:
        import psutil
    except ImportError:  # no hard dependency: without it, nothing is refused there
        return None
    return int(psutil.virtual_memory().available)


def _of_groups() -> list[int]:
    if not _MEMBERSHIP.exists():
        return []
    found = []
    for line in _MEMBERSHIP.read_text(encoding="utf-8").splitlines():
        _, controllers, name = line.split(":", 2)
        if not controllers:
            found += _along(_CGROUPS, name, _V2)
        elif "memory" in controllers.split(","):
            found += _along(_CGROUPS / "memory", name, _V1)
    return found


def _along(root: Path, name: str, files: tuple[str, str, str]) -> list[int]:
    """Return what is left in a group and in each around it (in a container, the root is its own)."""
    found = []
    for part in dict.fromkeys((name, *map(os.fspath, Path(name).parents), "/")):
        left = _left(root / part.lstrip("/"), *files)
        if left is not None:
            found.append(left)
    return found


def _left(folder: Path, limit_name: str, usage_name: str, cache_name: str) -> int | None:
    limit = _number(folder / limit_name)
    usage = None if limit is None or limit >= _UNLIMITED else _number(folder / usage_name)
    if limit is None or usage is None:
        return None
    statistics = folder / "memory.stat"
    cache = 0  # what the system gives back when it is asked for more
    if statistics.exists():
        for line in statistics.read_text(encoding="ascii").splitlines():
            key, value = line.split()
            cache = int(value) if key == cache_name else cache
    return max(0, limit - usage + cache)


def _number(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None  # not there at this level, or not ours to read
    return int(text) if text.isdecimal() else None
