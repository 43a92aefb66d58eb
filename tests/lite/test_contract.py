"""Backends keep their contract in a page, too: the same suite, run by pytest in the page's own Python."""

import re

import pytest
from support.lite.page import LiteKernel

from datalab_application import Running
from lite._site import ROOT

STANDALONE = ROOT / "packages" / "datalab-kernel-standalone" / "tests" / "test_contract.py"
WEB_API = ROOT / "tests" / "support" / "datalab" / "web_api_contract.py"
OF_THE_WEB_API = (
    "from web_api_contract import WebApiContract\n\nclass TestLive(WebApiContract):\n    pass\n"
)
SUITE = """
import os, pytest
from pathlib import Path
folder = Path("/tmp/contract")
folder.mkdir(exist_ok=True)
for name, text in {files!r}.items():
    (folder / name).write_text(text)
os.environ.update({environment!r})
options = ["-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-W", "default"]
ended = pytest.main([*options, f"--rootdir={{folder}}", str(folder / {first!r})])
for name in {environment!r}:
    del os.environ[name]
print("ended", int(ended))
"""


def in_page(kernel: LiteKernel, files: dict[str, str], **environment: str) -> str:
    """Run the first of some files by pytest in the page; return what pytest says."""
    kernel.do("%pip install -q pytest")
    said = kernel.do(SUITE.format(files=files, environment=environment, first=next(iter(files))))
    assert said.text.endswith("ended 0\n"), said.text[-6000:]
    return said.text


def test_the_backend_in_the_page_s_memory_keeps_the_contract(kernel: LiteKernel) -> None:
    said = in_page(kernel, {"test_standalone_contract.py": STANDALONE.read_text(encoding="utf-8")})
    assert int(re.search(r"(\d+) passed", said)[1]) > 70  # type: ignore[index]


@pytest.mark.usefixtures("whole_run")
def test_datalab_s_web_api_from_a_page_keeps_the_contract_and_its_limits(
    kernel: LiteKernel, datalab: Running
) -> None:
    said = in_page(
        kernel,
        {
            "test_live_contract.py": OF_THE_WEB_API,
            WEB_API.name: WEB_API.read_text(encoding="utf-8"),
        },
        DATALAB_KERNEL_TEST_FULL="1",
        DATALAB_WORKSPACE_URL=datalab.url,
        DATALAB_WORKSPACE_TOKEN=datalab.token,
    )
    assert int(re.search(r"(\d+) passed", said)[1]) > 38  # type: ignore[index]
    assert " 5 xfailed" in said
