"""The workspace of a running kernel, asked by a process elsewhere: the DataLab kernel and ipykernel."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import zmq
from jupyter_client.manager import start_new_kernel

from datalab_kernel.backends import wire
from datalab_kernel.objects import Packed
from datalab_kernel.session._workspace_target import TARGET
from datalab_kernel.testing import BackendContract
from datalab_kernel_client.workspace import Carrier, RemoteBackend


class ZmqCarrier(Carrier):
    """Carries frames to a kernel by ZMQ, as a client beside the server would."""

    def __init__(self, client: Any, name: str = "workspace") -> None:
        self._session = client.session
        # Plain sockets: those of asyncio make a loop in each thread that asks, and leave it open
        self._shell, self._iopub = (
            zmq.Socket.shadow(channel.socket.underlying)
            for channel in (client.shell_channel, client.iopub_channel)
        )
        self._numbers = 0
        self._id = uuid.uuid4().hex
        self._tell("comm_open", {"target_name": TARGET, "data": {"name": name}})

    def _tell(self, kind: str, content: dict[str, Any], buffers: Any = ()) -> None:
        message = self._session.msg(kind, {"comm_id": self._id, **content})
        self._session.send(self._shell, message, buffers=buffers)

    def ask(self, request: Packed) -> Packed:
        self._numbers += 1
        for data, buffers in wire.frames_of(self._numbers, request):
            self._tell("comm_msg", {"data": data}, buffers)
        assembly = wire.Assembly()
        while True:
            assert self._iopub.poll(60_000)
            _, message = self._session.recv(self._iopub, mode=0)
            if message["content"].get("comm_id") != self._id:
                continue
            assert message["msg_type"] == "comm_msg", message["content"]
            if "changed" in message["content"]["data"]:
                self.changes += 1
                continue
            packed = assembly.add(message["content"]["data"], message["buffers"])
            if packed is not None:
                return packed

    def close(self) -> None:
        if self._id:
            self._tell("comm_close", {"data": {}})
        self._id = ""


IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
KERNELS = ["datalab", "python3"] if IS_FULL else ["python3"]
"""The DataLab kernel is asked through a server, in ``test_workspace_server.py``."""


@pytest.fixture(scope="module", params=KERNELS)
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    env = {**os.environ, "DATALAB_KERNEL_MODE": "standalone"}
    manager, client = start_new_kernel(kernel_name=request.param, env=env)
    if request.param == "python3":
        client.execute_interactive("%load_ext datalab_kernel")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


class TestKernel(BackendContract):
    random_runs = 1

    @pytest.fixture(autouse=True)
    def kernel(self, client: Any) -> None:
        self._client = client

    def make_backend(self, tmp_path: Any) -> RemoteBackend:  # noqa: ARG002 - it needs no folder
        self._client.execute_interactive(
            "from datalab_kernel import Workspace; workspace = Workspace('standalone')"
        )
        return RemoteBackend(ZmqCarrier(self._client))

    def reopen(self, backend: Any) -> RemoteBackend:
        backend.close()
        return RemoteBackend(ZmqCarrier(self._client))
