"""The contract suite on a workspace elsewhere, both halves joined in memory without a server."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datalab_kernel import DataObject, Workspace
from datalab_kernel.backends import wire
from datalab_kernel.objects import Packed
from datalab_kernel.session._workspace_answers import answer_comm
from datalab_kernel.testing import BackendContract
from datalab_kernel_client.workspace import Carrier, RemoteBackend
from datalab_kernel_standalone import StandaloneBackend


class KernelComm:
    """The kernel's end of a comm, as the package comm has it."""

    def __init__(self, heard: Callable[[dict[str, Any], Sequence[Any]], object]) -> None:
        self.heard = heard
        self.callbacks: list[Callable[[Any], object]] = []

    def on_msg(self, callback: Callable[[Any], object]) -> None:
        self.callbacks.append(callback)

    on_close = on_msg

    def send(self, data: dict[str, Any], buffers: Sequence[Any] = ()) -> None:
        assert sum(memoryview(buffer).nbytes for buffer in buffers) < 9 << 20
        self.heard(data, [bytes(buffer) for buffer in buffers])


class MemoryCarrier(Carrier):
    """Carries frames to a workspace in this process, as bytes."""

    def __init__(self, workspace: Any, name: str = "workspace") -> None:
        self._answer: list[Packed] = []
        self._assembly = wire.Assembly()
        self._numbers = 0
        comm = KernelComm(self._hear)
        opening = {"content": {"data": {"name": name}}}
        answer_comm(comm, opening, lambda _name: workspace)
        self._send, self._end = comm.callbacks
        self.sent_bytes = self.heard_bytes = 0

    def ask(self, request: Packed) -> Packed:
        self._numbers += 1
        for data, buffers in wire.frames_of(self._numbers, request):
            self.sent_bytes += sum(map(len, buffers))
            self._send({"content": {"data": data}, "buffers": [bytes(one) for one in buffers]})
        return self._answer.pop()

    def _hear(self, data: dict[str, Any], buffers: Sequence[Any]) -> None:
        if "changed" in data:
            self.changes += 1
            return
        self.heard_bytes += sum(map(len, buffers))
        answer = self._assembly.add(data, buffers)
        if answer is not None:
            self._answer.append(answer)

    def close(self) -> None:
        self._end({})


class TestRemote(BackendContract):
    random_runs = 3

    def make_backend(self, tmp_path: Path) -> RemoteBackend:  # noqa: ARG002 - it needs no folder
        self.kept = StandaloneBackend()
        return RemoteBackend(MemoryCarrier(Workspace(self.kept)))

    def raw(self, backend: RemoteBackend, name: str) -> DataObject | None:  # noqa: ARG002
        record = self.kept._by_name.get(name)
        return record and record.obj

    def reopen(self, backend: RemoteBackend) -> RemoteBackend:
        backend.close()
        return RemoteBackend(MemoryCarrier(Workspace(self.kept)))
