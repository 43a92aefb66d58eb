"""A site of the internet, by https, and the DataLab beside the browser: what the browser asks for and forbids."""

import pytest
from playwright.sync_api import BrowserContext
from support.lite.page import WAIT_MS, LiteKernel, new_kernel

from datalab_application import Running
from lite._site import FIRST_CELL

pytestmark = pytest.mark.usefixtures("whole_run")
WAIT_S = WAIT_MS / 1000
TRY = """
try:
    Workspace("live"{where}).list()
except ConnectionError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def opened(browser: BrowserContext, site_elsewhere: str, datalab: Running) -> LiteKernel:
    link = f"#datalab_url={datalab.url}&datalab_token={datalab.token}"
    made = new_kernel(browser, site_elsewhere, link)
    made.installed = made.notebook.run(FIRST_CELL, WAIT_S)
    made.do("from datalab_kernel import Workspace; import numpy as np")
    return made


def test_a_link_s_token_is_gone_from_the_address_when_the_first_cell_has_run(
    opened: LiteKernel, datalab: Running
) -> None:
    assert f"look for DataLab at {datalab.url}" in opened.installed
    assert datalab.token not in opened.page.evaluate("location.href")


def test_without_permission_the_message_names_it_and_the_cell_is_well(opened: LiteKernel) -> None:
    said: list[str] = []
    log = opened.page.context.new_cdp_session(opened.page)
    log.on("Log.entryAdded", lambda event: said.append(event["entry"]["text"]))
    log.send("Log.enable")
    cell = opened.do(TRY.format(where=""))
    assert "not allowed to reach this computer ('local network access'" in cell.text
    assert cell.error == ""
    log.send("Log.disable")
    assert any("Permission was denied" in text for text in said), said


def test_an_https_page_can_t_ask_another_computer_by_http(opened: LiteKernel) -> None:
    with opened.page.expect_event("requestfailed") as refused:
        cell = opened.do(TRY.format(where=", url='http://192.0.2.1:18080', token='t'"))
    assert "an https page asked another computer by http" in cell.text
    assert cell.error == ""
    assert refused.value.failure == "mixed-content"


def test_with_permission_an_https_page_works_with_the_datalab_of_its_link(
    opened: LiteKernel, site_elsewhere: str, browser: BrowserContext
) -> None:
    browser.grant_permissions(["local-network-access"], origin=site_elsewhere)
    cell = opened.do("""
live = Workspace()
live["seen from afar"] = np.arange(12.0).reshape(3, 4)
print(live, live["seen from afar"].data.sum())
del live["seen from afar"]
""")
    assert cell.text.startswith("Workspace(live, ")
    assert " 66.0" in cell.text
