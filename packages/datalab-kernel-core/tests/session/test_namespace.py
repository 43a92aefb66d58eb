"""The session's names without IPython: reading cells, stand-ins, and taking them back."""

from __future__ import annotations

import ast
import inspect
import json
import pickle
import subprocess
import sys
import types
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from datalab_kernel.session._first_use import FirstUse
from datalab_kernel.session._lazy import LazyModule, LazyObject, lazy_class
from datalab_kernel.session._namespace import NAMES, Namespace
from datalab_kernel.session._syntax_trees import nodes_of


@pytest.fixture
def space() -> dict[str, Any]:
    return {}


def put(space: dict[str, Any]) -> tuple[Namespace, FirstUse]:
    names = Namespace(space, {})
    names.put()
    return names, FirstUse(names)


def run(first_use: FirstUse, space: dict[str, Any], code: str) -> None:
    tree = ast.parse(code)
    exec(compile(first_use.prepare(tree, nodes_of(tree)), "cell", "exec"), space)


def test_putting_the_names_imports_nothing_heavy() -> None:
    code = (
        "import sys; from datalab_kernel.session._namespace import Namespace; Namespace({}, {}).put(); "
        "print({'numpy', 'sigima', 'matplotlib', 'h5py'} & {*sys.modules})"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, text=True).strip() == "set()"


def test_only_what_a_cell_reads_becomes_real(space: dict[str, Any]) -> None:
    names, first_use = put(space)
    run(first_use, space, "y = [np.pi for _ in 'a']")
    assert names.waiting() == {*NAMES} - {"np"}
    assert space["np"] is sys.modules["numpy"]


def test_a_tree_is_read_whole() -> None:
    tree = ast.parse(Path(__file__).read_text())
    assert {*nodes_of(tree)} == {*ast.walk(tree)}


def test_assigning_and_deleting_make_nothing_real(space: dict[str, Any]) -> None:
    names, first_use = put(space)
    run(first_use, space, "np = 3\ndel sigima")
    assert names.waiting() == {*NAMES} - {"np", "sigima"}
    assert space["np"] == 3


def test_a_stand_in_in_use_becomes_real_in_the_namespace(space: dict[str, Any]) -> None:
    put(space)
    stand_in = space["np"]
    assert stand_in.pi > 3
    assert space["np"] is sys.modules["numpy"]


def test_a_stand_in_never_replaces_what_the_user_bound(space: dict[str, Any]) -> None:
    put(space)
    stand_in, space["np"] = space["np"], "mine"
    assert stand_in.pi > 3
    assert space["np"] == "mine"


def test_taking_back_restores_what_was_there(space: dict[str, Any]) -> None:
    space.update(np="theirs", other=1)
    names, first_use = put(space)
    run(first_use, space, "np.pi; create_signal; workspace = 'mine'")
    names.take_back()
    assert space.pop("__builtins__")
    assert space == {"np": "theirs", "other": 1, "workspace": "mine"}


def test_a_name_that_cant_be_imported_fails_where_it_is_used(
    space: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _names, first_use = put(space)
    monkeypatch.setitem(sys.modules, "numpy", None)
    run(first_use, space, "if False: np.pi")
    with pytest.raises(ImportError):
        run(first_use, space, "np.pi")


def test_an_interrupt_while_importing_is_the_cells(space: dict[str, Any]) -> None:
    class Interrupted(Namespace):
        def value(self, _name: str) -> Any:
            raise KeyboardInterrupt

    names = Interrupted(space, {})
    names.put()
    with pytest.raises(KeyboardInterrupt):
        run(FirstUse(names), space, "ran = 1; np.pi")
    assert "ran" not in space


def test_a_cell_may_use_submodules_of_sigima_without_an_import(space: dict[str, Any]) -> None:
    _names, first_use = put(space)
    run(first_use, space, "size = len(sigima.proc.title_formatting.__name__)")
    assert space["size"] == len("sigima.proc.title_formatting")


def test_names_that_are_no_submodules_are_left_to_fail(space: dict[str, Any]) -> None:
    _names, first_use = put(space)
    with pytest.raises(AttributeError, match=r"sigima.*no attribute 'sound'"):
        run(first_use, space, "sigima.sound.of.music")
    with pytest.raises(AttributeError, match=r"no attribute 'tests'"):
        run(first_use, space, "np.pi; sigima.tests.data")


def test_the_submodules_of_a_package_are_known_before_they_are_imported() -> None:
    names, _first_use = put({})
    assert {"objects", "proc", "params"} <= {*names.submodules("sigima")}
    assert {"signal", "image"} <= {*names.submodules("sigima.proc")}
    assert names.submodules("sigima.__version__") == []
    assert names.submodules("np") == names.submodules("json") == []


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("x = np.lin", {"np"}),
        ("a[sigima.proc.si", {"sigima"}),
        ("mine.np.lin", set()),
        ("nope.sigima", set()),
        ("'été' + workspace['", {"workspace"}),
    ],
)
def test_only_names_that_a_text_mentions_by_themselves_become_real(
    space: dict[str, Any], text: str, mentioned: set[str]
) -> None:
    names, first_use = put(space)
    first_use.make_real_in(text)
    assert {*NAMES} - names.waiting() == mentioned


def test_workspace_and_plotter_belong_together(space: dict[str, Any]) -> None:
    names, _first_use = put(space)
    assert names.value("workspace") is names.value("workspace")


def test_a_lazy_module_is_a_module() -> None:
    module = LazyModule("json", lambda: json)
    assert isinstance(module, types.ModuleType)
    assert inspect.ismodule(module)
    assert module.__name__ == "json"
    assert module.__doc__ == json.__doc__
    assert module.__spec__ is json.__spec__
    assert vars(module) is vars(json)
    assert dir(module) == dir(json)
    assert repr(module) == repr(json)
    assert inspect.getsource(module) == inspect.getsource(json)
    assert dict(inspect.getmembers(module)).keys() >= {"dumps", "loads"}


def test_stand_ins_are_pickled_by_reference() -> None:
    def not_loaded() -> Any:
        raise AssertionError

    module = pickle.dumps(LazyModule("json", not_loaded))
    assert pickle.loads(module) is json
    function = pickle.dumps(LazyObject("dumps", lambda: json.dumps))
    assert pickle.loads(function) is json.dumps
    kind = pickle.dumps(lazy_class("Decimal", lambda: Decimal))
    assert pickle.loads(kind) is Decimal


def test_looking_at_a_stand_in_imports_nothing() -> None:
    def not_loaded() -> Any:
        raise AssertionError

    shown = {
        "module 'json'": LazyModule("json", not_loaded),
        "class 'Decimal'": lazy_class("Decimal", not_loaded),
        "workspace": LazyObject("workspace", not_loaded),
    }
    for name, stand_in in shown.items():
        assert repr(stand_in) == str(stand_in) == f"<{name}: imported when first used>"
        assert type(stand_in).__name__ == stand_in.__class__.__name__
        assert not isinstance(stand_in, (int, str, list))
        assert stand_in != "a text"
        assert not hasattr(stand_in, "__array__")


def test_a_lazy_class_answers_for_the_class() -> None:
    stand_in: Any = lazy_class("Decimal", lambda: Decimal)
    assert isinstance(Decimal(1), stand_in)
    assert issubclass(Decimal, stand_in)
    assert stand_in("1.5") == Decimal("1.5")
    assert stand_in == Decimal
    assert {stand_in: 1}[Decimal] == 1
    assert stand_in.from_float(1.0) == 1
    assert inspect.isclass(stand_in)

    class Price(stand_in):  # type: ignore[misc]
        currency = "EUR"

    assert issubclass(Price, Decimal)
    assert Price("2").currency == "EUR"


def test_a_lazy_object_answers_for_a_function_and_a_mapping() -> None:
    function = LazyObject("dumps", lambda: json.dumps)
    assert function([1]) == "[1]"
    assert inspect.signature(function) == inspect.signature(json.dumps)
    assert inspect.getdoc(function) == inspect.getdoc(json.dumps)
    held: dict[str, int] = {}
    mapping: Any = LazyObject("held", lambda: held)
    mapping["a"] = 1
    assert ("a" in mapping, len(mapping), list(mapping), mapping["a"]) == (True, 1, ["a"], 1)
    del mapping["a"]
    assert held == {}
