"""Core alone: a workspace without any backend says which package to install."""

import pytest

from datalab_kernel import Workspace
from datalab_kernel.backends import Backend
from datalab_kernel.backends._registry import installed
from datalab_kernel.errors import NoBackendError

pytestmark = pytest.mark.skipif(bool(installed()), reason="a backend is installed here")


def test_the_first_use_names_the_package_to_install() -> None:
    with pytest.raises(NoBackendError, match="datalab-kernel-standalone"):
        Workspace().list()


@pytest.mark.parametrize("name", ["standalone", "live"])
def test_a_mode_that_was_asked_for_names_its_package(name: str) -> None:
    with pytest.raises(NoBackendError, match=f"datalab-kernel-{name}"):
        Workspace(name).list()


def test_the_environment_names_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATALAB_KERNEL_MODE", "live")
    workspace = Workspace()
    assert workspace.mode.value == "live"
    with pytest.raises(NoBackendError, match="datalab-kernel-live"):
        workspace.list()


def test_showing_an_unconnected_workspace_looks_for_nothing() -> None:
    assert repr(Workspace()) == "Workspace(auto, not connected yet)"
    assert repr(Workspace("live")) == "Workspace(live, not connected yet)"


def test_a_backend_must_be_a_name_or_a_backend() -> None:
    with pytest.raises(TypeError, match="must be a name or a Backend, not int"):
        Workspace(3)  # type: ignore[arg-type]


def test_backend_is_abstract() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Backend()  # type: ignore[abstract]
