"""A page's kernel and the real DataLab on the same computer: the same calls, over the page's requests."""

import http.server
import json
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from support.lite.page import WAIT_MS, LiteKernel

from datalab_application import Running

NOWHERE = "http://127.0.0.1:9"
INSTALL = "import datalab_kernel_lite; print(await datalab_kernel_lite.install())"
CONNECTED = """
from datalab_kernel import Workspace
found = Workspace()
found.list()
print(found)
"""
PUT_INTO_ADDRESS = "text => history.replaceState(history.state, '', '#' + text)"


class _Plain(http.server.BaseHTTPRequestHandler):
    """Answers, and says nothing that lets a page read the answer."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def without_cors() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Plain) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def live(kernel: LiteKernel, datalab: Running) -> LiteKernel:
    kernel.do(f"""
from datalab_kernel import Workspace
live = Workspace("live", url={datalab.url!r}, token={datalab.token!r})
""")
    return kernel


def listed(datalab: Running) -> list[str]:
    """Ask DataLab itself what it holds."""
    request = urllib.request.Request(
        f"{datalab.url}/api/v1/objects", headers={"Authorization": f"Bearer {datalab.token}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: Any = json.load(answer)
    return [item["name"] for item in found["objects"]]


def test_what_a_page_adds_is_in_datalab_to_the_last_bit(live: LiteKernel, datalab: Running) -> None:
    cell = live.do("""
image = np.random.default_rng(1).integers(0, 4096, (300, 200)).astype("uint16")
live["image"] = image
live["signal"] = (np.arange(1000.0), np.random.default_rng(2).normal(size=1000))
print(live, live.list(), np.array_equal(live["image"].data, image), live["image"].data.dtype)
""")
    assert cell.text.split("\n")[0] == "Workspace(live, 2 objects) ['signal', 'image'] True uint16"
    assert listed(datalab) == ["signal", "image"]


def test_datalab_computes_for_a_page_what_sigima_computes_there(live: LiteKernel) -> None:
    cell = live.do("""
live.calc("moving_average", on="signal", n=5, name="smooth")
here = Workspace("standalone")
here["signal"] = live["signal"]
here.calc("moving_average", on="signal", n=5, name="smooth")
print(abs(live["smooth"].y - here["smooth"].y).max() < 1e-12, live["smooth"].title)
""")
    assert cell.text == "True smooth\n" or cell.text.startswith("True smooth")


def test_a_failure_that_is_caught_leaves_the_cell_well(kernel: LiteKernel) -> None:
    cell = kernel.do(f"""
from datalab_kernel import Workspace
try:
    Workspace("live", url={NOWHERE!r}, token="t").list()
except ConnectionError as error:
    print(error)
""")
    assert "local network access" in cell.text
    assert "an https page asked another computer by http" in cell.text
    assert cell.error == ""


def test_a_wrong_token_is_told_as_everywhere(kernel: LiteKernel, datalab: Running) -> None:
    cell = kernel.do(f"""
from datalab_kernel import Workspace
try:
    Workspace("live", url={datalab.url!r}, token="wrong").list()
except PermissionError as error:
    print(error)
""")
    assert "doesn't take this token" in cell.text


def test_what_answers_and_allows_no_pages_is_one_of_the_causes_that_are_listed(
    kernel: LiteKernel, without_cors: str
) -> None:
    cell = kernel.do(f"""
from datalab_kernel import Workspace
try:
    Workspace("live", url={without_cors!r}, token="t").list()
except ConnectionError as error:
    print(error)
""")
    assert "what answers there doesn't allow web pages" in cell.text
    assert cell.error == ""


def test_a_link_names_the_datalab_and_its_token_leaves_the_address(
    kernel: LiteKernel, datalab: Running
) -> None:
    kernel.page.evaluate(
        PUT_INTO_ADDRESS, f"datalab_url={datalab.url}&datalab_token={datalab.token}&rest=kept"
    )
    said = kernel.notebook.run(INSTALL, WAIT_MS / 1000)
    assert f"look for DataLab at {datalab.url}" in said
    assert datalab.token not in said
    assert datalab.token not in kernel.page.evaluate("location.href")
    assert kernel.page.evaluate("location.hash") == "#rest=kept"
    assert kernel.do(CONNECTED).text.startswith("Workspace(live, ")
    kernel.do("""
import os
del os.environ["DATALAB_WORKSPACE_URL"], os.environ["DATALAB_WORKSPACE_TOKEN"]
""")
    again = kernel.notebook.run(INSTALL, WAIT_MS / 1000)  # as after a restart of the kernel
    assert f"look for DataLab at {datalab.url}" in again
    assert kernel.do(CONNECTED).text.startswith("Workspace(live, ")
    kernel.do("""
del os.environ["DATALAB_WORKSPACE_URL"], os.environ["DATALAB_WORKSPACE_TOKEN"]
""")
    kernel.page.evaluate("sessionStorage.clear()")
