"""A local conda channel from this machine's CPython and PyPI's wheels, kept while nothing changes.

It is for testing recipes and never published. Two folders: ``base`` has xeus-python in the
shape of conda-forge's package, ``wheel-shape`` the one of PyPI's wheel; put first, it hides
the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import rattler.index

from conda._errors import CondaToolError
from conda._leftovers import folder_for_one_run
from conda._platform import SUBDIR
from conda._rattler import wait_for
from conda._say import say, timed
from offline_channel._python import python_packages
from offline_channel._wheels import Wheel, package_of
from offline_channel._xpython import executable_package

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from offline_channel._package import CondaPackage

__all__ = ["LocalChannel", "local_channel"]

XEUS = "xeus-python"
OLDER_SHELL = "xeus-python-shell>=0.7,<0.8"
"""What conda-forge's executable is built for; the wheel wants a newer one."""
MAKERS = (
    *("_channel.py", "_elf.py", "_names.py", "_package.py", "_python.py", "_wheels.py"),
    "_xpython.py",
)
"""The files here that decide how a channel looks."""
AT_ONCE = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class LocalChannel:
    """Where the channel is."""

    folder: Path

    @property
    def base(self) -> str:
        """The URL of everything, with xeus-python as an executable."""
        return (self.folder / "base").as_uri()

    @property
    def wheel_shape(self) -> str:
        """The URL of xeus-python as its wheel has it, to be put before the base."""
        return (self.folder / "wheel-shape").as_uri()

    def names(self) -> set[str]:
        """Return the names of the packages in the base."""
        found: set[str] = set()
        for subdir in ("noarch", SUBDIR):
            text = (self.folder / "base" / subdir / "repodata.json").read_text(encoding="utf-8")
            found |= {entry["name"] for entry in json.loads(text)["packages.conda"].values()}
        return found


def local_channel(home: Path, requirements: Sequence[str]) -> LocalChannel:
    """Return the channel that has everything for some requirements, made now if need be.

    Parameters
    ----------
    home
        A folder to keep it in.
    requirements
        Names and limits of PyPI's distributions; what they need comes along.

    Raises
    ------
    CondaToolError
        If this machine's Python or pip can't serve for it.
    """
    key = _key(requirements)
    folder = home / "channel"
    stamp = folder / "stamp.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == key:
        say(f"the local channel in {folder} is up to date")
        return LocalChannel(folder)
    with folder_for_one_run(home, "channel") as new:
        with timed("local channel made"):
            _make(new, requirements)
        (new / "stamp.txt").write_text(key, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    return LocalChannel(folder)


def _key(requirements: Sequence[str]) -> str:
    """Return a hash of all that decides what is in the channel, short of PyPI's newest versions."""
    own = b"".join((Path(__file__).parent / name).read_bytes() for name in MAKERS)
    facts = [sys.version, sys.base_prefix, hashlib.sha256(own).hexdigest(), *sorted(requirements)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _make(folder: Path, requirements: Sequence[str]) -> None:
    base, other, wheels = folder / "base", folder / "wheel-shape", folder / "wheels"
    with ThreadPoolExecutor(1) as aside:
        interpreter = aside.submit(_write_all, python_packages(), base)
        with timed("wheels downloaded"):
            _download(wheels / "newest", requirements)
            _download(wheels / "older", [OLDER_SHELL], "--no-deps")
        interpreter.result()
    newest = _by_name(wheels / "newest")
    older = _by_name(wheels / "older")
    if XEUS not in newest:
        message = f"the requirements bring no {XEUS}: {', '.join(sorted(requirements))}"
        raise CondaToolError(message)
    known = dict(newest)
    with timed(f"{len(newest) + len(older)} wheels converted"):
        _write_all([executable_package(newest[XEUS])], base)
        _write_all([package_of(newest.pop(XEUS), known)], other)
        biggest_first = sorted(newest.values(), key=lambda wheel: -wheel.path.stat().st_size)
        with ProcessPoolExecutor(AT_ONCE) as pool:
            jobs = [
                pool.submit(_convert, wheel.path, base, known)
                for wheel in [*biggest_first, *older.values()]
            ]
            for job in jobs:
                job.result()
    shutil.rmtree(wheels)
    for channel in (base, other):
        for subdir in ("noarch", SUBDIR):
            (channel / subdir).mkdir(exist_ok=True)
        wait_for(rattler.index.index_fs(channel, write_zst=False, write_shards=False, force=True))


def _download(folder: Path, requirements: Sequence[str], *options: str) -> None:
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:"]
    command += ["--dest", str(folder), *options, *requirements]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode:
        message = (
            f"pip can't download {', '.join(requirements)}:\n{ended.stdout}{ended.stderr}\n"
            "Run it again where PyPI can be reached."
        )
        raise CondaToolError(message)


def _by_name(folder: Path) -> dict[str, Wheel]:
    wheels = (Wheel(path) for path in sorted(folder.glob("*.whl")))
    return {wheel.name: wheel for wheel in wheels}


def _convert(path: Path, channel: Path, known: Mapping[str, Wheel]) -> str:
    return package_of(Wheel(path), known).write(channel)


def _write_all(packages: Sequence[CondaPackage], channel: Path) -> None:
    for package in packages:
        package.write(channel)
