"""A debugger's variable explorer, shaped as those of ipykernel and xeus-python."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from datalab_kernel.session._variables import VariablePanel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "a_kernels_debugger"
SOURCE = """
from types import SimpleNamespace
class VariableExplorer:
    variables = {"np": "ours", "mine": 1}
    def track(self):
        self.frame = SimpleNamespace(f_locals=self.variables, f_globals=self.variables)
"""


@pytest.fixture
def panel() -> VariablePanel:
    return VariablePanel({"np": "ours", "gone": 2}, [NAME])


@pytest.fixture
def on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / f"{NAME}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop(NAME, None)


def shown(module: ModuleType) -> Any:
    explorer = module.VariableExplorer()
    explorer.track()
    assert explorer.frame.f_globals == explorer.frame.f_locals
    return explorer.frame.f_locals


@pytest.mark.usefixtures("on_disk")
def test_a_debugger_that_is_loaded_later_shows_the_users_variables(panel: VariablePanel) -> None:
    panel.begin()
    module = importlib.import_module(NAME)
    assert shown(module) == {"mine": 1}
    panel.end()
    assert shown(module) == {"np": "ours", "mine": 1}


@pytest.mark.usefixtures("on_disk")
def test_a_debugger_that_is_loaded_already_does_too(panel: VariablePanel) -> None:
    module = importlib.import_module(NAME)
    panel.begin()
    assert shown(module) == {"mine": 1}
    panel.end()
    assert shown(module) == {"np": "ours", "mine": 1}


@pytest.mark.usefixtures("on_disk")
def test_a_name_that_the_user_reassigned_is_shown(
    panel: VariablePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.begin()
    module = importlib.import_module(NAME)
    monkeypatch.setattr(module.VariableExplorer, "variables", {"np": "the user's"})
    assert shown(module) == {"np": "the user's"}
    panel.end()


@pytest.mark.parametrize("content", [{}, {"VariableExplorer": SimpleNamespace()}])
def test_another_kind_of_debugger_is_left_alone(
    panel: VariablePanel, monkeypatch: pytest.MonkeyPatch, content: dict[str, Any]
) -> None:
    module = ModuleType(NAME)
    vars(module).update(content)
    monkeypatch.setitem(sys.modules, NAME, module)
    before = {**vars(module)}
    panel.begin()
    panel.end()
    assert vars(module) == before


def test_importing_anything_else_is_as_before(panel: VariablePanel) -> None:
    before = [*sys.meta_path]
    panel.begin()
    assert panel.find_spec("json") is None
    with pytest.raises(ModuleNotFoundError, match=NAME):
        importlib.import_module(NAME)
    panel.end()
    assert sys.meta_path == before
