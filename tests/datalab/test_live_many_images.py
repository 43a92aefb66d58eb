"""A window full of large images is listed and shown without moving or copying one of them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel_live.doors.web._http import RequestsTransport
from datalab_kernel_live.doors.web._messages import Answer, Request

MANY = 60
SIDE = 720  # 4 MB
LOOKS: dict[str, Callable[[Workspace], Any]] = {
    "names": Workspace.list,
    "pattern": lambda w: w.list("im*", kind="image"),
    "number": len,
    "line": repr,
    "table": Workspace._repr_html_,
    "completion": Workspace._ipython_key_completions_,
}


@pytest.fixture(scope="module")
def filled(datalab_application: Any) -> Iterator[Workspace]:
    """Fill DataLab once, painting held, as a notebook does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(datalab_application.config))
        workspace = Workspace("live")
        workspace.clear(everything=True)
        rng = np.random.default_rng(0)
        workspace.add({f"im {number:02}": rng.random((SIDE, SIDE)) for number in range(MANY)})
        workspace.add("new", np.zeros((SIDE, SIDE)))
        yield workspace
        workspace.clear(everything=True)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what goes over the Web API, at which DataLab copies each object that it is asked for."""
    found: list[str] = []
    send = RequestsTransport.send

    def noting(self: RequestsTransport, asked: Request) -> Answer:
        found.append(f"{asked.method} {asked.path.partition('/api/v1')[2]}")
        return send(self, asked)

    monkeypatch.setattr(RequestsTransport, "send", noting)
    return found


@pytest.mark.parametrize("look", [*LOOKS])
def test_looking_asks_about_no_image(filled: Workspace, requests: list[str], look: str) -> None:
    LOOKS[look](filled)
    assert [one for one in requests if one != "GET /objects/im%2A"] == []  # a name comes first


def test_the_table_has_pictures_of_what_was_added_here(filled: Workspace) -> None:
    html = filled._repr_html_()
    assert html is not None
    assert html.count("<img") == 50
    assert "720 \N{MULTIPLICATION SIGN} 720" in html
    assert "and 11 more" in html


def test_another_kernel_asks_only_about_what_it_shows(
    filled: Workspace, requests: list[str]
) -> None:
    assert filled.mode
    another = Workspace("live")
    assert len(another.list()) == MANY + 1
    assert len(another) == MANY + 1
    listing = [one for one in requests if one.startswith("GET /objects")]
    assert len(listing) == 1  # a name that isn't there: whether the token is right
    requests.clear()
    assert another._repr_html_() is not None
    assert len(requests) == 50
    assert not any("/data" in one for one in requests)
    requests.clear()
    assert another._repr_html_() is not None
    assert requests == []


def test_status_knows_their_size(filled: Workspace, requests: list[str]) -> None:
    assert filled.status().size_bytes == (MANY + 1) * SIDE * SIDE * 8
    assert requests == ["GET /status"]
