"""What servers answer, by a transport that answers as it is told."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from datalab_kernel_client import (
    DuplicateSessionWarning,
    KernelManager,
    KernelModel,
    KernelSpecError,
    KernelSpecManager,
    KernelStartError,
    NotAJupyterServerError,
    ResponseError,
    ServerSettings,
    ServerStoppedError,
    SessionManager,
    WrongTokenError,
)
from datalab_kernel_client.transport import Request, Response, Socket, Transport, TransportError

SETTINGS = ServerSettings(base_url="http://server/base/", token="secret")


class Scripted(Transport):
    """Answers by a function."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.requests: list[Request] = []

    async def request(self, request: Request) -> Response:
        self.requests.append(request)
        await asyncio.sleep(0)
        return self.answer(request)

    async def websocket(
        self, url: str, headers: Mapping[str, str], subprotocols: Sequence[str]
    ) -> Socket:
        raise TransportError(f"no WebSockets here: {url} {headers} {subprotocols}")

    async def close(self) -> None:
        self.requests.append(Request(method="CLOSE", url=""))


def said(value: Any, status: int = 200, **headers: str) -> Response:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Response(status=status, content=content, headers=headers)


def spec(language: str = "python") -> dict[str, Any]:
    return {"spec": {"argv": ["x"], "display_name": "X", "language": language}, "resources": {}}


def run(transport: Scripted, act: Callable[[KernelManager], Any]) -> Any:
    async def whole() -> Any:
        manager = KernelManager(SETTINGS, transport=transport)
        try:
            return await act(manager)
        finally:
            manager.dispose()
            await manager.closed()

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said({"message": "'_xsrf' argument missing from POST"}, 403), WrongTokenError),
        (said(b"", 302, location="/hub/login?next=x"), WrongTokenError),
        (said(b"<html>", 503), ServerStoppedError),
        (said(b"<html>", 424), ServerStoppedError),
        (said(b"<html>", 404), NotAJupyterServerError),
        (said(b"<html>", 200), NotAJupyterServerError),
        (said({"message": "no", "traceback": "trace"}, 500), ResponseError),
    ],
)
def test_each_answer_has_its_error_and_no_error_has_the_token(
    answer: Response, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        run(Scripted(lambda _: answer), lambda manager: manager.refresh())
    assert type(caught.value) is kind
    assert "secret" not in repr(caught.value)


def test_a_redirect_to_another_host_is_not_followed() -> None:
    transport = Scripted(lambda _: said(b"", 302, location="http://elsewhere/api/kernels"))
    with pytest.raises(NotAJupyterServerError):
        run(transport, lambda manager: manager.refresh())
    assert not [one for one in transport.requests if "elsewhere" in one.url]


def test_without_a_token_the_xsrf_cookie_is_fetched_and_sent_back() -> None:
    def answer(request: Request) -> Response:
        if request.method == "GET":
            return Response(status=200, cookies={"_xsrf": "x"}, content=b"<html>")
        return said({}, 204)

    async def act(transport: Scripted) -> None:
        settings = ServerSettings(base_url="http://server/")
        manager = KernelManager(settings, transport=transport)
        await manager.shutdown("id")
        manager.dispose()
        await manager.closed()

    transport = Scripted(answer)
    asyncio.run(act(transport))
    [sent] = [one for one in transport.requests if one.method == "DELETE"]
    assert (sent.headers["X-XSRFToken"], sent.cookies) == ("x", {"_xsrf": "x"})


def test_what_came_after_a_poll_was_sent_is_not_removed_by_its_answer() -> None:
    gate = asyncio.Event()

    class Slow(Scripted):
        async def request(self, request: Request) -> Response:
            await gate.wait()
            return self.answer(request)

    async def act(manager: KernelManager) -> tuple[KernelModel, ...]:
        poll = asyncio.ensure_future(manager.refresh())
        await asyncio.sleep(0.01)
        manager.note("new", KernelModel(id="new", name="python3"))
        gate.set()
        return await poll

    assert [model.id for model in run(Slow(lambda _: said([])), act)] == ["new"]


def test_a_change_is_told_once_with_what_is_new() -> None:
    lists = iter([[], [{"id": "a", "name": "k"}], [{"id": "a", "name": "k", "connections": 1}], []])
    changes: list[Any] = []

    async def act(manager: KernelManager) -> None:
        manager.running_changed.connect(changes.append)
        for _ in range(4):
            await manager.refresh_anew()

    run(Scripted(lambda _: said(next(lists))), act)
    assert [(len(one.added), len(one.changed), len(one.removed)) for one in changes] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ]


def test_while_it_stands_by_nothing_is_asked() -> None:
    away = asyncio.Event()
    away.set()

    async def act(transport: Scripted) -> list[int]:
        manager = KernelManager(SETTINGS, transport=transport, interval_s=0.01, standby=away.is_set)
        manager.running_changed.connect(lambda _: None)
        await asyncio.sleep(0.1)
        counts = [len(transport.requests)]
        away.clear()
        await asyncio.sleep(0.1)
        counts.append(len(transport.requests))
        manager.dispose()
        await manager.closed()
        return counts

    standing_by, awake = asyncio.run(act(Scripted(lambda _: said([]))))
    assert (standing_by, awake > 0) == (0, True)


def test_a_poll_that_fails_is_told_and_waits_longer_each_time() -> None:
    failures: list[Exception] = []

    async def act(manager: KernelManager) -> list[float]:
        manager.connection_failure.connect(failures.append)
        waits = []
        for _ in range(7):
            with pytest.raises(ServerStoppedError):
                await manager.refresh_anew()
            waits.append(manager._poll.wait_s)
        return waits

    waits = run(Scripted(lambda _: said(b"", 503)), act)
    assert waits == [20.0, 40.0, 80.0, 160.0, 300.0, 300.0, 300.0]
    assert len(failures) >= 7


def test_a_server_that_gives_ids_of_its_own_keeps_no_kernel_of_another_one() -> None:
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return said({"id": "its-own", "name": "k"}, 201)
        return Response(status=204) if request.method == "DELETE" else said([])

    transport = Scripted(answer)
    with pytest.raises(KernelStartError, match="ids of its own.*'mine'"):
        run(transport, lambda manager: manager.start_new(kernel_id="mine"))
    ended = [one.url for one in transport.requests if one.method == "DELETE"]
    assert ended == ["http://server/base/api/kernels/its-own"]


def specs(answer: Any) -> KernelSpecManager:
    async def load() -> KernelSpecManager:
        manager = KernelSpecManager(SETTINGS, transport=Scripted(lambda _: said(answer)))
        await manager.refresh()
        manager.dispose()
        await manager.closed()
        return manager

    return asyncio.run(load())


def test_a_kernel_spec_that_is_not_valid_is_left_out_with_a_warning(caplog) -> None:
    found = specs({"default": "gone", "kernelspecs": {"bad": {"spec": {}}, "good": spec()}})
    assert (found.names, found.default) == (("good",), "good")
    assert "'bad'" in caplog.text
    assert "'gone'" in caplog.text


@pytest.mark.parametrize("answer", [{}, {"kernelspecs": {}}, {"kernelspecs": {"bad": 1}}, []])
def test_a_server_without_a_valid_kernel_spec_is_an_error(answer: Any) -> None:
    with pytest.raises(KernelSpecError, match="jupyter kernelspec list"):
        specs(answer)


def test_urls_are_brought_into_one_form_and_other_schemes_refused() -> None:
    settings = ServerSettings(base_url="https://h:1/user/ana?token=t", token="")
    assert (settings.base_url, settings.ws_url, settings.token) == (
        *("https://h:1/user/ana/", "wss://h:1/user/ana/"),
        "t",
    )
    for url in ("ftp://h/", "h:8888", "http://"):
        with pytest.raises(ValueError, match="no URL of a Jupyter server"):
            ServerSettings(base_url=url)


@pytest.mark.parametrize(
    ("is_kernel_new", "connections", "ended"),
    [(True, 0, ["new"]), (True, 1, []), (False, 0, [])],
    ids=["it ends", "somebody is connected", "its kernel ran before"],
)
def test_of_two_sessions_that_began_under_one_path_at_once_the_older_is_taken(
    is_kernel_new: bool, connections: int, ended: list[str]
) -> None:
    old, new = (
        {
            "id": name,
            "path": "a.ipynb",
            "kernel": {"id": f"k-{name}", "name": "python3", "connections": connections},
        }
        for name in ("old", "new")
    )

    def answer(request: Request) -> Response:
        return Response(status=204) if request.method == "DELETE" else said([old, new])

    transport = Scripted(answer)

    async def act() -> str:
        manager = SessionManager(SETTINGS, transport=transport)
        mine = (await manager.refresh())[1]
        found = await manager._only_one(mine, is_kernel_new=is_kernel_new)
        manager.dispose()
        await manager.closed()
        return found.id

    with pytest.warns(DuplicateSessionWarning, match="2 sessions had the path 'a.ipynb'"):
        assert asyncio.run(act()) == "old"
    deleted = [one.url for one in transport.requests if one.method == "DELETE"]
    assert [url.rsplit("/", 1)[-1] for url in deleted] == ended
