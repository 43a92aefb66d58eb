"""What one environment has compiled isn't compiled again in another that has the same files."""

import os
import py_compile
from pathlib import Path

from runner.bytecode import share_bytecode

SITE = Path("lib", "python3.11", "site-packages")


def environment(folder: Path, name: str) -> Path:
    (folder / name / SITE).mkdir(parents=True)
    return folder / name


def compiled_of(source: Path) -> Path:
    return Path(py_compile.compile(str(source)))


def test_what_is_compiled_of_the_same_file_is_linked_and_of_another_isnt(tmp_path: Path) -> None:
    first, second = (environment(tmp_path, name) for name in ("first", "second"))
    same, copied, lacking = (first / SITE / name for name in ("same.py", "copied.py", "lacking.py"))
    for source in (same, copied, lacking):
        source.write_text("found = 1\n", encoding="utf-8")
    (second / SITE / same.name).hardlink_to(same)
    (second / SITE / copied.name).write_text("found = 2\n", encoding="utf-8")
    compiled = [compiled_of(source) for source in (same, copied, lacking)]
    assert share_bytecode(second, [first]) == 1
    (linked,) = second.rglob("*.pyc")
    assert linked.samefile(compiled[0])
    assert share_bytecode(second, [first]) == 0


def test_what_pytest_has_compiled_is_left(tmp_path: Path) -> None:
    first, second = (environment(tmp_path, name) for name in ("first", "second"))
    source = first / SITE / "plugin.py"
    source.write_text("found = 1\n", encoding="utf-8")
    os.link(source, second / SITE / source.name)
    compiled = compiled_of(source)
    compiled.rename(compiled.with_name("plugin.cpython-311-pytest-9.0.0.pyc"))
    assert share_bytecode(second, [first]) == 0
