"""In a web page no server can be reached, and whatever is tried says so in the same words."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

import datalab_kernel_client
from datalab_kernel_client import ServerSettings, ServerUnreachableError, sync


@pytest.mark.parametrize(
    "connect",
    [
        lambda: datalab_kernel_client.connect("http://127.0.0.1:8888/?token=secret"),
        datalab_kernel_client.connect,
        lambda: sync.connect("http://127.0.0.1:8888/"),
        lambda: ServerSettings(base_url="http://127.0.0.1:8888/?token=secret"),
    ],
)
def test_connecting_from_a_page_is_one_error_that_says_what_can_be_done(
    monkeypatch: pytest.MonkeyPatch, connect: Callable[[], Any]
) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(ServerUnreachableError, match="web page") as caught:
        connect()
    assert caught.value.reason == "a web page has no sockets"
    assert "workspace.connect(" in str(caught.value)
    assert "secret" not in str(caught.value)
