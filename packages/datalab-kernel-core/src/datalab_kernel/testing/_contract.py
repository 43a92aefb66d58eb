"""What every backend must do, as one class of tests to subclass."""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from datalab_kernel.backends import Groups, Placement, Put
from datalab_kernel.errors import (
    ComputationWarning,
    DataLabKernelError,
    NameTakenError,
    ObjectNotFoundError,
)
from datalab_kernel.objects import _sigima
from datalab_kernel.platform import here
from datalab_kernel.testing import _samples
from datalab_kernel.testing._backend_hooks import CAPABILITIES, Uncopyable
from datalab_kernel.testing._compare import assert_same_object
from datalab_kernel.testing._persistence import PersistenceContract
from datalab_kernel.testing._reducing import ReducingContract

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel.backends import Backend
    from datalab_kernel.workspace._workspace import Workspace


FILE_SUFFIX = ".h5" if here().has_hdf5 else ".npz"


class BackendContract(PersistenceContract, ReducingContract):
    """Subclass this, define :meth:`make_backend`, and let pytest run it.

    Define :meth:`raw`, too, and what is stored is looked at past the workspace and the
    backend's own methods, where faults of both might cancel out. Define :meth:`reopen` where
    objects are kept when the process ends.
    """

    def test_a_new_backend_is_empty(self, backend: Backend) -> None:
        assert len(backend.describe()) == 0

    def test_a_name_that_is_not_there_is_a_key_error(
        self, backend: Backend, workspace: Workspace
    ) -> None:
        workspace["a"] = np.arange(3.0)
        with pytest.raises(KeyError):
            backend.get("b")
        with pytest.raises(ObjectNotFoundError, match="'b' not found"):
            workspace["b"]

    @pytest.mark.parametrize("make", _samples.OBJECTS, ids=lambda make: make.__name__)
    def test_an_object_comes_back_as_it_was(self, workspace: Workspace, make: Any) -> None:
        workspace["a"] = make("a")
        assert_same_object(workspace["a"], make("a"))

    @pytest.mark.parametrize("dtype", _samples.IMAGE_DTYPES)
    def test_every_dtype_is_kept(self, workspace: Workspace, dtype: str) -> None:
        image = _samples.full_image("a", dtype)
        workspace["a"] = image
        assert_same_object(workspace["a"], image)

    @pytest.mark.parametrize("name", _samples.NAMES, ids=range(len(_samples.NAMES)))
    def test_any_name_works(self, workspace: Workspace, name: str) -> None:
        workspace[name] = np.arange(3.0)
        assert workspace.list() == [name]
        assert workspace[name].title == name
        workspace.rename(name, "plain")
        workspace.rename("plain", name)
        del workspace[name]
        assert name not in workspace

    def test_it_lies_where_the_backend_keeps_it(
        self, workspace: Workspace, backend: Backend
    ) -> None:
        if self.raw(backend, "a") is NotImplemented:
            pytest.skip(
                f"{type(self).__name__} has no raw(backend, name) to look at what is stored"
            )
        workspace.update({"a": _samples.smooth_signal(), "i": _samples.image_with_coordinates()})
        workspace.rename("a", "b")
        raw, image = self.raw(backend, "b"), self.raw(backend, "i")
        expected = _samples.smooth_signal()
        assert raw.xydata.tobytes() == expected.xydata.tobytes()
        assert (raw.title, raw.xunit, raw.yunit) == ("b", expected.xunit, expected.yunit)
        assert image.xcoords.tolist() == _samples.image_with_coordinates().xcoords.tolist()
        workspace.remove("b")
        assert self.raw(backend, "a") is self.raw(backend, "b") is None

    def test_used_in_random_ways_it_keeps_what_a_model_keeps(self) -> None:
        pytest.importorskip("hypothesis")
        from datalab_kernel.testing._stateful import use_at_random

        use_at_random(self, self.random_runs)

    def test_the_callers_object_is_neither_changed_nor_kept(self, workspace: Workspace) -> None:
        signal = _samples.full_signal("mine")
        workspace["a"] = signal
        assert_same_object(signal, _samples.full_signal("mine"))
        signal.xydata[:] = 0
        signal.metadata["nested"]["a"]["b"] = "changed"
        assert_same_object(workspace["a"], _samples.full_signal("a"))

    def test_what_get_returns_is_independent(self, workspace: Workspace) -> None:
        workspace["a"] = _samples.full_signal()
        got = workspace["a"]
        got.xydata[:] = 0
        got.metadata["nested"]["a"]["b"] = "changed"
        got.title = "other"
        assert_same_object(workspace["a"], _samples.full_signal("a"))

    def test_a_view_has_read_only_arrays(self, workspace: Workspace) -> None:
        workspace["a"] = _samples.full_signal()
        view = workspace.get("a", copy=False)
        assert_same_object(view, _samples.full_signal("a"))
        with pytest.raises(ValueError, match="read-only"):
            view.xydata[0, 0] = 1.0

    def test_signals_come_before_images_each_in_order(self, workspace: Workspace) -> None:
        for name in ("i1", "s2", "i0", "s1"):
            workspace[name] = np.eye(2) if name.startswith("i") else np.ones(2)
        assert workspace.list() == ["s2", "s1", "i1", "i0"]

    def test_describe_tells_what_an_object_is(self, workspace: Workspace, backend: Backend) -> None:
        workspace["i"] = _samples.full_image()
        info = backend.describe()["i"]
        assert (info.name, info.kind, info.shape, info.dtype) == ("i", "image", (6, 8), "uint16")
        assert (info.units, info.size_bytes) == (("mm", "mm", "cd"), 96)
        assert info.is_from_notebook

    def test_overwriting_puts_the_new_object_at_the_end(self, workspace: Workspace) -> None:
        workspace.update({"a": np.ones(1), "b": np.ones(2)})
        workspace["a"] = np.ones(3)
        assert workspace.list() == ["b", "a"]
        assert workspace["a"].y.size == 3

    def test_overwriting_may_change_the_kind(self, workspace: Workspace) -> None:
        workspace["a"] = np.ones(3)
        workspace["a"] = np.eye(3)
        assert workspace.list(kind="image") == workspace.list() == ["a"]

    def test_editing_keeps_the_place(self, workspace: Workspace) -> None:
        workspace.update({"a": np.ones(1), "b": np.ones(2)})
        with workspace.edit("a") as signal:
            signal.yunit = "V"
        assert workspace.list() == ["a", "b"]
        assert workspace["a"].yunit == "V"

    def test_renaming_keeps_place_and_metadata(self, workspace: Workspace) -> None:
        workspace.update({"a": _samples.full_signal(), "b": np.ones(2)})
        workspace.rename("a", "c")
        assert workspace.list() == ["c", "b"]
        assert_same_object(workspace["c"], _samples.full_signal("c"))

    def test_renaming_onto_a_taken_name_changes_nothing(self, workspace: Workspace) -> None:
        workspace.update({"a": np.ones(1), "b": np.ones(2)})
        with pytest.raises(NameTakenError, match="already exists"):
            workspace.rename("a", "b")
        assert [workspace[name].y.size for name in ("a", "b")] == [1, 2]

    def test_a_file_that_is_loaded_again_changes_nothing(
        self, workspace: Workspace, tmp_path: Path
    ) -> None:
        workspace.update({"a": _samples.full_signal(), "b": _samples.full_image()})
        path = workspace.save(tmp_path / f"kept{FILE_SUFFIX}")
        assert workspace.load(path) == ["a", "b"]
        assert workspace.list() == ["a", "b"]
        workspace.remove("a")
        workspace["a"] = _samples.smooth_signal()
        with pytest.raises(NameTakenError, match="already exist"):
            workspace.load(path)

    def test_removing_several_removes_all_or_none(self, workspace: Workspace) -> None:
        workspace.update({"a": np.ones(1), "b": np.ones(2), "c": np.ones(3)})
        with pytest.raises(ObjectNotFoundError, match="not found"):
            workspace.remove(["a", "missing"])
        assert workspace.list() == ["a", "b", "c"]
        workspace.remove(["a", "c"])
        assert workspace.list() == ["b"]

    def test_putting_several_stores_all_or_none(self, backend: Backend) -> None:
        good = _sigima.create_signal("good", np.arange(3.0), np.ones(3))
        bad = _sigima.create_signal("bad", np.arange(3.0), np.ones(3))
        bad.metadata["x"] = Uncopyable()
        items = [Put(name=name, obj=obj) for name, obj in (("good", good), ("bad", bad))]
        with pytest.raises(Exception, match=r"stored|kept"):
            backend.put(items)
        assert list(backend.describe()) == []

    def test_put_in_place_keeps_the_group(self, backend: Backend) -> None:
        self.needs(backend, "groups")
        self.needs(backend, "editing")
        signal = _samples.signal_with_roi("a")
        backend.put([Put(name="a", obj=signal, group="first")])
        backend.put([Put(name="b", obj=signal, group="second")])
        backend.put([Put(name="a", obj=signal, placement=Placement.IN_PLACE)])
        groups = {name: info.group for name, info in backend.describe().items()}
        assert groups == {"a": "first", "b": "second"}

    def test_groups_keep_their_order_also_when_empty(self, backend: Backend) -> None:
        self.needs(backend, "groups")
        assert isinstance(backend, Groups)
        for title in ("zeta", "", "alpha"):
            backend.add_group("signal", title)
        backend.put([Put(name="a", obj=_samples.full_signal(), group="alpha")])
        backend.remove(["a"])
        assert backend.groups("signal") == ["zeta", "", "alpha"]
        assert backend.groups("image") == []

    def test_files_keep_everything(self, workspace: Workspace, tmp_path: Path) -> None:
        workspace.update({make.__name__: make() for make in _samples.OBJECTS})
        path = workspace.save(tmp_path / f"all{FILE_SUFFIX}")
        before = {name: workspace[name] for name in workspace}
        workspace.clear()
        assert workspace.load(path) == list(before)
        path.unlink()
        for name, obj in before.items():
            assert_same_object(workspace[name], obj)

    def test_clear_removes_what_notebooks_put_there(self, workspace: Workspace) -> None:
        workspace.update({"a": np.ones(1), "b": np.eye(2)})
        assert workspace.clear().removed == ("a", "b")
        assert len(workspace) == 0

    def test_a_computation_adds_what_sigima_computes(self, workspace: Workspace) -> None:
        from sigima.params import GaussianParam
        from sigima.proc.signal import gaussian_filter

        workspace["a"] = _samples.smooth_signal()
        result = workspace.calc("gaussian_filter", on="a", sigma=2.0)
        expected = gaussian_filter(_samples.smooth_signal(), GaussianParam.create(sigma=2.0))
        assert workspace.list() == ["a", *result.names] == ["a", "gaussian_filter(a)|sigma=2.0"]
        found = workspace[result.name]
        assert found.xydata.tobytes() == expected.xydata.tobytes()
        assert (found.xunit, found.yunit) == (expected.xunit, expected.yunit)
        same = _samples.smooth_signal().xydata.tobytes()
        assert workspace["a"].xydata.tobytes() == same

    def test_a_computation_takes_a_second_object_or_several(self, workspace: Workspace) -> None:
        workspace.update({"a": np.full((3, 4), 5.0), "b": np.full((3, 4), 3.0)})
        difference = workspace.calc("difference", on="a", operand="b", name="difference")
        average = workspace.calc("average", on=["a", "b"], name="average")
        assert workspace.list() == ["a", "b", "difference", "average"]
        assert [one.object.data[0, 0] for one in (difference, average)] == [2, 4]

    def test_an_analysis_is_kept_with_its_object_once(self, workspace: Workspace) -> None:
        workspace["a"] = _samples.smooth_signal()
        for _ in range(2):
            result = workspace.calc("stats", on="a")
        assert (result.names, workspace.list()) == (("a",), ["a"])
        assert "Table_stats_dict" in workspace["a"].metadata
        frame = workspace.results("a", "stats")
        assert frame["max"].to_list() == [np.sin(np.linspace(0, 10, 101)).max()]

    def test_notes_of_a_computation_stay_with_its_object_and_in_its_history(
        self, workspace: Workspace
    ) -> None:
        workspace["a"] = np.full((4, 4), 200, np.uint8)
        with pytest.warns(ComputationWarning, match="binning"):
            result = workspace.calc("binning", on="a", sx=2, sy=2)
        (note,) = result.notes
        assert "dtype" in note.advice
        assert workspace.notes(result.name) == workspace.history(result.name)[-1].notes == (note,)
        assert workspace.notes("a") == ()

    def test_notes_of_an_analysis_stay_with_its_table(self, workspace: Workspace) -> None:
        x = np.linspace(-5.0, 5.0, 101)
        workspace["a"] = (x, 1 + np.exp(-(x**2) / 2))
        with warnings.catch_warnings(record=True) as caught:  # a limit isn't a missing warning
            warnings.simplefilter("always")
            result = workspace.calc("fwhm", on="a")
        assert any("fwhm" in str(one.message) for one in caught)
        (note,) = result.notes
        assert "method" in note.advice
        assert workspace.notes("a") == workspace.history("a")[-1].notes == (note,)

    def test_a_computation_run_again_replaces_its_result(self, workspace: Workspace) -> None:
        for factor in (1.0, 2.0):
            workspace["a"] = np.full(5, -factor)
            result = workspace.calc("absolute", on="a")
        assert workspace.list() == ["a", "absolute(a)"]
        assert workspace[result.name].y.tolist() == [2.0] * 5

    def test_a_computation_never_replaces_anything_else(self, workspace: Workspace) -> None:
        workspace.update({"a": np.full(5, -1.0), "absolute(a)": np.full(5, 7.0)})
        assert workspace.calc("absolute", on="a").names == ("absolute(a) (2)",)
        assert workspace["absolute(a)"].y.tolist() == [7.0] * 5

    def test_a_computation_that_fails_changes_nothing(self, workspace: Workspace) -> None:
        workspace.update({"a": _samples.smooth_signal("a"), "b": np.ones(5) * 1j})
        with pytest.raises(DataLabKernelError, match="'a'"):
            workspace.calc("ifft", on=["b", "a"])
        with pytest.raises(DataLabKernelError, match="sigma"):
            workspace.calc("gaussian_filter", on=["a"], sigma=-1.0)
        assert workspace.list() == ["a", "b"]
        assert_same_object(workspace["a"], _samples.smooth_signal("a"))

    @pytest.mark.skipif(not here().has_threads, reason="a web page has no threads")
    def test_eight_threads_lose_nothing(self, workspace: Workspace) -> None:
        errors: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for step in range(4):
                    name = f"{number}-{step}"
                    workspace[name] = np.full(5, float(number))
                    assert workspace[name].y[0] == number
                    workspace.rename(name, f"{name} renamed")
                    if step % 2:
                        workspace.remove(f"{name} renamed")
            except BaseException as error:  # noqa: BLE001 - reported below
                errors.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        expected = {f"{number}-{step} renamed" for number in range(8) for step in (0, 2)}
        assert set(workspace) == expected

    @pytest.mark.parametrize("capability", CAPABILITIES)
    def test_what_is_lacking_is_declared(self, backend: Backend, capability: str) -> None:
        self.needs(backend, capability)
        assert backend.lacks <= set(CAPABILITIES)
