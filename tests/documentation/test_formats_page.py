"""The file format of the page for who adds one works as it stands there."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from datalab_kernel import Workspace
from datalab_kernel.errors import FileFormatError

PAGE = (Path(__file__).resolve().parents[2] / "docs/guide/formats.md").read_text(encoding="utf-8")
MODULE, CONTRACT = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
PROJECT = tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0])["project"]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a folder with the module, installed as a package would be."""
    (tmp_path / "acme_reader.py").write_text(MODULE, encoding="utf-8")
    info = tmp_path / "acme_reader-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-reader\nVersion: 1.0\n")
    ((group, points),) = PROJECT["entry-points"].items()
    lines = [f"{name} = {value}" for name, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
    return tmp_path


def test_a_file_of_the_format_is_loaded_whatever_it_is_called(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(package)
    monkeypatch.delenv("DATALAB_KERNEL_MODE", raising=False)
    content = struct.pack("<4sdI2f", b"ACME", 10.0, 2, 1.5, 2.5)
    (package / "run.acme").write_bytes(content)
    (package / "cut.acme").write_bytes(content[:-1])
    workspace = Workspace()
    assert workspace.load(package / "run.acme") == ["run"]
    assert workspace["run"].xydata.tolist() == [[0, 0.1], [1.5, 2.5]]
    (package / "run.h5").write_bytes(content)
    assert workspace.load(package / "run.h5", overwrite=True) == ["run"]
    with pytest.raises(FileFormatError, match=r"cut.acme.*acme \(acme-reader\) says: ValueError"):
        workspace.load(package / "cut.acme")


def test_the_reader_keeps_the_contract(package: Path) -> None:
    (package / "test_acme.py").write_text(CONTRACT, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(package)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=package, timeout=120
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "7 passed" in done.stdout
