"""A kernel in a web page: a JupyterLite site in headless Chromium, whose cells are run one by one."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from frontends.notebook import NotebookPage

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WAIT_MS = 280_000
START = """async () => {
  const { commands, serviceManager, shell } = window.jupyterapp;
  await serviceManager.ready;
  for (let left = 400; ; left--) {
    await serviceManager.kernelspecs.refreshSpecs();
    if (serviceManager.kernelspecs.specs?.kernelspecs.python) break;
    if (!left) throw new Error("the site has no kernel 'python'");
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  const panel = await commands.execute("notebook:create-new", { kernelName: "python" });
  await panel.sessionContext.ready;
  window.liteKernel = panel.sessionContext.session.kernel;
  await window.liteKernel.info;
}"""
RUN = """async code => {
  const outputs = [];
  const future = window.liteKernel.requestExecute({ code, stop_on_error: true });
  future.onIOPub = message => outputs.push([message.header.msg_type, message.content]);
  const reply = await future.done;
  return [reply.content.status, outputs];
}"""


@dataclass(frozen=True)
class Cell:
    """What a cell came to."""

    status: str
    outputs: list[tuple[str, dict[str, Any]]]

    @property
    def text(self) -> str:
        """What it printed."""
        streams = [content for kind, content in self.outputs if kind == "stream"]
        return "".join(stream["text"] for stream in streams if stream["name"] == "stdout")

    @property
    def error(self) -> str:
        """Its error and traceback, without colours."""
        for kind, content in self.outputs:
            if kind == "error":
                text = "\n".join([content["ename"], content["evalue"], *content["traceback"]])
                return re.sub("\x1b\\[[0-9;]*m", "", text)
        return ""

    def data(self, mime: str) -> list[str]:
        """Return what it displayed of one type."""
        return [
            content["data"][mime] for _, content in self.outputs if mime in content.get("data", {})
        ]

    @property
    def pictures(self) -> list[bytes]:
        """The PNG files that it displayed."""
        return [base64.b64decode(text) for text in self.data("image/png")]


class LiteKernel:
    """The kernel of a page, and the notebook that the page shows."""

    installed = ""
    """What installing said."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.notebook = NotebookPage(page)

    def run(self, code: str) -> Cell:
        """Run a cell, whatever it comes to."""
        status, outputs = self.page.evaluate(RUN, code)
        return Cell(status, [(kind, content) for kind, content in outputs])

    def do(self, code: str) -> Cell:
        """Run a cell that must succeed."""
        cell = self.run(code)
        assert cell.status == "ok", cell.error
        return cell


def as_elsewhere(url: str) -> tuple[str, ...]:
    """Return Chromium's switches by which it takes a server of ours for one of the internet."""
    place = url.partition("://")[2]
    return ("--ignore-certificate-errors", f"--ip-address-space-overrides={place}=public")


def new_kernel(context: BrowserContext, url: str, query: str = "") -> LiteKernel:
    """Open the site in a new page and start a kernel there."""
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{url}/lab/index.html{query}")
    page.wait_for_function("() => window.jupyterapp?.serviceManager")
    page.evaluate(START)
    return LiteKernel(page, url)
