"""The Web API's door: what it asks, and what a person is told when that fails."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from support.live import fake_datalab as fake
from support.live.fake_datalab import FakeWeb, running

from datalab_kernel.errors import (
    DataLabAuthError,
    DataLabBusyError,
    DataLabKernelError,
    DataLabRefusedError,
    DataLabUnreachableError,
    LiveLimitError,
)
from datalab_kernel_live.doors import _deadline
from datalab_kernel_live.doors.web._door import Missing, WebDoor, is_routable

TOKEN = "Secret_of-the.test"


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with running(FakeWeb(TOKEN)) as server:
        yield server


@pytest.fixture
def door(web: FakeWeb) -> Iterator[WebDoor]:
    door = WebDoor(web.url, TOKEN)
    yield door
    door.close()


# ---------------------------------------------------------------- what it asks


class Pieces:
    """A body that is made while it is sent."""

    size_bytes = 6

    def __init__(self, fails_at: int | None = None) -> None:
        self.fails_at = fails_at

    def __iter__(self) -> Iterator[bytes]:
        for number, piece in enumerate((b"01", b"23", b"45")):
            if number == self.fails_at:
                raise LookupError("not made")
            yield piece


def test_a_body_in_pieces_arrives_whole_and_again_after_a_reset(
    door: WebDoor, web: FakeWeb
) -> None:
    web.faults.append(fake.reset_unseen)
    assert door.put("a", Pieces())["name"] == "a"
    assert web.objects == {"a": b"012345"}


def test_a_body_that_cannot_be_made_adds_nothing_and_its_error_arrives(
    door: WebDoor, web: FakeWeb
) -> None:
    with pytest.raises(LookupError, match="not made"):
        door.put("a", Pieces(fails_at=2))
    assert door.list() == []
    assert web.objects == {}


def test_a_server_that_takes_in_little_by_little_has_a_limit_for_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_deadline, "SEND_TIMEOUT_S", 0.3)
    monkeypatch.setattr(_deadline, "BYTES_PER_S", 2**40)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[int] = []

        def take() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                while size := len(connection.recv(2**16)):
                    taken.append(size)
                    time.sleep(0.02)

        thread = threading.Thread(target=take)
        thread.start()
        slow = WebDoor(f"http://127.0.0.1:{listener.getsockname()[1]}")
        start_s = time.monotonic()
        with pytest.raises(DataLabBusyError):
            slow.put("a", Large())
        assert time.monotonic() - start_s < 2
        slow.close()
        thread.join()
    assert 0 < sum(taken) < Large.size_bytes


class Large:
    """More than the buffers of a connection hold."""

    size_bytes = 2**28

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.size_bytes // 2**20):
            yield bytes(2**20)


def test_an_object_comes_back_as_it_was_put(door: WebDoor) -> None:
    assert door.put("a", memoryview(b"0123"))["name"] == "a"
    assert door.get("a") == b"0123"
    assert [info["name"] for info in door.list()] == ["a"]


@pytest.mark.parametrize(
    "name", ["a b", "100 %", "%2F", "a?b#c&d=e", 'q"', "Ωß日本", " x ", "...", "\t", "Ω\n"]
)
def test_a_name_reaches_datalab_unchanged(door: WebDoor, web: FakeWeb, name: str) -> None:
    door.put(name, b"x")
    assert [*web.objects] == [name]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\nb", "a\x7fb", "a\ud800b"])
def test_a_name_that_http_cannot_carry_is_a_limit_and_asks_nothing(
    door: WebDoor, web: FakeWeb, name: str
) -> None:
    assert not is_routable(name)
    with pytest.raises(LiveLimitError, match="can't address"):
        door.info(name)
    assert web.seen == []


def test_a_missing_object_is_none_for_info_and_missing_elsewhere(door: WebDoor) -> None:
    assert door.info("a") is None
    with pytest.raises(Missing):
        door.get("a")
    with pytest.raises(Missing):
        door.delete("a")


def test_putting_over_an_object_is_refused_unless_asked_for(door: WebDoor) -> None:
    door.put("a", b"1")
    with pytest.raises(DataLabRefusedError, match="already exists") as caught:
        door.put("a", b"2")
    assert caught.value.status == 409
    door.put("a", b"3", overwrite=True)
    assert door.get("a") == b"3"


def test_a_computation_gives_the_titles_of_its_results(door: WebDoor) -> None:
    assert door.calc("fft", {"shift": True}) == ["fft(s)"]


def test_an_unknown_function_is_refused_and_not_missing(door: WebDoor) -> None:
    with pytest.raises(DataLabRefusedError, match="Unknown computation function") as caught:
        door.calc("nope")
    assert caught.value.status == 404


def test_one_connection_is_kept_for_all_requests(door: WebDoor, web: FakeWeb) -> None:
    for _ in range(5):
        door.list()
    assert web.connections == 1


def test_eight_threads_use_one_door(door: WebDoor, web: FakeWeb) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            door.put(f"{number}-{turn}", bytes([number, turn]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(web.objects) == 80
    assert all(name == f"{body[0]}-{body[1]}" for name, body in web.objects.items())


# ---------------------------------------------------------------- the token


def test_a_missing_or_wrong_token_is_an_error_that_says_where_it_is(web: FakeWeb) -> None:
    with pytest.raises(DataLabAuthError, match=r"wants a token.*Copy Connection Info") as caught:
        WebDoor(web.url).list()
    assert isinstance(caught.value, PermissionError)
    with pytest.raises(DataLabAuthError, match="doesn't take this token"):
        WebDoor(web.url, "other").list()


@pytest.mark.parametrize("token", ["a b", "a\r\nX-Evil: 1", "töken", "\x00"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(DataLabAuthError) as caught:
        WebDoor("http://127.0.0.1:18080", token)
    assert token not in str(caught.value)


def test_the_status_is_asked_without_the_token(door: WebDoor, web: FakeWeb) -> None:
    assert door.status()["version"] == "1.3.0"
    assert web.tokens_seen() == []


FAULTS = [
    fake.html,
    fake.other_json,
    fake.garbage,
    fake.truncated,
    fake.oversized,
    fake.compressed,
    fake.says(500, {"detail": f"got Bearer {TOKEN}"}),
    fake.says(422, {"detail": [{"msg": f"bad header {TOKEN}"}]}),
    fake.says(302, b"", Location=f"/?token={TOKEN}"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_token_is_in_no_text_and_no_log(
    door: WebDoor, web: FakeWeb, fault: fake.Fault, caplog: pytest.LogCaptureFixture
) -> None:
    web.faults += [fault, fault]
    with caplog.at_level(logging.DEBUG), pytest.raises(DataLabKernelError) as caught:
        door.list()
    texts = [str(caught.value), repr(caught.value), repr(caught.value.facts), repr(door)]
    assert TOKEN not in "".join([*texts, caplog.text])
    assert f"Bearer {TOKEN}" in web.tokens_seen()


def test_a_redirect_is_an_error_and_the_token_stays_here(door: WebDoor, web: FakeWeb) -> None:
    with running(FakeWeb()) as elsewhere:
        web.faults.append(fake.says(307, b"", Location=elsewhere.url + "/api/v1/objects"))
        with pytest.raises(DataLabRefusedError, match="redirects"):
            door.list()
        assert elsewhere.seen == []


def test_proxies_of_the_environment_are_ignored(
    door: WebDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(FakeWeb()) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert door.list() == []
        assert proxy.seen == []


def test_a_password_in_netrc_does_not_replace_the_token(
    door: WebDoor, web: FakeWeb, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    transport = door._sender()
    transport._session.trust_env = True  # as for a DataLab on another computer
    door.list()
    assert web.tokens_seen() == [f"Bearer {TOKEN}"]


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("url", ["", "18080", "ftp://x", "http://", "http://a b", "http://x:y"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(DataLabUnreachableError, match="isn't the address of a DataLab"):
        WebDoor(url)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(DataLabUnreachableError) as caught:
        WebDoor("http://me:hidden@127.0.0.1:18080")
    assert "hidden" not in str(caught.value)


def test_no_datalab_says_how_to_start_it_and_the_next_call_works_once_it_is_back() -> None:
    web = FakeWeb()
    with running(web):
        door = WebDoor(web.url)
        door.list()
    with pytest.raises(DataLabUnreachableError, match="Start Web API Server") as caught:
        door.list()
    assert isinstance(caught.value, ConnectionError)
    assert caught.value.url == web.url
    with running(FakeWeb(port=web.port)):
        assert door.list() == []
    door.close()


@pytest.mark.parametrize("fault", [fake.never, fake.dripping_headers, fake.dripping_body])
def test_a_slow_answer_ends_in_time_as_busy(door: WebDoor, web: FakeWeb, fault: fake.Fault) -> None:
    web.faults.append(fault)
    start_s = time.monotonic()
    with pytest.raises(DataLabBusyError, match="dialog box") as caught:
        door.status(timeout_s=0.3)
    assert time.monotonic() - start_s < 1
    assert isinstance(caught.value, TimeoutError)
    assert door.status()["running"] is True


def test_a_box_open_in_datalab_is_busy(door: WebDoor, web: FakeWeb) -> None:
    text = "Error adding object 'a': Main thread execution timed out after 30 seconds"
    web.faults.append(fake.says(500, {"detail": text}))
    with pytest.raises(DataLabBusyError, match="close it there"):
        door.put("a", b"1")


NOT_DATALAB = [
    fake.html,
    fake.html_404,
    fake.other_json,
    fake.garbage,
    fake.truncated,
    fake.oversized,
    fake.oversized_in_pieces,
    fake.compressed,
    fake.says(200, {"objects": [{"x": 1}]}),
    fake.says(404, {"detail": "Not Found"}),
    fake.says(500, {"error": "other form"}),
    fake.says(200, b"\xff\xfe"),
]


@pytest.mark.parametrize("fault", NOT_DATALAB)
@pytest.mark.parametrize("ask", [WebDoor.list, WebDoor.status, lambda door: door.info("a")])
def test_what_is_no_datalab_is_refused_and_the_next_call_works(
    door: WebDoor, web: FakeWeb, fault: fake.Fault, ask
) -> None:
    web.faults.append(fault)
    with pytest.raises(DataLabRefusedError):
        ask(door)
    assert door.list() == []


@pytest.mark.parametrize("fault", [fake.html, fake.garbage, fake.truncated, fake.other_json])
def test_data_that_is_no_datalabs_is_refused(
    door: WebDoor, web: FakeWeb, fault: fake.Fault
) -> None:
    door.put("a", b"1")
    web.faults.append(fault)
    with pytest.raises(DataLabRefusedError, match="isn't what a DataLab answers"):
        door.get("a")


def test_a_detail_that_is_a_list_is_read_as_text(door: WebDoor, web: FakeWeb) -> None:
    web.faults.append(fake.says(422, {"detail": [{"msg": "one"}, {"msg": "two"}]}))
    with pytest.raises(DataLabRefusedError, match="one; two") as caught:
        door.list()
    assert caught.value.detail == "one; two"


# ---------------------------------------------------------------- lost connections


def test_reading_is_repeated_once_after_a_reset(door: WebDoor, web: FakeWeb) -> None:
    door.list()
    web.faults.append(fake.reset_unseen)
    assert door.list() == []


def test_two_resets_are_an_error(door: WebDoor, web: FakeWeb) -> None:
    web.faults += [fake.reset_unseen, fake.reset_unseen]
    with pytest.raises(DataLabUnreachableError, match="connection to DataLab was lost") as caught:
        door.list()
    assert caught.value.was_sent
    assert door.list() == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda door: door.put("a", b"1"),
        lambda door: door.put("a", b"1", overwrite=True),
        lambda door: door.delete("a", is_only=True),
        lambda door: door.calc("fft"),
    ],
)
def test_a_datalab_killed_in_the_middle_may_have_done_what_was_asked(
    door: WebDoor, web: FakeWeb, ask
) -> None:
    web.faults.append(fake.die)
    with pytest.raises(DataLabUnreachableError, match="was lost") as caught:
        ask(door)
    assert caught.value.was_sent


def test_an_object_whose_request_was_lost_is_sent_again(door: WebDoor, web: FakeWeb) -> None:
    web.faults.append(fake.reset_unseen)
    door.put("a", b"1")
    assert web.objects == {"a": b"1"}


def test_an_object_whose_answer_was_lost_is_not_sent_again(door: WebDoor, web: FakeWeb) -> None:
    web.faults.append(fake.reset_done)
    assert door.put("a", b"1")["name"] == "a"
    assert [method for method, *_ in web.seen] == ["PUT", "GET"]


def test_removing_is_finished_after_a_reset_that_came_too_late(door: WebDoor, web: FakeWeb) -> None:
    web.objects["a"] = b"1"
    web.faults.append(fake.reset_done)
    door.delete("a")
    assert web.objects == {}


def test_removing_is_repeated_only_if_no_other_object_has_that_title(
    door: WebDoor, web: FakeWeb
) -> None:
    web.objects["a"] = b"1"
    web.faults.append(fake.reset_unseen)
    with pytest.raises(DataLabUnreachableError):
        door.delete("a")
    assert [*web.objects] == ["a"]
    web.faults.append(fake.reset_unseen)
    door.delete("a", is_only=True)
    assert web.objects == {}


def test_a_computation_is_never_sent_twice(door: WebDoor, web: FakeWeb) -> None:
    web.faults.append(fake.reset_done)
    with pytest.raises(DataLabUnreachableError) as caught:
        door.calc("fft")
    assert caught.value.was_sent
    assert len(web.seen) == 1


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    door: WebDoor, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.list()
    monkeypatch.setattr("datalab_kernel_live.doors.web._http.IDLE_LIMIT_S", 0)
    door.list()
    assert web.connections == 2
