"""`tools/run.py release` makes the same bytes anywhere and at any time, and refuses what is no release."""

import hashlib
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

import pytest
from support.repository.clones import clone_of, copy_of, git

PACKAGES = ["datalab-kernel", "datalab-kernel-core", "datalab-kernel-live"]


def release(clone: Path, **options: object) -> tuple[int, str]:
    command = [sys.executable, "tools/release", "--without-conda"]
    done = subprocess.run(
        command, cwd=clone, capture_output=True, text=True, check=False, **options
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def repository(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the work tree as it is when it is released: with its changelog written."""
    repository = copy_of(root, tmp_path_factory.mktemp("repository"))
    if list(repository.glob("changes/*.*.md")):
        command = [sys.executable, "-m", "towncrier", "build", "--yes"]
        subprocess.run(command, cwd=repository, check=True, capture_output=True)
        git(repository, "commit", "--quiet", "--all", "--message", "changelog")
    return repository


class Made(NamedTuple):
    clone: Path
    folder: Path


@pytest.fixture(scope="module")
def two(
    repository: Path, version: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Made, Made]:
    """Return releases made in two folders, at two times, by people with other habits."""
    first = clone_of(repository, tmp_path_factory.mktemp("one") / "here")
    code, output = release(first)
    assert code == 0, output
    second = clone_of(repository, tmp_path_factory.mktemp("two") / "some where" / "else")
    for path in second.rglob("*"):
        os.utime(path, (10**9, 10**9), follow_symlinks=False)
    time.sleep(2)  # the precision of a zip file's times
    code, output = release(
        second, umask=0o077, env={**os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    )
    assert code == 0, output
    assert "nothing was published" in output
    return (
        Made(first, first / "dist" / version),
        Made(second, second / "dist" / version),
    )


@pytest.fixture(scope="module")
def made(two: tuple[Made, Made]) -> Path:
    return two[0].folder


def test_two_builds_in_other_folders_at_other_times_are_the_same_bytes(
    two: tuple[Made, Made],
) -> None:
    first, second = (
        {path.name: path.read_bytes() for path in made.folder.iterdir()} for made in two
    )
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_every_package_has_an_sdist_and_a_wheel(made: Path, root: Path, version: str) -> None:
    stems = [f"{path.name.replace('-', '_')}-{version}" for path in root.glob("packages/*")]
    wanted = {f"{stem}{end}" for stem in stems for end in (".tar.gz", "-py3-none-any.whl")}
    others = {"RELEASE_NOTES.md", "SHA256SUMS", f"datalab-kernel-{version}-source.tar.gz"}
    assert {path.name for path in made.iterdir()} == wanted | others


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what a file is made of; of an archive also what is in it."""
    yield path.name, path.read_bytes()
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())
    elif path.suffix == ".gz":
        with tarfile.open(path) as archive:
            for member in archive:
                content = archive.extractfile(member)
                yield member.name, content.read() if content else b""


def test_no_path_of_the_build_is_inside(two: tuple[Made, Made]) -> None:
    for clone, folder in two:
        found = [
            name
            for path in folder.iterdir()
            for name, content in members(path)
            if str(clone).encode() in content or name.endswith("direct_url.json")
        ]
        assert found == []


def test_the_checksums_are_of_every_other_file(made: Path) -> None:
    lines = (made / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    noted = dict(reversed(line.split("  ")) for line in lines)
    assert noted == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in made.iterdir()
        if path.name != "SHA256SUMS"
    }


@pytest.mark.parametrize("name", PACKAGES)
def test_what_is_released_declares_what_was_tested(made: Path, name: str, version: str) -> None:
    stem = f"{name.replace('-', '_')}-{version}"
    with zipfile.ZipFile(made / f"{stem}-py3-none-any.whl") as wheel:
        metadata = wheel.read(f"{stem}.dist-info/METADATA").decode()
    assert metadata == distribution(name).read_text("METADATA")


@pytest.mark.parametrize("name", PACKAGES)
def test_an_sdist_alone_gives_the_same_wheel(
    made: Path, name: str, version: str, tmp_path: Path, repository: Path
) -> None:
    stem = f"{name.replace('-', '_')}-{version}"
    with tarfile.open(made / f"{stem}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    epoch = git(repository, "log", "-1", "--format=%ct").strip()
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch}
    subprocess.run(command, cwd=tmp_path / stem, env=environment, check=True, capture_output=True)
    wheel = f"{stem}-py3-none-any.whl"
    assert (tmp_path / stem / "dist" / wheel).read_bytes() == (made / wheel).read_bytes()


def test_the_source_archive_holds_what_the_commit_holds(
    made: Path, repository: Path, version: str
) -> None:
    name = f"datalab-kernel-{version}"
    with tarfile.open(made / f"{name}-source.tar.gz") as archive:
        files = [member.name for member in archive if member.isfile()]
    listed = git(repository, "ls-files", "-z").split("\0")
    assert sorted(files) == sorted(f"{name}/{path}" for path in listed if path)


def test_the_notes_are_the_changelogs(made: Path, repository: Path, version: str) -> None:
    notes = (made / "RELEASE_NOTES.md").read_text(encoding="utf-8")
    heading, _, body = notes.partition("\n\n")
    assert heading.startswith(f"# DataLab-Kernel {version}")
    assert body.strip() in (repository / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "new.txt"])
def test_a_work_tree_with_changes_is_refused(repository: Path, tmp_path: Path, name: str) -> None:
    clone = clone_of(repository, tmp_path / "clone")
    (clone / name).write_text("changed", encoding="utf-8")
    code, output = release(clone)
    assert code == 1
    assert "has changes that no commit has" in output
    assert name in output
    assert not (clone / "dist").exists()


@pytest.mark.parametrize(
    "changelog", ["# Changelog\n", "# Changelog\n\n## 9.9.9\n\n## 1.0.0\n\nx\n"]
)
def test_a_version_without_a_changelog_entry_is_refused(
    repository: Path, tmp_path: Path, changelog: str
) -> None:
    clone = clone_of(repository, tmp_path / "clone")
    (clone / "VERSION").write_text("9.9.9\n", encoding="utf-8")
    (clone / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    git(clone, "commit", "--quiet", "--all", "--message", "version")
    code, output = release(clone)
    assert code == 1
    assert "CHANGELOG.md says nothing about 9.9.9" in output
    assert not (clone / "dist").exists()
