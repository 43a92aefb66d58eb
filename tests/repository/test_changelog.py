"""What lies in `changes` becomes the changelog's next section, whole, and a release waits until it has."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.repository.clones import copy_of, git

from release.checks import ReleaseError, notes_of, refuse_fragments


def towncrier(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "towncrier", "build", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    copy = copy_of(root, tmp_path / "copy")
    (copy / "changes" / "moons.plotting.md").write_text("Draw the moon.\n", encoding="utf-8")
    git(copy, "add", "--all")
    return copy


def test_every_file_is_in_the_draft(root: Path) -> None:
    code, draft = towncrier(root, "--draft")
    assert code == 0, draft
    texts = [path.read_text(encoding="utf-8") for path in root.glob("changes/*.*.md")]
    assert [text for text in texts if f"- {text.splitlines()[0]}" not in draft] == []


def test_the_next_release_begins_with_what_lay_there(copy: Path, version: str) -> None:
    code, output = towncrier(copy, "--yes", "--version", version, "--date", "2030-01-01")
    assert code == 0, output
    notes = notes_of(version, (copy / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert notes.startswith(f"# DataLab-Kernel {version} (2030-01-01)\n")
    assert "- Draw the moon.\n" in notes.partition("### Pictures\n")[2]
    assert [path.name for path in (copy / "changes").iterdir()] == ["README.md"]
    refuse_fragments(copy)


@pytest.mark.parametrize("name", ["moons.md", "moons.misspelt.md"])
def test_a_file_without_a_known_type_is_refused(copy: Path, name: str) -> None:
    (copy / "changes" / name).write_text("Lost.\n", encoding="utf-8")
    code, output = towncrier(copy, "--draft")
    assert code == 1
    assert f"Invalid news fragment name: {name}" in output


def test_a_release_waits_for_what_the_changelog_does_not_say(copy: Path) -> None:
    with pytest.raises(ReleaseError, match=r"moons\.plotting\.md.*changelog-write"):
        refuse_fragments(copy)


def test_the_readme_names_each_type(root: Path) -> None:
    tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    readme = (root / "changes" / "README.md").read_text(encoding="utf-8")
    types = [item["directory"] for item in tool["towncrier"]["type"]]
    assert [name for name in types if f"`{name}`" not in readme] == []
