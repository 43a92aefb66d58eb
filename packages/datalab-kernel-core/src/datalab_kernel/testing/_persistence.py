"""What a backend keeps: all of it when it is opened again, all of it when a change fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from datalab_kernel.backends import Groups, Placement, Put
from datalab_kernel.objects import _sigima
from datalab_kernel.testing import _samples
from datalab_kernel.testing._backend_hooks import BackendHooks, Uncopyable
from datalab_kernel.testing._compare import assert_same_object
from datalab_kernel.workspace._workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.backends import Backend


class _EndsEarly(Sequence[Put]):
    """Objects on their way, the last of which can't be fetched any more."""

    def __init__(self, items: list[Put]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        if index in (-1, len(self._items) - 1):
            message = "the last one was never stored"
            raise RuntimeError(message)
        return self._items[index]


def _replacements(placement: Placement) -> list[Put]:
    """Replace ``a`` and ``i`` by good objects, and ``b`` between them by one that can't be kept."""
    bad = _sigima.create_signal("bad", np.arange(3.0), np.ones(3))
    bad.metadata["x"] = Uncopyable()
    return [
        Put(name="a", obj=_samples.smooth_signal("a"), placement=placement),
        Put(name="b", obj=bad, placement=placement),
        Put(name="i", obj=_samples.full_image("i", "float32"), placement=placement),
    ]


def _places(backend: Backend) -> list[tuple[Any, ...]]:
    """Return what is known of objects where their numbers may not have been looked at yet."""
    infos = backend.describe().values()
    return [(info.name, info.kind, info.group, info.shape, info.units) for info in infos]


class PersistenceContract(BackendHooks):
    """What was stored is there: after opening it again, and after a change that failed."""

    def _fill(self, backend: Backend) -> dict[str, Any]:
        """Store an object of each sort, and return them by name as they must come back."""
        workspace = Workspace(backend)
        workspace.update({make.__name__: make() for make in _samples.OBJECTS})
        workspace.rename("full_signal", "renamed signal")
        workspace["removed"] = np.ones(3)
        workspace.remove("removed")
        workspace["full_image"] = _samples.full_image(dtype=">u2")
        return {name: workspace[name] for name in workspace}

    @pytest.fixture
    def reopened(self) -> Callable[[Backend], Backend]:
        """Give what opens a backend again, where there is such a hook."""
        if type(self).reopen is BackendHooks.reopen:
            pytest.skip(f"{type(self).__name__} has no reopen(backend) to look at what it keeps")
        return self.reopen

    def test_what_was_stored_is_there_when_it_is_opened_again(
        self, backend: Backend, reopened: Callable[[Backend], Backend]
    ) -> None:
        stored, known = self._fill(backend), _places(backend)
        again = reopened(backend)
        assert _places(again) == known
        for name, obj in stored.items():
            assert_same_object(again.get(name), obj)
        again.close()

    def test_opened_again_it_goes_on_where_it_was(
        self, backend: Backend, reopened: Callable[[Backend], Backend]
    ) -> None:
        self._fill(backend)
        again = reopened(backend)
        workspace = Workspace(again)
        before = workspace.list()
        workspace["last signal"] = np.ones(2)
        workspace.rename("renamed signal", "full_signal")
        signals = ["full_signal", *before[1 : before.index("full_image") - 2], "last signal"]
        assert workspace.list(kind="signal") == signals
        assert_same_object(workspace["full_signal"], _samples.full_signal("full_signal"))
        again.close()

    def test_groups_are_there_when_it_is_opened_again(
        self, backend: Backend, reopened: Callable[[Backend], Backend]
    ) -> None:
        self.needs(backend, "groups")
        assert isinstance(backend, Groups)
        backend.add_group("signal", "empty")
        backend.put([Put(name="a", obj=_samples.full_signal(), group="first")])
        again = reopened(backend)
        assert isinstance(again, Groups)
        assert again.groups("signal") == ["empty", "first"]
        assert again.describe()["a"].group == "first"
        again.close()

    @pytest.mark.parametrize("placement", [Placement.REPLACE, Placement.IN_PLACE])
    def test_replacing_several_replaces_all_or_none(
        self, workspace: Workspace, backend: Backend, placement: Placement
    ) -> None:
        self._replace_in_vain(workspace, backend, placement, _replacements(placement))

    @pytest.mark.parametrize("placement", [Placement.REPLACE, Placement.IN_PLACE])
    def test_replacing_that_ends_midway_leaves_everything_as_it_was(
        self, workspace: Workspace, backend: Backend, placement: Placement
    ) -> None:
        good = [item for item in _replacements(placement) if item.name != "b"]
        self._replace_in_vain(workspace, backend, placement, _EndsEarly(good))

    def _replace_in_vain(
        self, workspace: Workspace, backend: Backend, placement: Placement, items: Sequence[Put]
    ) -> None:
        """Let a replacement fail, and look whether anything is other than before."""
        if placement is Placement.IN_PLACE:
            self.needs(backend, "editing")
        workspace.update(
            {
                "a": _samples.full_signal(),
                "b": _samples.signal_with_roi(),
                "i": _samples.full_image(),
                "last": np.ones(2),
            }
        )
        before, described = {name: workspace[name] for name in workspace}, dict(backend.describe())
        with pytest.raises(Exception, match=r"stored|kept"):
            backend.put(items)
        assert [*backend.describe().items()] == [*described.items()]
        for name, obj in before.items():
            assert_same_object(backend.get(name), obj)
            raw = self.raw(backend, name)
            if raw is not NotImplemented and name != "i":
                assert raw.xydata.tobytes() == obj.xydata.tobytes()
