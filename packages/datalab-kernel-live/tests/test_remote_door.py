"""The XML-RPC door: what it asks, and what a person is told when that fails."""

import os
import socket
import struct
import subprocess
import sys
import threading
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.live.fake_datalab import FakeRemote, FakeWeb, raw_server, running

from datalab_kernel.errors import (
    DataLabBusyError,
    DataLabRefusedError,
    DataLabUnreachableError,
)
from datalab_kernel_live._xmlrpc_port import find_remote_door
from datalab_kernel_live.doors.web._door import WebDoor
from datalab_kernel_live.doors.xmlrpc import _watchdog
from datalab_kernel_live.doors.xmlrpc._door import RemoteDoor
from datalab_kernel_live.doors.xmlrpc._proxy import connected_proxy
from datalab_kernel_live.window import _settings


@pytest.fixture
def server() -> Iterator[FakeRemote]:
    with running(FakeRemote()) as server:
        yield server


@pytest.fixture
def door(server: FakeRemote) -> RemoteDoor:
    return RemoteDoor(server.port)


# ---------------------------------------------------------------- what it asks


def test_it_tells_who_is_there_and_what_is_selected(door: RemoteDoor) -> None:
    assert door.version() == "1.3.0"
    assert door.uuids("signal") == ["u1", "u2"]
    assert door.selected() == ["u1"]
    assert door.current_panel() == "signal"
    assert door.groups_of_current_panel() == [("g1", ["u1"]), ("g2", ["u2"])]
    assert door.objects_of_current_panel() == [("g1", [("u1", "a")]), ("g2", [("u2", "a")])]


def test_a_method_of_the_window_gets_its_arguments(door: RemoteDoor, server: FakeRemote) -> None:
    door.rename_selected("signal", "new/name")
    assert server.titles["u1"] == "new/name"


def test_what_datalab_raises_arrives_with_its_text(door: RemoteDoor) -> None:
    with pytest.raises(DataLabRefusedError, match="no_such_method") as caught:
        door.method("no_such_method")
    assert "KeyError" in caught.value.detail


def test_a_value_that_cannot_be_sent_is_none_and_breaks_nothing_afterwards(
    door: RemoteDoor, server: FakeRemote
) -> None:
    assert door.method("gives_an_array") is None
    assert server.result == "signal"
    door.set_panel("signal")


def test_a_value_left_over_from_before_does_not_fail_a_call_without_one(
    door: RemoteDoor, server: FakeRemote
) -> None:
    server.result = object()  # left there by somebody else's call
    door.set_panel("signal")
    assert server.calls.count("set_current_panel") == 1


def test_eight_threads_use_one_door(door: RemoteDoor) -> None:
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(door.uuids("signal"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["u1", "u2"]] * 8


def test_proxies_of_the_environment_are_ignored(
    door: RemoteDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert door.version() == "1.3.0"


# ---------------------------------------------------------------- what goes wrong


def _silent(_connection: socket.socket) -> None:
    time.sleep(1)


def _dripping(connection: socket.socket) -> None:
    for byte in b"HTTP/1.0 200 OK\r\nX-Slow: " + b"y" * 20:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.alone
@pytest.mark.parametrize("serve", [_silent, _dripping])
def test_a_door_that_does_not_answer_is_busy_in_time(
    serve: Callable[[socket.socket], None],
) -> None:
    with raw_server(serve) as port:
        start_s = time.monotonic()
        with pytest.raises(DataLabBusyError, match=r"get_version within 0.3 s.*dialog box"):
            RemoteDoor(port).version(timeout_s=0.3)
        assert time.monotonic() - start_s < 0.8


def test_waiting_for_another_thread_has_the_same_limit() -> None:
    with raw_server(_silent) as port:
        door = RemoteDoor(port)

        def wait() -> None:
            with pytest.raises(DataLabBusyError):
                door.version(timeout_s=0.6)

        other = threading.Thread(target=wait)
        other.start()
        time.sleep(0.1)
        with pytest.raises(DataLabBusyError) as caught:
            door.version(timeout_s=0.1)
        assert not caught.value.was_sent
        other.join()


def _sends(data: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(data)


OK = b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.0 404 Not Found\r\n\r\n<html></html>",
        b"HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n",
        OK + b"\r\n<html>hello</html>",
        OK + b"\r\n\xff\xfe\x00",
        OK + b"\r\n",
        OK + b"Content-Length: 500\r\n\r\n<?xml version='1.0'?><methodResponse>",
        OK + b"\r\n<methodResponse><params><param><value><int>x</int></value></param>"
        b"</params></methodResponse>",
        OK + b"\r\n<methodResponse><params></params></methodResponse>",
    ],
)
def test_what_is_no_datalab_is_refused(data: bytes) -> None:
    with raw_server(_sends(data)) as port, pytest.raises(DataLabRefusedError, match="isn't what"):
        RemoteDoor(port).version(timeout_s=1)


def test_an_answer_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datalab_kernel_live.doors.xmlrpc._caller.ANSWER_LIMIT_BYTES", 1000)
    data = OK + b"\r\n<methodResponse>" + b" " * 10_000
    with raw_server(_sends(data)) as port, pytest.raises(DataLabRefusedError, match="1,000 bytes"):
        RemoteDoor(port).version(timeout_s=1)


def test_a_call_is_not_repeated_when_its_connection_breaks() -> None:
    seen = []

    def reset(connection: socket.socket) -> None:
        seen.append(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with raw_server(reset) as port, pytest.raises(DataLabUnreachableError, match="lost") as caught:
        RemoteDoor(port).rename_selected("signal", "new")
    assert caught.value.was_sent
    assert len(seen) == 1


def test_a_closed_door_is_unreachable_and_answers_again_once_datalab_is_back() -> None:
    server = FakeRemote()
    port = server.port
    server.server_close()
    door = RemoteDoor(port)
    with pytest.raises(DataLabUnreachableError, match="isn't there") as caught:
        door.uuids("signal")
    assert not caught.value.was_sent
    with running(FakeRemote(port=port)):
        assert door.version() == "1.3.0"


@pytest.mark.parametrize(
    "ask",
    [
        RemoteDoor.current_panel,
        lambda door: door.ask_panel().result(),
        lambda door: connected_proxy(door).get_current_panel(),
    ],
    ids=["asked", "asked ahead", "Sigima's proxy"],
)
def test_a_question_whose_signal_is_lost_is_answered(
    server: FakeRemote, ask: Callable[[RemoteDoor], str]
) -> None:
    with running(FakeWeb()) as web:
        web.on_calc = server.ready.set
        server.titles["hung"] = "yes"
        assert ask(RemoteDoor(server.port, heals_by=WebDoor(web.url))) == "signal"
        assert server.calls.count("get_current_panel") == 1


def test_a_change_by_sigimas_proxy_whose_signal_is_lost_is_not_taken_for_done(
    server: FakeRemote,
) -> None:
    with running(FakeWeb()) as web:
        web.on_calc = server.ready.set
        server.titles["hung"] = "yes"
        proxy = connected_proxy(RemoteDoor(server.port, heals_by=WebDoor(web.url)))
        with pytest.raises(DataLabBusyError, match="hung in set_current_panel.*answers again"):
            proxy.set_current_panel("image")
        assert proxy.get_current_panel() == "signal"


def _answering_at_length(connection: socket.socket) -> None:
    body = xmlrpc.client.dumps(("signal",), methodresponse=True).encode()
    head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body[:20])
    time.sleep(1.5)
    connection.sendall(body[20:])


@pytest.mark.parametrize(
    "ask",
    [
        lambda door: door.given(str, "get_current_panel", timeout_s=20.0),
        lambda door: door.ask_panel().result(),
        lambda door: connected_proxy(door).get_current_panel(),
    ],
    ids=["asked", "asked ahead", "Sigima's proxy"],
)
def test_a_server_whose_answer_takes_long_to_read_does_not_hang(
    ask: Callable[[RemoteDoor], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HANG_S", "_PROBE_S", "_GRACE_S"):
        monkeypatch.setattr(_watchdog, name, 0.1)
    signals: list[str] = []
    with running(FakeWeb()) as web, raw_server(_answering_at_length) as port:
        web.on_calc = lambda: signals.append("given")
        assert ask(RemoteDoor(port, heals_by=WebDoor(web.url))) == "signal"
    assert signals == []


# ---------------------------------------------------------------- where it listens


def _write_port(home: Path, port: object, name: str = "DataLab_v1_typed.ini") -> None:
    folder = home / ".DataLab_v1"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"[main]\nrpc_server_port = {port}\n[view]\nauto_refresh = False\n")


@pytest.fixture(autouse=True)
def _no_port_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATALAB_XMLRPCPORT", raising=False)


def _found(url: str, home: Path) -> int | None:
    """Return the port of the door that is found to the DataLab of a Web API."""
    door = find_remote_door(WebDoor(url), config_home=home)
    return None if door is None else door.port


def test_the_port_is_in_datalabs_settings(server: FakeRemote, tmp_path: Path) -> None:
    _write_port(tmp_path, server.port)
    assert _found("http://localhost:18080", tmp_path) == server.port


def test_the_environment_names_the_port(
    server: FakeRemote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATALAB_XMLRPCPORT", str(server.port))
    assert _found("http://127.0.0.1:18080", tmp_path) == server.port


def test_a_port_left_by_an_older_version_is_passed_over(server: FakeRemote, tmp_path: Path) -> None:
    _write_port(tmp_path, 9)
    _write_port(tmp_path, server.port, "DataLab_v1.ini")
    assert _found("http://127.0.0.1:18080", tmp_path) == server.port


def test_the_door_of_another_datalab_is_not_taken(server: FakeRemote, tmp_path: Path) -> None:
    _write_port(tmp_path, server.port)
    assert _found("http://127.0.0.1:18081", tmp_path) is None
    assert _found("http://lab.example.org:18080", tmp_path) is None


@pytest.mark.parametrize("port", ["None", "", "-1", "99999999", "x", "²"])
def test_settings_without_a_port_are_a_closed_door(tmp_path: Path, port: str) -> None:
    _write_port(tmp_path, port)
    assert _found("http://127.0.0.1:18080", tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"no section", b"\xff\xfe", b"[main]\n[main]\n"])
def test_damaged_settings_are_a_closed_door(tmp_path: Path, content: bytes) -> None:
    _write_port(tmp_path, 9)
    (tmp_path / ".DataLab_v1" / "DataLab_v1_typed.ini").write_bytes(content)
    assert _found("http://127.0.0.1:18080", tmp_path) is None
    assert _settings.auto_refresh(tmp_path) is None


@pytest.fixture
def hung(server: FakeRemote) -> Iterator[FakeRemote]:
    """Give a server that waits for a signal that the window never gave."""
    server.titles["hung"] = "yes"
    with pytest.raises(DataLabBusyError):
        RemoteDoor(server.port).call("get_current_panel", timeout_s=0.2)
    yield server
    server.ready.set()


def test_a_door_that_hangs_is_healed_where_it_is_looked_for(
    hung: FakeRemote, tmp_path: Path
) -> None:
    _write_port(tmp_path, hung.port)
    with running(FakeWeb()) as web:
        hung.web_url = web.url
        web.on_calc = hung.ready.set
        assert _found(web.url, tmp_path) == hung.port


@pytest.mark.alone
def test_a_door_that_stays_hung_is_no_closed_one(hung: FakeRemote, tmp_path: Path) -> None:
    _write_port(tmp_path, hung.port)
    with running(FakeWeb()) as web:
        start_s = time.monotonic()
        with pytest.raises(DataLabBusyError, match="dialog box"):
            find_remote_door(WebDoor(web.url), config_home=tmp_path)
        assert time.monotonic() - start_s < 6.0


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs the system's table of ports")
def test_what_another_process_has_at_an_old_port_is_not_waited_for(
    hung: FakeRemote, tmp_path: Path
) -> None:
    _write_port(tmp_path, hung.port)
    with running(FakeWeb()) as web:
        start_s = time.monotonic()
        assert find_remote_door(WebDoor(web.url), os.getppid(), tmp_path) is None
        assert time.monotonic() - start_s < 1.0


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Give a port at which another process listens, which never answers."""
    code = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1]); input()"
    with subprocess.Popen(
        [sys.executable, "-uc", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.kill()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs the system's table of ports")
def test_another_program_at_an_old_port_keeps_no_workspace_from_an_address_that_was_given(
    silent_port: int, server: FakeRemote, tmp_path: Path
) -> None:
    _write_port(tmp_path, silent_port)
    with running(FakeWeb()) as web:
        assert _found(web.url, tmp_path) is None
        server.web_url = web.url
        _write_port(tmp_path, server.port, "DataLab_v1.ini")
        assert _found(web.url, tmp_path) == server.port


def test_the_settings_tell_whether_datalab_paints(tmp_path: Path) -> None:
    _write_port(tmp_path, 9)
    assert _settings.auto_refresh(tmp_path) is False
    assert _settings.auto_refresh(tmp_path / "elsewhere") is None
