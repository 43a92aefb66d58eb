"""The start collects no garbage and imports nothing useless, and cells do as ever."""

from __future__ import annotations

import gc
import sys

import pytest

from datalab_kernel_spec.startup._light_imports import USELESS, light_imports


def test_nothing_is_collected_meanwhile_and_what_was_made_counts_as_old() -> None:
    with light_imports():
        assert not gc.isenabled()
        made = [[] for _ in range(10_000)]  # type: ignore[var-annotated]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert gc.get_count()[0] < len(made)
    assert any(one is made for one in gc.get_objects(2))


def test_what_is_useless_at_the_start_can_be_imported_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, USELESS, raising=False)
    with light_imports(), pytest.raises(ImportError):
        __import__(USELESS)
    assert USELESS not in sys.modules


def test_what_is_imported_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, USELESS, gc)
    with light_imports():
        assert sys.modules[USELESS] is gc
    assert sys.modules[USELESS] is gc
