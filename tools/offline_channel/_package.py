"""One conda package: its metadata and files, and how it is written. It knows no wheel and no recipe."""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conda_package_streaming.create import conda_builder

from conda._platform import SUBDIR

if TYPE_CHECKING:
    import tarfile
    from pathlib import Path

__all__ = ["PLACEHOLDER", "CondaPackage"]

PLACEHOLDER = "/opt/" + "placehold_" * 20
"""Stands for the prefix in text files; the installer replaces it."""
TIMESTAMP_MS = 1_600_000_000_000
"""The same for all, so that the same content gives the same package."""
COMPRESSION_LEVEL = 1


@dataclass(slots=True, kw_only=True)
class CondaPackage:
    """A package in memory.

    Parameters
    ----------
    noarch
        ``python``, ``generic``, or None for a package of this platform.
    entry_points
        ``command = module:attribute``, for the installer to make (noarch python only).
    """

    name: str
    version: str
    build: str
    depends: list[str] = field(default_factory=list)
    noarch: str | None = None
    entry_points: list[str] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    run_exports: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    symlinks: dict[str, str] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, data: bytes, mode: int = 0o644, placeholder: str = "") -> None:
        """Add a file; ``placeholder`` is the prefix in its text."""
        self.files[path] = (data, mode)
        if placeholder:
            self.placeholders[path] = placeholder

    def write(self, channel: Path) -> str:
        """Write it into a channel's folder, and return the file's name."""
        folder = channel / ("noarch" if self.noarch else SUBDIR)
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{self.name}-{self.version}-{self.build}"
        with conda_builder(stem, folder, compression_level=COMPRESSION_LEVEL) as archive:
            for name, document in self._documents().items():
                _add(archive, f"info/{name}", json.dumps(document, indent=1).encode(), 0o644)
            for path, (data, mode) in sorted(self.files.items()):
                _add(archive, path, data, mode)
            for path, target in sorted(self.symlinks.items()):
                member = archive.tarinfo(path)
                member.type, member.linkname = b"2", target
                archive.addfile(member)
        return f"{stem}.conda"

    def _documents(self) -> dict[str, Any]:
        index = {
            "name": self.name,
            "version": self.version,
            "build": self.build,
            "build_number": 0,
            "depends": sorted(self.depends),
            "subdir": "noarch" if self.noarch else SUBDIR,
            "arch": None if self.noarch else "x86_64",
            "platform": None if self.noarch else "linux",
            "license": self.about.get("license", ""),
            "timestamp": TIMESTAMP_MS,
        }
        if self.noarch:
            index["noarch"] = self.noarch
        paths = {"paths": self._paths(), "paths_version": 1}
        documents = {"index.json": index, "about.json": self.about, "paths.json": paths}
        if self.noarch == "python":
            link = {"type": "python", "entry_points": self.entry_points}
            documents["link.json"] = {"noarch": link, "package_metadata_version": 1}
        if self.run_exports:
            documents["run_exports.json"] = self.run_exports
        return documents

    def _paths(self) -> list[dict[str, Any]]:
        entries = []
        for path, (data, _) in self.files.items():
            entry = {"_path": path, "path_type": "hardlink", **_facts(data)}
            if path in self.placeholders:
                entry |= {"prefix_placeholder": self.placeholders[path], "file_mode": "text"}
            entries.append(entry)
        for path, target in self.symlinks.items():
            data, _ = self.files[
                posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            ]
            entries.append({"_path": path, "path_type": "softlink", **_facts(data)})
        return sorted(entries, key=lambda entry: str(entry["_path"]))


def _facts(data: bytes) -> dict[str, Any]:
    return {"size_in_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _add(archive: tarfile.TarFile, path: str, data: bytes, mode: int) -> None:
    member = archive.tarinfo(path)
    member.size, member.mode = len(data), mode
    archive.addfile(member, io.BytesIO(data))
