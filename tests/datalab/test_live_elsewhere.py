"""A real DataLab on another computer: its Web API alone, with a token, everything else here."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.datalab.forwarding import forwarded, own_address

from datalab_application import Running
from datalab_kernel import Workspace, create_image
from datalab_kernel.backends import Backend
from datalab_kernel.errors import DataLabAuthError, LiveLimitError
from datalab_kernel.testing import BackendContract, _samples
from datalab_kernel_live import LiveBackend

SECOND_LOOPBACK = "127.0.0.2"
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


@pytest.fixture(scope="module")
def elsewhere(limited_datalab: Running) -> Iterator[str]:
    """Give the address of a DataLab that isn't one of this computer's own."""
    with forwarded(limited_datalab.url, own_address() or SECOND_LOOPBACK) as url:
        yield url


@pytest.fixture(autouse=True)
def token(limited_datalab: Running, elsewhere: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the token, also by the environment; nothing of this computer's is to be found."""
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nowhere")
    monkeypatch.setenv("DATALAB_WORKSPACE_URL", elsewhere)
    monkeypatch.setenv("DATALAB_WORKSPACE_TOKEN", limited_datalab.token)
    return limited_datalab.token


class TestElsewhere(BackendContract):
    random_runs = 1

    @pytest.fixture(autouse=True)
    def address(self, elsewhere: str, token: str) -> None:
        self._address = elsewhere, token

    def make_backend(self, tmp_path: Path) -> Backend:  # noqa: ARG002
        """Return a backend on that DataLab, which is emptied."""
        backend = LiveBackend(*self._address)
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


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace()
    workspace.clear(everything=True)
    return workspace


def test_it_is_found_by_the_environment_and_says_what_is_missing(
    workspace: Workspace, elsewhere: str
) -> None:
    assert workspace.mode.value == "live"
    assert workspace.status().where == f"DataLab 1.3.0 at {elsewhere}"
    assert workspace.status().notes == (
        "DataLab's XML-RPC interface is closed: a smaller set works"
    )


@pytest.mark.parametrize("wrong", [None, "another"])
def test_the_token_is_required(
    elsewhere: str, wrong: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATALAB_WORKSPACE_TOKEN")
    with pytest.raises(DataLabAuthError):
        Workspace("live", url=elsewhere, token=wrong).list()


def test_save_writes_here_what_standalone_writes(workspace: Workspace, tmp_path: Path) -> None:
    image = create_image("", np.arange(12.0).reshape(3, 4), units=("mm", "mm", "V"))
    image.metadata["exposure"] = 0.5
    other = Workspace("standalone")
    for one in (workspace, other):
        one.add("image", image)
        one.add("signal", ([0.0, 1.0, 3.0], [4.0, 5.0, 6.0]))
        one.calc("fliph", on="image")
    loaded = []
    for number, one in enumerate((workspace, other)):
        path = one.save(tmp_path / f"{number}.h5")
        assert path.is_file()
        found = Workspace("standalone")
        found.load(path)
        loaded.append(found)
    assert loaded[0].list() == loaded[1].list() == ["signal", "image", "fliph(image)"]
    for name in loaded[0]:
        assert described(loaded[0][name]) == described(loaded[1][name])


def described(obj: Any) -> list[Any]:
    values = obj.data if hasattr(obj, "data") else obj.xydata
    metadata = {key: repr(value) for key, value in obj.metadata.items() if key[:2] != "__"}
    return [obj.title, values.tobytes(), obj.xunit, obj.yunit, metadata]


def test_files_of_this_computer_are_loaded_there(workspace: Workspace, tmp_path: Path) -> None:
    other = Workspace("standalone")
    other["loaded"] = np.eye(3)
    assert workspace.load(other.save(tmp_path / "file.h5")) == ["loaded"]
    assert Workspace().list() == ["loaded"]


def test_what_needs_the_other_interface_is_a_limit_that_changes_nothing(
    workspace: Workspace,
) -> None:
    workspace["kept"] = np.arange(3.0)
    with pytest.raises(LiveLimitError, match="XML-RPC"):
        workspace.rename("kept", "new")
    with pytest.raises(LiveLimitError, match="XML-RPC"):
        _ = workspace.proxy
    assert workspace.list() == ["kept"]
