"""Sdists and wheels by hatchling, and the archive of the sources; the same bytes each time."""

from __future__ import annotations

import gzip
import os
import re
from typing import TYPE_CHECKING

from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

    from release.commit import Commit

DYNAMIC = re.compile(
    r'^dynamic = \["version", "dependencies"(, "optional-dependencies")?\]\n', re.MULTILINE
)
HOOK = re.compile(
    r"^\[tool\.hatch\.metadata\.hooks\.custom\]\n.*?"
    r"(?=^\[(?!tool\.hatch\.metadata\.hooks\.custom\.)|\Z)",
    re.MULTILINE | re.DOTALL,
)


def write_source_archive(commit: Commit, version: str, folder: Path) -> Path:
    """Write the repository's files at a commit, as a tag's archive has them."""
    name = f"datalab-kernel-{version}"
    path = folder / f"{name}-source.tar.gz"
    with path.open("wb") as stream, gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as packed:
        packed.write(commit.archive(f"{name}/"))
    return path


def build_distributions(tree: Path, version: str, time: int, folder: Path) -> None:
    """Build an sdist and a wheel of each package.

    Parameters
    ----------
    tree
        The exported repository; its packages' pyproject.toml are rewritten.
    version
        The version of every package.
    time
        The time that files in the archives get.
    folder
        Where they are written.
    """
    os.environ["SOURCE_DATE_EPOCH"] = str(time)
    for pyproject in sorted(tree.glob("packages/*/pyproject.toml")):
        state_everything(pyproject, version)
        for builder in (SdistBuilder, WheelBuilder):
            list(builder(str(pyproject.parent)).build(directory=str(folder), versions=["standard"]))


def state_everything(pyproject: Path, version: str) -> None:
    """Write what the hook fills in into a pyproject.toml, which then needs no hook.

    So an sdist can be built without the repository around it.
    """
    core = WheelBuilder(str(pyproject.parent)).metadata.core
    text = pyproject.read_text(encoding="utf-8")
    text, hooks = HOOK.subn("", text)
    found = DYNAMIC.findall(text)
    if hooks != 1 or len(found) != 1:
        msg = (
            f"{pyproject} must have the metadata hook, and a line that begins with "
            '\'dynamic = ["version", "dependencies"\', each once'
        )
        raise ValueError(msg)
    stated = f'version = "{version}"\ndependencies = {_array(core.dependencies)}\n'
    has_extras_of_the_hook = bool(found[0])
    if has_extras_of_the_hook:
        extras = core.optional_dependencies.items()
        lines = [f"{extra} = {_array(names)}\n" for extra, names in extras]
        text = f"{text.rstrip()}\n\n[project.optional-dependencies]\n{''.join(lines)}"
    text = DYNAMIC.sub(lambda _: stated, text)
    pyproject.write_text(text, encoding="utf-8", newline="\n")


def _array(items: list[str]) -> str:
    """Return TOML for a list of texts without quotes in them."""
    return "[" + "".join(f"\n    {item!r}," for item in items) + "\n]"
