"""The local channel: kept while nothing changes, made of what is here, and clear about what isn't."""

import os
import struct
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from conda._errors import CondaToolError
from conda._expected import differences
from conda._leftovers import folder_for_one_run
from conda._rattler import CACHE_VARIABLE, fresh_cache
from conda._source import ROOT, requirements
from offline_channel import _channel, _python
from offline_channel._channel import LocalChannel, local_channel
from offline_channel._elf import is_elf, with_library_path
from offline_channel._names import conda_name, match_spec, pypi_name

HOME = ROOT / ".run" / "conda"


@pytest.mark.timeout(600)
def test_a_second_run_finds_the_channel_made(
    channel: LocalChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="conda")
    assert local_channel(HOME, requirements()) == channel
    assert [record.message for record in caplog.records] == [
        f"the local channel in {channel.folder} is up to date"
    ]


def test_it_has_everything_that_our_packages_name(channel: LocalChannel) -> None:
    wanted = {conda_name(Requirement(line).name) for line in requirements()}
    assert wanted <= channel.names()
    assert not [name for name in channel.names() if name.startswith("datalab-kernel")]


def test_names_go_to_conda_and_back() -> None:
    for line in requirements():
        name = Requirement(line).name
        assert pypi_name(conda_name(name)) == name.lower().replace("_", "-")


@pytest.mark.parametrize(
    ("requirement", "spec"),
    [
        ("numpy", "numpy"),
        ("matplotlib>=3.9", "matplotlib-base >=3.9"),
        ("jupyter-core>=5,!=5.1", "jupyter_core !=5.1,>=5"),
        ("ipython==9.*", "ipython 9.*"),
        ("h5py[mpi]>=3.12.1; python_version > '3'", "h5py >=3.12.1"),
    ],
)
def test_a_requirement_becomes_a_match_spec(requirement: str, spec: str) -> None:
    assert match_spec(Requirement(requirement)) == spec


def program(library_path: bytes) -> bytes:
    """Make the smallest file that has a library path: a header, a dynamic section, its texts."""
    texts = b"\0" + library_path + b"\0"
    dynamic = struct.pack("<QQQQ", 29, 1, 0, 0)
    table = 64 + len(texts) + len(dynamic)
    header = b"\x7fELF\x02\x01".ljust(40, b"\0") + struct.pack("<Q", table)
    header = header.ljust(58, b"\0") + struct.pack("<HH", 64, 2) + b"\0\0"
    strings = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 64, len(texts), 0, 0, 0, 0)
    section = struct.pack("<IIQQQQIIQQ", 0, 6, 0, 0, 64 + len(texts), len(dynamic), 0, 0, 0, 0)
    return header + texts + dynamic + strings + section


def test_a_program_looks_for_its_library_beside_itself() -> None:
    old, new = b"/usr/local/lib", b"$ORIGIN/../lib"
    assert with_library_path(program(old), new.decode()) == program(new)
    longer = program(b"/home/somebody/pythons/3.11/lib")
    moved = with_library_path(longer, new.decode())
    assert len(moved) == len(longer)
    assert new + b"\0" in moved


def test_where_there_is_no_room_or_no_path_a_file_stays_as_it_is() -> None:
    short = program(b"/lib")
    assert with_library_path(short, "$ORIGIN/../lib") == short
    assert with_library_path(b"print()", "$ORIGIN/../lib") == b"print()"
    assert is_elf(Path(sys.executable).resolve().read_bytes()[:64])


def test_a_python_that_lacks_modules_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_python, "NEEDED", ("ssl", "no_such_module"))
    with pytest.raises(CondaToolError, match=r"lacks the modules no_such_module.*python3-full"):
        _python.python_packages()


def test_another_system_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(CondaToolError, match="made from a CPython on Linux"):
        _python.python_packages()


def test_requirements_that_dont_exist_are_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_channel, "python_packages", list)  # which are packed meanwhile
    with pytest.raises(CondaToolError, match="pip can.t download .*no-such-thing"):
        local_channel(tmp_path, ["./no-such-thing==0"])
    assert list(tmp_path.iterdir()) == []


def test_every_run_has_a_package_cache_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, "/before")
    with fresh_cache(tmp_path):
        (first,) = tmp_path.iterdir()
        assert list(first.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_package_too_many_and_one_too_few_are_told() -> None:
    listed = (ROOT / "tests/conda/expected/datalab-kernel-core.txt").read_text().split()
    assert differences("datalab-kernel-core", listed) == []
    told = differences("datalab-kernel-core", {*listed, "datalab-kernel-live"})
    assert told[0] == "unexpected: datalab-kernel-live"
    assert "tools/conda lists" in told[-1]


def test_what_a_killed_run_left_is_removed_and_what_another_uses_is_not(tmp_path: Path) -> None:
    left, used = tmp_path / "run-tests-old", tmp_path / "run-tests-new"
    for folder in (left, used):
        folder.mkdir()
    os.utime(left, (0, 0))
    with folder_for_one_run(tmp_path, "tests") as own:
        assert sorted(tmp_path.iterdir()) == sorted([own, used])
    assert [*tmp_path.iterdir()] == [used]
