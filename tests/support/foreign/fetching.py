"""Fetches a suite's sdist by pip and unpacks it; nothing of it is kept in the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from support.foreign.suites import Suite


def fetched(suite: Suite, sdists: Path) -> Path:
    """Return a suite's sdist in a folder of sdists; it's fetched if it isn't there."""
    archive = sdists / f"{suite.name}-{suite.version}.tar.gz"
    if not archive.is_file():
        options = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--quiet"]
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(sdists)]
        subprocess.run([*command, f"{suite.name}=={suite.version}"], check=True, timeout=120)
    return archive


def unpacked(suite: Suite, archive: Path, folder: Path) -> Path:
    """Unpack a suite afresh, change its time-outs, and return where its tests are run."""
    where = folder / f"{suite.name}-{suite.version}"
    shutil.rmtree(where, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    settings = where / "pyproject.toml"
    if not settings.is_file() or "[tool.pytest" not in settings.read_text(encoding="utf-8"):
        (where / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # not a parent's
    for name, text, other in suite.edits:
        source = (where / name).read_text(encoding="utf-8")
        assert source.count(text) == 1, f"{name} of {suite.name} doesn't say {text.strip()!r}"
        (where / name).write_text(source.replace(text, other), encoding="utf-8")
    return where
