"""Where the repository is, for the tests about the repository itself."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from support.repository.toy import Toy

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def pixi() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pixi.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def version() -> str:
    return (ROOT / "VERSION").read_text(encoding="utf-8").strip()


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path, ROOT / "tools")
