"""The contract of backends on a DataLab whose Web API alone can be reached: elsewhere, or from a web page.

This module needs nothing of the other ones here: it is carried into pages, too.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.backends import Backend
from datalab_kernel.errors import LiveLimitError
from datalab_kernel.platform import here
from datalab_kernel.testing import BackendContract, _samples
from datalab_kernel_live import LiveBackend

FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))
IS_LIMIT = pytest.mark.xfail(
    raises=LiveLimitError, strict=True, reason="needs DataLab's XML-RPC interface (docs: Limits)"
)
LIMITED_NAMES = {"a/b", "..", ".", "<b>bold</b>&amp;"}
"""Its Web API's routes take no slash, and dots are shortened on the way."""
LIMITED_OBJECTS = {_samples.image_with_coordinates, _samples.masked_image}
NAMES = [name for name in _samples.NAMES if name not in LIMITED_NAMES]


def sampled(values: Sequence[Any]) -> Sequence[Any]:
    return values if FULL else values[::4]


class WebApiContract(BackendContract):
    """Finds the DataLab by the environment (``DATALAB_WORKSPACE_URL``, ``_TOKEN``)."""

    random_runs = 1

    def make_backend(self, tmp_path: Path) -> Backend:  # noqa: ARG002
        """Return a backend on that DataLab, which is emptied."""
        backend = LiveBackend()
        Workspace(backend).clear(everything=True)
        return backend

    @pytest.mark.parametrize("name", sampled(NAMES))
    def test_any_name_works(self, workspace: Workspace, name: str) -> None:
        workspace[name] = np.arange(3.0)
        assert workspace.list() == [name]
        assert workspace[name].title == name
        del workspace[name]
        assert name not in workspace

    @pytest.mark.parametrize("name", sorted(LIMITED_NAMES))
    def test_names_that_have_no_route_are_a_limit(self, workspace: Workspace, name: str) -> None:
        with pytest.raises(LiveLimitError, match="such a name"):
            workspace[name] = np.arange(3.0)
        assert workspace.list() == []

    @pytest.mark.parametrize("dtype", sampled(_samples.IMAGE_DTYPES))
    def test_every_dtype_is_kept(self, workspace: Workspace, dtype: str) -> None:
        super().test_every_dtype_is_kept(workspace, dtype)

    @pytest.mark.parametrize(
        "make", [one for one in _samples.OBJECTS if one not in LIMITED_OBJECTS]
    )
    def test_an_object_comes_back_as_it_was(self, workspace: Workspace, make: Any) -> None:
        super().test_an_object_comes_back_as_it_was(workspace, make)

    @pytest.mark.parametrize("make", sorted(LIMITED_OBJECTS, key=lambda make: make.__name__))
    def test_what_archives_lack_is_a_limit(self, workspace: Workspace, make: Any) -> None:
        with pytest.raises(LiveLimitError, match="coordinates of its own, a mask"):
            workspace.update({"a": np.ones(1), "b": make("b")})
        assert workspace.list() == []

    @IS_LIMIT
    def test_editing_keeps_the_place(self, workspace: Workspace) -> None:
        super().test_editing_keeps_the_place(workspace)

    @IS_LIMIT
    def test_renaming_keeps_place_and_metadata(self, workspace: Workspace) -> None:
        super().test_renaming_keeps_place_and_metadata(workspace)

    @IS_LIMIT
    def test_an_analysis_is_kept_with_its_object_once(self, workspace: Workspace) -> None:
        super().test_an_analysis_is_kept_with_its_object_once(workspace)

    @IS_LIMIT
    def test_notes_of_an_analysis_stay_with_its_table(self, workspace: Workspace) -> None:
        super().test_notes_of_an_analysis_stay_with_its_table(workspace)

    @IS_LIMIT
    def test_files_keep_everything(self, workspace: Workspace, tmp_path: Path) -> None:
        super().test_files_keep_everything(workspace, tmp_path)

    @pytest.mark.skipif(not here().has_threads, reason="a web page has no threads")
    def test_eight_threads_lose_nothing(self, workspace: Workspace) -> None:
        def work(number: int) -> None:
            for step in range(4):
                name = f"{number}-{step}"
                workspace[name] = np.full(5, float(number))
                assert workspace[name].y[0] == number
                if step % 2:
                    workspace.remove(name)

        with ThreadPoolExecutor(8) as pool:
            assert [*pool.map(work, range(8))] == [None] * 8
        assert {*workspace} == {f"{number}-{step}" for number in range(8) for step in (0, 2)}
