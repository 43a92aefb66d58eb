"""The contract suite on the live backend, against the real DataLab."""

from pathlib import Path
from typing import Any

import pytest
from support.datalab.window_driver import WindowDriver

from datalab_kernel import Workspace
from datalab_kernel.backends import Backend
from datalab_kernel.testing import BackendContract
from datalab_kernel_live import LiveBackend


@pytest.fixture(autouse=True)
def settings(datalab_application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process find that DataLab's settings, as on a person's computer."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))


class TestLive(BackendContract):
    random_runs = 1

    @pytest.fixture(autouse=True)
    def application(self, datalab_application: Any) -> None:
        self._datalab = datalab_application

    def make_backend(self, tmp_path: Path) -> Backend:  # noqa: ARG002
        """Return a backend on the one DataLab, which is emptied."""
        backend = LiveBackend(self._datalab.url, self._datalab.token)
        WindowDriver(Workspace(backend)).remove_all()
        return backend

    def reopen(self, backend: Backend) -> Backend:
        """Connect to the DataLab that was left, as another kernel would."""
        backend.close()
        return LiveBackend(self._datalab.url, self._datalab.token)

    def raw(self, backend: Backend, name: str) -> Any:
        """Ask DataLab, by the client that Sigima has for that."""
        proxy = Workspace(backend).proxy
        for panel in ("signal", "image"):
            titles = proxy.get_object_titles(panel)
            if name in titles:
                return proxy.get_object(titles.index(name) + 1, panel)
        return None
