"""Make everything that a release needs, in ``dist/VERSION``; call it by the task ``release``.

Sdists and wheels of every package, conda packages, the archive of the sources, release notes from
CHANGELOG.md, and SHA256SUMS over all of it. ``--without-conda`` leaves out what takes minutes.
Everything is made from the commit, not from the work tree, and with the commit's time: two runs give the
same bytes, wherever and whenever. Nothing is published.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from release.archives import build_distributions, write_source_archive
from release.checks import ReleaseError, notes_of, refuse_changes, refuse_fragments
from release.commit import Commit

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Make a release's files and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="where to put them")
    parser.add_argument("--without-conda", action="store_true", help="make no conda packages")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    started = time.monotonic()
    try:
        folder = make_release(ROOT, options.output, with_conda=not options.without_conda)
    except ReleaseError as error:
        print(f"No release was made: {error}", file=sys.stderr)
        return 1
    for path in sorted(folder.iterdir()):
        print(f"  {path.name}  ({path.stat().st_size / 1000:,.0f} kB)")
    print(f"{folder} was made in {time.monotonic() - started:.1f} s; nothing was published")
    return 0


def make_release(root: Path, output: Path, *, with_conda: bool) -> Path:
    """Make the files of the release that a repository's commit stands for.

    Parameters
    ----------
    root
        The repository; it must be without changes.
    output
        The folder in which the release's folder is made, or made anew.
    with_conda
        Make conda packages too, which needs rattler-build (the task's environment has it).

    Returns
    -------
    Path
        The release's folder, named like the version.

    Raises
    ------
    ReleaseError
        The work tree has changes, or CHANGELOG.md lacks what is new or says nothing about the version.
    """
    refuse_changes(root)
    commit = Commit.head(root)
    with tempfile.TemporaryDirectory() as name:
        tree = commit.export(Path(name) / "tree")
        refuse_fragments(tree)
        version = (tree / "VERSION").read_text(encoding="utf-8").strip()
        notes = notes_of(version, (tree / "CHANGELOG.md").read_text(encoding="utf-8"))
        made = Path(name) / version
        made.mkdir()
        write_source_archive(commit, version, made)
        if with_conda:
            from release.conda_packages import build_conda_packages

            build_conda_packages(tree, commit.time, made)
        build_distributions(tree, version, commit.time, made)
        (made / "RELEASE_NOTES.md").write_text(notes, encoding="utf-8", newline="\n")
        (made / "SHA256SUMS").write_text(checksums(made), encoding="utf-8", newline="\n")
        target = output / version
        if target.exists():
            shutil.rmtree(target)
        output.mkdir(parents=True, exist_ok=True)
        shutil.move(made, target)
    return target


def checksums(folder: Path) -> str:
    """Return what ``sha256sum --check`` reads, for every file in a folder."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
    ]
    return "".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
