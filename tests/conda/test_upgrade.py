"""An upgrade replaces the previous version, and removing leaves no file of ours."""

from pathlib import Path

import pytest
import yaml

from conda._build import Built, build
from conda._prefix import Prefix
from conda._recipe import RECIPE, changed_copy, output_names
from conda._source import copy_source, version
from offline_channel._channel import LocalChannel

pytestmark = [pytest.mark.usefixtures("whole_run"), pytest.mark.timeout(900)]

PREVIOUS = "0.9.0"
OLD_MODULE = "datalab_kernel/_of_an_older_version.py"
NAME = "datalab-kernel"


@pytest.fixture
def previous(tmp_path: Path, channel: LocalChannel) -> list[str]:
    """Build an older version, which has a module that this one hasn't; give its channels."""
    source = copy_source(tmp_path / "source")
    (source / "VERSION").write_text(PREVIOUS)
    (source / "packages" / f"{NAME}-core" / "src" / OLD_MODULE).write_text('"""Gone since."""\n')

    def make_older(document: dict) -> None:
        document["context"]["version"] = PREVIOUS

    recipe = changed_copy(tmp_path / "recipe", make_older)
    return build(recipe, source=source, output=tmp_path / "built", channels=[channel.base]).channels


def ours(prefix: Prefix) -> dict[str, str]:
    return {name: found for name, found in prefix.packages().items() if name.startswith(NAME)}


def test_what_was_there_before_is_there_after_and_nothing_else(
    previous: list[str], built: Built, work: Path, tmp_path: Path
) -> None:
    prefix = Prefix(work / "upgraded")
    prefix.become([NAME], previous)
    others = [f"{name} =={found}" for name, found in prefix.packages().items() if NAME not in name]
    others.append("jupyter_client")
    assert ours(prefix) == dict.fromkeys(output_names_of_metapackage(), PREVIOUS)
    prefix.become([*others, NAME], previous)
    old = [path for path in prefix.files() if OLD_MODULE in path or f"-{PREVIOUS}.dist" in path]
    assert len(old) >= 6

    prefix.become([*others, NAME], built.channels)
    assert ours(prefix) == dict.fromkeys(output_names_of_metapackage(), version())
    assert not prefix.files() & set(old)
    prefix.run("python", str(RECIPE.parent / "tests" / "together.py"), cwd=tmp_path)

    prefix.become(others, built.channels)
    assert ours(prefix) == {}
    left = [path for path in prefix.files() if "datalab" in path]
    assert left == []

    clean = Prefix(work / "clean")
    clean.become(others, built.channels)
    made_by_running = {path for path in prefix.files() if path.endswith(".pyc")}
    assert prefix.files() - made_by_running == clean.files()


def output_names_of_metapackage() -> list[str]:
    document = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    needs = document["outputs"][-1]["requirements"]["run"]
    return [
        NAME,
        *(name for name in output_names()[:-1] if any(name[14:] in need for need in needs)),
    ]
