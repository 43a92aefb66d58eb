"""A page's requests: what goes out, what comes back, and failures of which no cause is known."""

import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from datalab_kernel_live.doors._wire_errors import (
    DroppedError,
    MalformedError,
    NotReachedError,
    TimedOutError,
)
from datalab_kernel_live.doors.web._messages import Request
from datalab_kernel_live.doors.web._xhr import XhrTransport


class JsException(Exception):  # noqa: N818 - the name in Pyodide
    def __init__(self, name: str) -> None:
        self.name = name


class Browser:
    """Requests as a browser makes them: it answers as it is told and remembers what was asked."""

    def __init__(self) -> None:
        self.failure = ""
        self.leads_to = ""
        self.asked: list[Any] = []

    def new(self) -> "Asked":
        self.asked.append(Asked(self))
        return self.asked[-1]


class Asked:
    def __init__(self, browser: Browser) -> None:
        self.browser, self.headers = browser, {}
        self.responseURL = ""

    def open(self, method: str, url: str, is_asynchronous: bool) -> None:
        self.method, self.url, self.is_asynchronous = method, url, is_asynchronous

    def setRequestHeader(self, name: str, text: str) -> None:  # noqa: N802 - as it is there
        self.headers[name] = text

    def send(self, body: Any) -> None:
        if self.browser.failure:
            raise JsException(self.browser.failure)
        self.body, self.status = body, 200
        self.responseURL = self.browser.leads_to or self.url
        self.response = types.SimpleNamespace(to_bytes=lambda: b"\x00\xff" * 3)

    def getAllResponseHeaders(self) -> str:  # noqa: N802 - as it is there
        return "content-type: application/x-npz\r\nX-Other:  a: b\r\n"


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    made = Browser()
    ffi = types.SimpleNamespace(JsException=JsException, to_js=lambda value: value)
    monkeypatch.setitem(sys.modules, "js", types.SimpleNamespace(XMLHttpRequest=made))
    monkeypatch.setitem(sys.modules, "pyodide.ffi", ffi)
    return made


def test_a_request_goes_out_as_it_is_and_its_answer_comes_back(browser: Browser) -> None:
    pieces: Any = [b"ab", memoryview(b"cd")]
    request = Request(
        method="PUT", path="/api/v1/x", body=pieces, headers={"Authorization": "Bearer t"}, timeout_s=2.5
    )  # fmt: skip
    answer = XhrTransport("http://127.0.0.1:9").send(request)
    (asked,) = browser.asked
    assert (asked.method, asked.url) == ("PUT", "http://127.0.0.1:9/api/v1/x")
    assert not asked.is_asynchronous
    assert asked.body == b"abcd"
    assert asked.headers == {"Authorization": "Bearer t"}
    assert asked.timeout == 2500
    assert answer.body == b"\x00\xff" * 3
    assert answer.headers == {"content-type": "application/x-npz", "x-other": "a: b"}


@pytest.mark.parametrize(
    ("failure", "method", "error", "said"),
    [
        ("TimeoutError", "GET", TimedOutError, "no answer within 10 s"),
        ("NetworkError", "GET", NotReachedError, "local network access"),
        ("NetworkError", "POST", DroppedError, "an https page asked another computer by http"),
    ],
)
def test_a_failure_says_what_can_be_known(
    browser: Browser, failure: str, method: str, error: type[Exception], said: str
) -> None:
    browser.failure = failure
    with pytest.raises(error, match=said):
        XhrTransport("http://127.0.0.1:9").send(Request(method=method, path="/a"))


def test_an_answer_from_elsewhere_or_too_large_is_none(browser: Browser) -> None:
    transport = XhrTransport("http://127.0.0.1:9")
    with pytest.raises(MalformedError, match="5 is the limit"):
        transport.send(Request(method="GET", path="/a", limit_bytes=5))
    browser.leads_to = "http://elsewhere.example/a"
    with pytest.raises(MalformedError, match="another address"):
        transport.send(Request(method="GET", path="/a"))
