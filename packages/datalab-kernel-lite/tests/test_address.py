"""What a link to a page may say about a DataLab: one on this computer, and nothing else."""

import os

import pytest

from datalab_kernel_lite._address import TOKEN_VARIABLE, URL_VARIABLE, use_address


@pytest.fixture(autouse=True)
def _nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (URL_VARIABLE, TOKEN_VARIABLE):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_datalab_on_this_computer_is_where_the_workspace_looks(host: str) -> None:
    said = use_address({"datalab_url": f"http://{host}:18080", "datalab_token": "secret"})
    assert os.environ[URL_VARIABLE] == f"http://{host}:18080"
    assert os.environ[TOKEN_VARIABLE] == "secret"
    assert f"http://{host}:18080" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "url",
    [
        *("http://lab.example:18080", "https://127.0.0.1.example", "http://127.0.0.1@evil.example"),
        *("file:///etc/passwd", "http://[", "127.0.0.1:18080", "http://192.168.1.7:18080"),
    ],
)
def test_any_other_is_left_out_and_said(url: str) -> None:
    assert "workspace.connect(url, token)" in use_address(
        {"datalab_url": url, "datalab_token": "secret"}
    )
    assert URL_VARIABLE not in os.environ
    assert TOKEN_VARIABLE not in os.environ


def test_an_address_that_says_nothing_changes_nothing() -> None:
    assert use_address({"datalab_token": "alone"}) == ""
    assert TOKEN_VARIABLE not in os.environ
