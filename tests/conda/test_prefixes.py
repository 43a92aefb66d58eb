"""Each package alone in a fresh prefix: it works there, and nothing unexpected comes along."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conda._build import Built
from conda._expected import differences
from conda._prefix import Prefix
from conda._recipe import RECIPE, output_names

pytestmark = [pytest.mark.usefixtures("whole_run"), pytest.mark.timeout(600)]

NEEDED_BY_SCRIPTS = {"spec": ["jupyter_client"]}
WORKS_WITHOUT = {"datalab-kernel-client": {"datalab-kernel-core"}}


@pytest.mark.parametrize("name", [name for name in output_names() if name != "datalab-kernel"])
def test_alone_it_works_and_brings_what_is_expected(
    name: str, new_prefix: Callable[[str], Prefix], built: Built, tmp_path: Path
) -> None:
    prefix = new_prefix(name)
    prefix.become([name], built.channels)
    installed = prefix.packages()
    assert differences(name, installed) == []
    ours = {one for one in installed if one.startswith("datalab-kernel")}
    assert ours == {name} | ({"datalab-kernel-core"} - WORKS_WITHOUT.get(name, set()))
    part = name.removeprefix("datalab-kernel-")
    if part in NEEDED_BY_SCRIPTS:
        prefix.become([name, *NEEDED_BY_SCRIPTS[part]], built.channels)
    prefix.run("python", str(RECIPE.parent / "tests" / f"{part}.py"), cwd=tmp_path)


def test_the_interpreter_is_the_prefixs_own(
    new_prefix: Callable[[str], Prefix], built: Built, tmp_path: Path
) -> None:
    prefix = new_prefix("python")
    prefix.become(["python"], built.channels)
    code = "import ssl, sqlite3, ctypes, sys, sysconfig; print(sys.prefix, sysconfig.get_path('purelib'), *sys.path)"
    places = prefix.run("python", "-c", code, cwd=tmp_path).split()
    assert all(place.startswith(str(prefix.folder)) for place in places), places
