"""A backend in long random use: whatever is done in whatever order, it keeps what a model keeps.

Hypothesis chooses the steps, and shows the run that goes wrong (the shortest one, where
tests run whole). The model is a dict of names to values; what is looked at is the workspace, the backend's description, and
what lies past both (``BackendContract.raw``).
"""

from __future__ import annotations

import itertools
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from datalab_kernel.errors import NameTakenError, ObjectNotFoundError
from datalab_kernel.objects import KINDS, _sigima
from datalab_kernel.workspace._workspace import Workspace

if TYPE_CHECKING:
    from datalab_kernel.backends import Backend
    from datalab_kernel.objects import DataObject, Kind

NAMES = st.sampled_from(("a", "b", "c", "a b", "信号", "d [x]"))
GROUPS = st.sampled_from(("first", "dunkle Räume"))
KIND = st.sampled_from(KINDS)
NUMBER = st.integers(1, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the model knows of an object; ``number`` makes its values."""

    kind: Kind
    number: int
    unit: str = ""
    group: str = ""

    def make(self, name: str) -> DataObject:
        values = np.arange(6.0) + self.number
        obj: Any
        if self.kind == "signal":
            obj = _sigima.create_signal(name, np.arange(6.0), values)
        else:
            obj = _sigima.create_image(name, values.reshape(2, 3))
        obj.yunit = self.unit
        return obj

    def check(self, obj: Any, name: str) -> None:
        expected: Any = self.make(name)
        array = "xydata" if self.kind == "signal" else "data"
        assert isinstance(obj, type(expected))
        assert (obj.title, obj.yunit) == (name, self.unit)
        np.testing.assert_array_equal(getattr(obj, array), getattr(expected, array))


class Contract(Protocol):
    """What is used of a :class:`BackendContract`, which begins this and so is above it."""

    def make_backend(self, tmp_path: Path) -> Backend: ...

    def raw(self, backend: Backend, name: str) -> Any: ...

    def reopen(self, backend: Backend) -> Any: ...

    def has(self, backend: Backend, capability: str) -> bool: ...


class BackendMachine(RuleBasedStateMachine):
    """Uses a backend by a workspace, and a model beside it."""

    contract: ClassVar[Contract]

    def __init__(self) -> None:
        super().__init__()
        contract = self.contract
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._backend: Any = contract.make_backend(Path(self._folder.name))
        self._workspace = Workspace(self._backend)
        self._model: dict[str, _Entry] = {}
        self._saved: list[dict[str, _Entry]] = []
        self._has_groups = contract.has(self._backend, "groups")
        self._has_editing = contract.has(self._backend, "editing")

    # -- steps --------------------------------------------------------------------------

    @initialize()
    def begin_empty(self) -> None:
        assert self._workspace.list() == []

    @rule(name=NAMES, kind=KIND, number=NUMBER)
    def add(self, name: str, kind: Kind, number: int) -> None:
        entry = _Entry(kind=kind, number=number)
        if name in self._model:
            with pytest.raises(NameTakenError):
                self._workspace.add(name, entry.make(name))
            return
        self._workspace.add(name, entry.make(name))
        self._note(name, entry)

    @rule(name=NAMES, kind=KIND, number=NUMBER)
    def replace(self, name: str, kind: Kind, number: int) -> None:
        old = self._model.get(name)
        entry = _Entry(kind=kind, number=number)
        self._workspace[name] = entry.make(name)
        self._note(name, entry)
        if old is not None and old.kind == kind:
            assert self._model[name].group == old.group

    @precondition(lambda self: self._has_groups)
    @rule(name=NAMES, kind=KIND, number=NUMBER, group=GROUPS)
    def add_to_group(self, name: str, kind: Kind, number: int, group: str) -> None:
        entry = _Entry(kind=kind, number=number)
        self._workspace.add(name, entry.make(name), overwrite=True, group=group)
        self._note(name, entry)
        assert self._model[name].group == group

    @precondition(lambda self: self._has_groups)
    @rule(kind=KIND, group=GROUPS)
    def make_group(self, kind: Kind, group: str) -> None:
        before = self._backend.groups(kind)
        self._backend.add_group(kind, group)
        assert self._backend.groups(kind) == [*dict.fromkeys([*before, group])]

    @precondition(lambda self: self._has_editing and self._model)
    @rule(data=st.data(), unit=st.sampled_from(("V", "mm")))
    def edit(self, data: st.DataObject, unit: str) -> None:
        name = self._draw(data)
        with self._workspace.edit(name) as obj:
            obj.yunit = unit
        self._model[name] = replace(self._model[name], unit=unit)

    @precondition(lambda self: self._model)
    @rule(data=st.data(), new=NAMES)
    def rename(self, data: st.DataObject, new: str) -> None:
        old = self._draw(data)
        if new == old:
            return
        if new in self._model:
            with pytest.raises(NameTakenError):
                self._workspace.rename(old, new)
            return
        self._workspace.rename(old, new)
        pairs = self._model.items()
        self._model = {new if name == old else name: entry for name, entry in pairs}

    @precondition(lambda self: self._model)
    @rule(data=st.data(), number=st.integers(1, 2))
    def remove(self, data: st.DataObject, number: int) -> None:
        names = [*dict.fromkeys(self._draw(data) for _ in range(number))]
        self._workspace.remove(names)
        for name in names:
            del self._model[name]

    @rule(name=NAMES)
    def change_what_may_be_missing(self, name: str) -> None:
        if name in self._model:
            return
        with pytest.raises(ObjectNotFoundError):
            self._workspace.rename(name, "new")
        with pytest.raises(ObjectNotFoundError):
            self._workspace.remove([*self._model, name])

    def _draw(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([*self._model]))

    @rule()
    def save(self) -> None:
        path = Path(self._folder.name) / f"{len(self._saved)}.h5"
        self._workspace.save(path)
        self._saved.append({name: self._model[name] for name in self._workspace})

    @precondition(lambda self: self._saved)
    @rule(data=st.data())
    def load(self, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, len(self._saved) - 1))
        path, saved = Path(self._folder.name) / f"{number}.h5", self._saved[number]
        taken = [name for name in saved if name in self._model]
        if saved and all(self._is_still(name, entry) for name, entry in saved.items()):
            assert self._workspace.load(path) == [*saved]
        elif taken:
            with pytest.raises(NameTakenError):
                self._workspace.load(path)
        assert self._workspace.load(path, overwrite=True) == [*saved]
        for name, entry in saved.items():
            self._note(name, entry)
            if self._has_groups:
                assert self._model[name].group == entry.group

    def _is_still(self, name: str, saved: _Entry) -> bool:
        """Say whether an object is as it was saved; its group may be another."""
        now = self._model.get(name)
        return now is not None and replace(now, group=saved.group) == saved

    @rule()
    def open_again(self) -> None:
        again = self.contract.reopen(self._backend)
        if again is not NotImplemented:
            self._backend, self._workspace = again, Workspace(again)

    def _note(self, name: str, entry: _Entry) -> None:
        """Note an object that was put at the end, in the group where it now is."""
        self._model.pop(name, None)
        info = self._backend.describe()[name]
        self._model[name] = replace(entry, group=info.group)

    # -- what holds after each ----------------------------------------------------------

    @invariant()
    def names_kinds_groups_and_order_are_the_models(self) -> None:
        found = self._backend.describe()
        assert self._workspace.list() == [*found]
        assert {name: (info.kind, info.group) for name, info in found.items()} == {
            name: (entry.kind, entry.group) for name, entry in self._model.items()
        }
        assert [info.kind for info in found.values()] == sorted(
            (info.kind for info in found.values()), key=KINDS.index
        )
        places = [(entry.kind, entry.group) for entry in self._model.values()]
        for place in dict.fromkeys(places):
            expected = [
                name for name, there in zip(self._model, places, strict=True) if there == place
            ]
            assert [
                name for name, info in found.items() if (info.kind, info.group) == place
            ] == expected

    @invariant()
    def one_objects_values_are_the_models(self) -> None:
        for name, entry in itertools.islice(reversed(self._model.items()), 1):
            self._check_values(name, entry)

    def _check_values(self, name: str, entry: _Entry) -> None:
        entry.check(self._workspace[name], name)
        raw = self.contract.raw(self._backend, name)
        if raw is not NotImplemented:
            entry.check(raw, name)

    def teardown(self) -> None:
        """Look at everything once more."""
        try:
            for name, entry in self._model.items():
                self._check_values(name, entry)
            if self.contract.raw(self._backend, "nobody") is not NotImplemented:
                assert self.contract.raw(self._backend, "nobody") is None
        finally:
            self._backend.close()
            self._folder.cleanup()


def use_at_random(contract: Contract, runs: int) -> None:
    """Use a backend in random ways, always the same: a few, or many when tests run whole."""

    class Machine(BackendMachine):
        """The one that hypothesis makes, for each run anew."""

    Machine.contract = contract
    is_full = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=runs * 10 if is_full else runs,
            stateful_step_count=40 if is_full else 20,
            deadline=None,
            database=None,
            derandomize=True,
            # Making a run that went wrong shorter takes minutes where a backend is slow
            phases=[Phase.generate, *([Phase.shrink] if is_full else [])],
            suppress_health_check=[*HealthCheck],
        ),
    )
