"""Conda packages of the recipe, as rattler-build makes them, then written anew without times and paths of the build."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from conda_package_streaming.create import conda_builder
from conda_package_streaming.package_streaming import stream_conda_component

from conda._build import build
from conda._errors import CondaToolError
from conda._rattler import fresh_cache
from conda._source import ROOT, requirements
from offline_channel._channel import local_channel
from release.checks import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Collection

HOME = ROOT / ".run" / "conda"
RENDERED = "info/recipe/"
"""The recipe with what the build made of it: folders of the machine, and the minute."""
COMMAND = re.compile(rb"^(\.\./\.\./\.\./bin/[^,\n]*),[^,\n]*,\d*", re.MULTILINE)
LEVEL = 19


def build_conda_packages(
    tree: Path, time: int, folder: Path, *, only: Collection[str] = ()
) -> None:
    """Build the outputs of a tree's recipe into a folder.

    Parameters
    ----------
    tree
        The exported repository.
    time
        What stands for the time of the build, in seconds since 1970.
    folder
        Where the packages are written.
    only
        Names of the outputs to build; empty: all.

    Raises
    ------
    ReleaseError
        One could not be built.
    """
    try:
        _build(tree, time, folder, only)
    except CondaToolError as error:
        msg = f"the conda packages could not be built: {error}"
        raise ReleaseError(msg) from error


def _build(tree: Path, time: int, folder: Path, only: Collection[str]) -> None:
    channel = local_channel(HOME, requirements())
    with fresh_cache(HOME), tempfile.TemporaryDirectory() as name:
        recipe = tree / "recipes" / "datalab-kernel" / "recipe.yaml"
        built = build(recipe, source=tree, output=Path(name), channels=[channel.base], only=only)
        for package in built.packages.values():
            write_anew(package, time, folder)


def write_anew(package: Path, time: int, folder: Path) -> None:
    """Write a package with the same files, without anything that another build would change."""
    files = {}
    for component in ("pkg", "info"):
        with closing(package.open("rb")) as stream:
            for archive, member in stream_conda_component(package, stream, component=component):
                content = archive.extractfile(member)
                if content is None:
                    msg = f"{member.name} in {package.name} is no plain file"
                    raise ReleaseError(msg)
                files[member.name] = (content.read(), member.mode)
    for name in [name for name in files if name.startswith(RENDERED)]:
        del files[name]
    _forget_scripts(files)
    about = json.loads(files["info/about.json"][0])
    about.pop("channels", None)  # folders of this machine
    index = json.loads(files["info/index.json"][0]) | {"timestamp": time * 1000}
    for name, document in (("info/about.json", about), ("info/index.json", index)):
        files[name] = (json.dumps(document, indent=1, sort_keys=True).encode(), 0o644)
    with conda_builder(package.stem, folder, compression_level=LEVEL) as archive:
        for name, (content, mode) in sorted(files.items()):
            member = archive.tarinfo(name)
            member.size, member.mode, member.mtime = len(content), mode, time
            archive.addfile(member, io.BytesIO(content))
    _forget_times(folder / package.name)


def _forget_scripts(files: dict[str, tuple[bytes, int]]) -> None:
    """Take the hashes of commands out of RECORD: pip hashed them with the build's path in their first line.

    The commands themselves are not in the package; who installs it makes them.
    """
    paths = json.loads(files["info/paths.json"][0])
    for entry in paths["paths"]:
        name = entry["_path"]
        if name.endswith(".dist-info/RECORD"):
            content, mode = files[name]
            content = COMMAND.sub(rb"\1,,", content)
            files[name] = (content, mode)
            entry["sha256"] = hashlib.sha256(content).hexdigest()
            entry["size_in_bytes"] = len(content)
    files["info/paths.json"] = (json.dumps(paths, indent=1).encode(), 0o644)


def _forget_times(package: Path) -> None:
    """Write a package's outer zip file anew, whose entries conda_builder gives the time of day."""
    with ZipFile(package) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with ZipFile(package, "w") as archive:
        for name, content in members:
            archive.writestr(ZipInfo(name), content)  # 1980, and stored: conda wants it so
