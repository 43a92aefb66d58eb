"""The standalone backend keeps the contract that every backend keeps."""

from pathlib import Path

from datalab_kernel.backends import Backend
from datalab_kernel.testing import BackendContract
from datalab_kernel_standalone import StandaloneBackend


class TestStandalone(BackendContract):
    def make_backend(self, tmp_path: Path) -> Backend:  # noqa: ARG002 - it needs no folder
        return StandaloneBackend()
