"""A real Jupyter server with real kernels, for the client's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.jupyter_server import JupyterServer, jupyter_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[JupyterServer]:
    """Give a server that the tests of a session share."""
    with jupyter_server() as running:
        yield running
