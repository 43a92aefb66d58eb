"""Looking for a DataLab: what counts as one, whom its token reaches, and how long it takes."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.live import fake_datalab as fake
from support.live.fake_datalab import FakeWeb, running

from datalab_kernel_live import _discovery, _process
from datalab_kernel_live._discovery import Address, connection_file, discover, explain_absence

TOKEN = "Secret_of-the.file"

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is there")
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="users and permissions of POSIX")


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The connection file's place, in a home of its own."""
    for name in ("DATALAB_WORKSPACE_URL", "DATALAB_WORKSPACE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    connection_file().parent.mkdir()
    return connection_file()


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with running(FakeWeb()) as server:
        yield server


@pytest.fixture
def other_pid() -> Iterator[int]:
    """Another live process of this user, which listens nowhere."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        process.communicate(b"\n")


def _write(file: Path, url: str, **changes: object) -> None:
    file.write_text(json.dumps({"url": url, "token": TOKEN, "pid": os.getpid(), **changes}))


# ---------------------------------------------------------------- DataLab's connection file


def test_the_file_of_a_running_datalab_leads_to_it(file: Path, web: FakeWeb) -> None:
    _write(file, web.url)
    assert discover().address == Address(web.url, TOKEN, os.getpid(), "file")


def test_the_token_is_not_in_the_repr(file: Path, web: FakeWeb) -> None:
    _write(file, web.url)
    assert TOKEN not in repr(discover())


def test_looking_sends_the_token_to_nobody(file: Path, web: FakeWeb) -> None:
    _write(file, web.url)
    discover()
    assert [path for _, path, _ in web.seen] == ["/api/v1/status"]
    assert web.tokens_seen() == []


def test_a_datalab_that_serves_other_computers_too_is_asked_here(file: Path, web: FakeWeb) -> None:
    status = {"running": True, "version": "1.3.0", "api_version": "v1", "workspace_mode": "live"}
    everywhere = f"http://0.0.0.0:{web.port}"
    web.faults.append(fake.says(200, {**status, "url": everywhere}))
    _write(file, everywhere)
    found = discover().address
    assert found is not None
    assert found.url == web.url


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"[" * 50_000,
        b"{}",
        b" " * 70_000,
        b'{"url": 1, "token": "t", "pid": 1}',
        b'{"url": "http://127.0.0.1:9", "token": null, "pid": 1}',
        b'{"url": "http://127.0.0.1:9", "token": "t", "pid": "1"}',
        b'{"url": "http://127.0.0.1:9", "token": "t", "pid": true}',
        b'{"url": "http://127.0.0.1:9", "token": "t", "pid": -1}',
        b'{"url": "http://127.0.0.1:9", "token": "t", "pid": 99999999999999999999}',
        b'{"url": "file:///etc/passwd", "token": "t", "pid": %d}' % os.getpid(),
        b'{"url": "http://127.0.0.1:99999", "token": "t", "pid": %d}' % os.getpid(),
        b'{"url": "http://lab.example.org:9", "token": "t", "pid": %d}' % os.getpid(),
    ],
)
def test_a_malformed_file_is_as_none_and_the_reason_is_kept(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    finding = discover()
    assert finding.address is None
    assert str(file) in finding.reason
    assert finding.reason in explain_absence(finding.reason)


def test_a_file_left_by_a_datalab_that_has_ended_is_as_none(file: Path, web: FakeWeb) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    _write(file, web.url, pid=process.pid)
    assert "has ended" in discover().reason
    assert web.seen == []


@on_linux
def test_a_port_taken_by_another_program_never_sees_a_request(
    file: Path, web: FakeWeb, other_pid: int
) -> None:
    _write(file, web.url, pid=other_pid)  # also what a process number used again looks like
    assert "doesn't listen" in discover().reason
    assert web.connections == 0


def test_where_the_listener_cannot_be_known_another_program_never_sees_the_token(
    file: Path, web: FakeWeb, other_pid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_process, "listens", lambda *_: None)
    web.faults.append(fake.html)
    _write(file, web.url, pid=other_pid)
    assert discover().address is None
    assert web.tokens_seen() == []


def test_a_datalab_that_says_it_is_elsewhere_is_not_the_one(file: Path, web: FakeWeb) -> None:
    status = {"running": True, "version": "1.3.0", "api_version": "v1", "workspace_mode": "live"}
    web.faults.append(fake.says(200, {**status, "url": "http://127.0.0.1:1"}))
    _write(file, web.url)
    assert "elsewhere" in discover().reason


@pytest.mark.parametrize("fault", [fake.html, fake.garbage, fake.truncated, fake.other_json])
def test_what_answers_otherwise_is_no_datalab(file: Path, web: FakeWeb, fault: fake.Fault) -> None:
    web.faults.append(fault)
    _write(file, web.url)
    assert discover().address is None


@pytest.mark.parametrize("fault", [fake.never, fake.dripping_headers, fake.dripping_body])
def test_a_datalab_that_does_not_answer_is_busy_within_two_seconds(
    file: Path, web: FakeWeb, fault: fake.Fault
) -> None:
    web.faults.append(fault)
    _write(file, web.url)
    start_s = time.monotonic()
    finding = discover()
    assert time.monotonic() - start_s < _discovery.LIMIT_S
    assert finding.is_busy
    assert finding.address is None


@on_posix
def test_a_file_that_others_may_write_is_not_used(file: Path, web: FakeWeb) -> None:
    _write(file, web.url)
    file.chmod(0o646)
    assert "other users may write it" in discover().reason
    assert web.seen == []


@on_posix
def test_a_file_of_another_user_is_not_used(
    file: Path, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(file, web.url)
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    assert "belongs to another user" in discover().reason
    assert web.seen == []


@on_posix
def test_something_that_is_no_file_does_not_hold_anybody_up(file: Path) -> None:
    os.mkfifo(file)
    assert "it is no file" in discover().reason
    file.unlink()
    file.mkdir()
    assert discover().address is None


# ---------------------------------------------------------------- nothing runs


@pytest.mark.alone
def test_no_file_is_no_datalab_within_50_ms_and_no_port_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []
    monkeypatch.setattr(socket.socket, "connect", lambda *args: tried.append(args))
    start_s = time.perf_counter()
    assert discover().address is None
    assert time.perf_counter() - start_s < 0.05
    assert tried == []


def test_looking_without_a_file_imports_nothing() -> None:
    code = (
        "import sys; from datalab_kernel_live._discovery import discover; before = {*sys.modules};"
        "discover(); print({*sys.modules} - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_text_says_how_to_start_the_web_api() -> None:
    text = explain_absence()
    assert "File > Web API > Start Web API Server" in text
    assert "DATALAB_WORKSPACE_URL" in text


# ---------------------------------------------------------------- named by somebody


def test_an_argument_wins_over_the_environment_and_that_over_the_file(
    file: Path, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(file, web.url)
    with running(FakeWeb()) as named, running(FakeWeb()) as given:
        monkeypatch.setenv("DATALAB_WORKSPACE_URL", named.url + "/")
        monkeypatch.setenv("DATALAB_WORKSPACE_TOKEN", "of-environment")
        assert discover().address == Address(named.url, "of-environment", None, "environment")
        assert discover(given.url, "of-argument").address == Address(
            given.url, "of-argument", None, "argument"
        )
        assert web.seen == []


def test_the_environments_token_goes_to_no_other_server(
    web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATALAB_WORKSPACE_TOKEN", "of-environment")
    assert discover(web.url).address == Address(web.url, "of-environment", None, "argument")
    monkeypatch.setenv("DATALAB_WORKSPACE_URL", "http://127.0.0.1:9")
    assert discover(web.url).address == Address(web.url, None, None, "argument")


def test_a_server_that_was_named_and_does_not_answer_is_not_replaced_by_the_files(
    file: Path, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(file, web.url)
    monkeypatch.setenv("DATALAB_WORKSPACE_URL", "http://127.0.0.1:9")
    finding = discover()
    assert finding.address is None
    assert "http://127.0.0.1:9" in finding.reason
    assert discover("nonsense").reason.startswith("'nonsense' isn't the address")


def test_a_token_alone_is_used_for_what_is_found(file: Path, web: FakeWeb) -> None:
    _write(file, web.url)
    found = discover(token="mine").address
    assert found is not None
    assert found.token == "mine"


def test_a_server_that_wants_a_token_for_its_status_is_found(web: FakeWeb) -> None:
    web.faults.append(fake.says(401, {"detail": "Missing"}))
    assert discover(web.url, "t").address == Address(web.url, "t", None, "argument")


@pytest.mark.alone
def test_a_host_whose_name_takes_long_to_be_found_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_discovery, "LIMIT_S", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: time.sleep(1) or [])
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    start_s = time.monotonic()
    assert "within 0.2 s" in discover("http://lab.example.org:18080").reason
    assert time.monotonic() - start_s < 0.6


# ---------------------------------------------------------------- processes


def test_a_live_process_of_this_user_is_its_own(other_pid: int) -> None:
    assert _process.is_own(other_pid)
    assert not _process.is_own(2**22 + 1)


@on_linux
def test_a_process_of_another_user_is_not(other_pid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    assert not _process.is_own(other_pid)


@on_linux
@pytest.mark.parametrize(
    ("family", "bound", "asked", "listens"),
    [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1", True),
        (socket.AF_INET, "127.0.0.1", "localhost", True),
        (socket.AF_INET, "0.0.0.0", "127.0.0.1", True),
        (socket.AF_INET, "127.0.0.1", "127.0.0.2", False),
        (socket.AF_INET6, "::1", "::1", True),
        (socket.AF_INET6, "::", "::1", True),
    ],
)
def test_the_listener_is_known(
    family: socket.AddressFamily, bound: str, asked: str, listens: bool, other_pid: int
) -> None:
    if family == socket.AF_INET6 and not Path("/proc/net/if_inet6").exists():
        pytest.skip("no IPv6 here")
    with socket.create_server((bound, 0), family=family) as server:
        port = server.getsockname()[1]
        assert _process.listens(os.getpid(), asked, port) is listens
        assert _process.listens(other_pid, asked, port) is False
    assert _process.listens(os.getpid(), asked, port) is False
