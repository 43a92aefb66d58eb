"""The page about the architecture names files that are there, so that its words can be looked up."""

import re
from pathlib import Path


def test_each_word_of_the_house_says_where_it_is(root: Path) -> None:
    page = (root / "docs/contributing/architecture.md").read_text(encoding="utf-8")
    words = page.partition("| word | meaning | where |\n|---|---|---|\n")[2].splitlines()
    cells = [line.strip("|").split("|")[-1] for line in words if line.startswith("|")]
    named = [re.findall(r"`([\w./]+)`", cell) for cell in cells]
    assert len(named) > 20
    assert [] not in named
    homes = [root, *root.glob("packages/*/src")]
    paths = [path for line in named for path in line]
    assert [path for path in paths if not any((home / path).exists() for home in homes)] == []


def test_one_module_of_a_package_knows_what_a_browser_s_kernel_is(root: Path) -> None:
    naming = [
        path.relative_to(root / "packages").as_posix().replace("/src/", ": ")
        for path in sorted((root / "packages").glob("*/src/**/*.py"))
        if "emscripten" in path.read_text(encoding="utf-8")
    ]
    assert naming == [
        "datalab-kernel-client: datalab_kernel_client/server/_in_page.py",  # stands without the core
        "datalab-kernel-core: datalab_kernel/platform.py",
        "datalab-kernel-lite: datalab_kernel_lite/_install.py",  # a marker of wheels
    ]
