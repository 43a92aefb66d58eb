"""Where DataLab will take long with many objects, a person is told before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.backends import TakesLong
from datalab_kernel.workspace import _datalab_remarks
from datalab_kernel_standalone import StandaloneBackend

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class SlowBackend(StandaloneBackend):
    """Takes a second for each object."""

    program = "Slow"

    def seconds_to_add(self, numbers: Mapping[str, int]) -> float:
        return float(sum(numbers.values()))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(_datalab_remarks, "show_remark", found.append)
    return found


def signals(number: int) -> dict[str, np.ndarray]:
    return {f"s{place}": np.ones(2) for place in range(number)}


def test_a_file_with_many_objects_of_a_kind_is_noted_when_it_is_saved(
    said: list[str], tmp_path: Path
) -> None:
    workspace = Workspace(StandaloneBackend())
    workspace.add(signals(300))
    workspace["image"] = np.ones((3, 3))
    workspace.save(tmp_path / "a")
    assert said == []
    workspace.add({"one more": np.ones(2)})
    workspace.save(tmp_path / "a")
    (text,) = said
    assert text.startswith("The file has 301 signals.")
    assert "about 55 seconds to open it" in text
    assert "several files" in text
    assert "names=" in text


def test_adding_many_to_what_takes_long_says_how_long(said: list[str]) -> None:
    backend = SlowBackend()
    assert isinstance(backend, TakesLong)
    Workspace(backend).add(signals(19))
    assert said == []
    Workspace(backend).add({f"m{number}": np.ones(2) for number in range(400)})
    (text,) = said
    assert text.startswith("Slow will take about 7 minutes to add 400 objects")
    assert "Stop ends it" in text


def test_where_nothing_takes_long_nothing_is_said(said: list[str]) -> None:
    Workspace(StandaloneBackend()).add(signals(1000))
    assert said == []
