"""The standalone backend keeps the contract that every backend keeps."""

from pathlib import Path

from datalab_kernel import DataObject
from datalab_kernel.backends import Backend
from datalab_kernel.testing import BackendContract
from datalab_kernel_standalone import StandaloneBackend


class TestStandalone(BackendContract):
    def make_backend(self, tmp_path: Path) -> Backend:  # noqa: ARG002 - it needs no folder
        return StandaloneBackend()

    def raw(self, backend: StandaloneBackend, name: str) -> DataObject | None:
        record = backend._by_name.get(name)
        return record and record.obj
