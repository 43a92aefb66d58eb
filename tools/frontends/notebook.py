"""A notebook in a page of JupyterLab or Notebook: run cells, press its buttons, read what is shown."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Locator, Page

    from frontends.server import JupyterServer

__all__ = ["NotebookPage", "lab_path", "output_text"]

TIMEOUT_S = 60.0
IS_READY = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  const kernel = panel?.sessionContext?.session?.kernel;
  return !!(panel?.context?.isReady && kernel?.connectionStatus === 'connected'
            && kernel.status === 'idle');
}"""
START = """source => {
  const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
  const index = notebook.widgets.length - 1;
  notebook.activeCellIndex = index;
  notebook.activeCell.model.sharedModel.setSource(source);
  window.endedCells ??= {};
  window.endedCells[index] = false;
  app.commands.execute('notebook:run-cell-and-insert-below')
    .finally(() => { window.endedCells[index] = true; });
  return index;
}"""
HAS_RUN = """() => {
  const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
  return cells[0].executionCount !== null && cells.every(cell => cell.executionState !== 'running');
}"""
TO_LAST = """() => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
}"""
TO_FIRST = """() => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = 0;
  return notebook.scrollToItem(0, 'start');
}"""
CELL = "index => window.jupyterapp.shell.currentWidget.content.model.cells.get(index).toJSON()"
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"


class NotebookPage:
    """The notebook that a page shows.

    Parameters
    ----------
    page
        A page of JupyterLab or Notebook, whose application is exposed (``jupyterapp``).
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, server: JupyterServer, path: str) -> NotebookPage:
        """Go to a page of the server, such as ``notebooks/a.ipynb``, and wait for its kernel."""
        self.page.goto(server.address(path))
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait until the notebook is shown and its kernel is idle."""
        self.page.wait_for_function(IS_READY, timeout=TIMEOUT_S * 1000)

    def start(self, source: str) -> int:
        """Run a source in the last cell and insert one below; return the cell's index."""
        index: int = self.page.evaluate(START, source)
        return index

    def start_busy(self, source: str) -> int:
        """Start a cell that takes a while; return its index once the kernel works on it."""
        index = self.start(source)
        self.page.wait_for_function(f"() => {KERNEL}.status === 'busy'", timeout=TIMEOUT_S * 1000)
        return index

    def finish(self, index: int, timeout_s: float = TIMEOUT_S) -> str:
        """Wait until a cell that was started has ended; return its outputs' text."""
        ended = "index => window.endedCells[index] === true"
        self.page.wait_for_function(ended, arg=index, timeout=timeout_s * 1000)
        return self.text(index)

    def run(self, source: str, timeout_s: float = TIMEOUT_S) -> str:
        """Run a cell to its end; return its outputs' text."""
        return self.finish(self.start(source), timeout_s)

    def json(self, index: int) -> dict[str, Any]:
        """Return a cell as it would be saved."""
        cell: dict[str, Any] = self.page.evaluate(CELL, index)
        return cell

    def text(self, index: int) -> str:
        """Return the text of a cell's outputs."""
        return output_text(self.json(index)["outputs"])

    def count(self, index: int) -> int | None:
        """Return a cell's prompt number; None if it wasn't executed."""
        number: int | None = self.json(index)["execution_count"]
        return number

    def cell(self, index: int) -> Locator:
        """Return a cell's element."""
        return self.page.locator(".jp-NotebookPanel:visible .jp-Cell").nth(index)

    def press(self, button: str) -> None:
        """Press a button of the toolbar: ``interrupt`` or ``restart``."""
        toolbar = self.page.locator(".jp-NotebookPanel:visible .jp-NotebookPanel-toolbar")
        toolbar.locator(f'[data-jp-item-name="{button}"] jp-button').click()

    def stop(self, index: int) -> float:
        """Press Stop; return the seconds until the cell had ended."""
        began = time.monotonic()
        self.press("interrupt")
        self.finish(index)
        return time.monotonic() - began

    def restart(self) -> None:
        """Press Restart, say yes, and wait for the new kernel."""
        self.press("restart")
        dialog = self.page.locator(".jp-Dialog")
        dialog.locator("button.jp-mod-accept").click()
        dialog.wait_for(state="detached")
        self.wait_until_ready()

    def choose(self, menu: str, item: str) -> None:
        """Choose an item of a menu, as with the mouse."""
        self.page.locator("#jp-MainMenu .lm-MenuBar-itemLabel", has_text=menu).click()
        items = self.page.locator(".lm-Menu-itemLabel")
        items.get_by_text(item, exact=True).click()

    def run_all(self) -> None:
        """Choose Run All Cells and wait until no cell runs or waits any more."""
        self.choose("Run", "Run All Cells")
        self.page.wait_for_function(HAS_RUN, timeout=TIMEOUT_S * 1000)

    def remove_last(self) -> None:
        """Remove the empty cell at the end."""
        self.page.evaluate(TO_LAST)
        self.command("notebook:delete-cell")

    def show_top(self) -> None:
        """Scroll to the first cell, and put no cell into focus."""
        self.page.evaluate(TO_FIRST)
        self.page.wait_for_timeout(300)  # until it has scrolled

    def command(self, name: str, **arguments: Any) -> None:
        """Run a command of the application, such as ``docmanager:save``, to its end."""
        code = "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)"
        self.page.evaluate(code, [name, arguments])

    def save(self) -> None:
        """Save the notebook."""
        self.command("docmanager:save")

    def use_theme(self, name: str) -> None:
        """Change the application's theme and wait until it is drawn."""
        self.command("apputils:change-theme", theme=name)
        drawn = "name => document.body.dataset.jpThemeName === name"
        self.page.wait_for_function(drawn, arg=name, timeout=TIMEOUT_S * 1000)

    def kernel_id(self) -> str:
        """Return the id of the notebook's kernel."""
        identity: str = self.page.evaluate(f"() => {KERNEL}.id")
        return identity


def output_text(outputs: Sequence[dict[str, Any]]) -> str:
    """Return what outputs say in plain text; an error as its name and value.

    Examples
    --------
    >>> output_text([{"output_type": "stream", "text": ["a", "b"]}])
    'ab'
    >>> output_text([{"output_type": "error", "ename": "KeyError", "evalue": "'a'"}])
    "KeyError: 'a'"
    """
    return "".join(_plain(output) for output in outputs)


def _plain(output: dict[str, Any]) -> str:
    match output["output_type"]:
        case "stream":
            return "".join(output["text"])
        case "error":
            return f"{output['ename']}: {output['evalue']}"
        case _:
            return "".join(output["data"].get("text/plain", ""))


def lab_path(notebook: str, window: str = "") -> str:
    """Return JupyterLab's path of a notebook, in a window with a layout of its own.

    Examples
    --------
    >>> lab_path("a.ipynb"), lab_path("a.ipynb", "second")
    ('lab/tree/a.ipynb?reset', 'lab/workspaces/second/tree/a.ipynb?reset')
    """
    place = f"workspaces/{window}/" if window else ""
    return f"lab/{place}tree/{notebook}?reset"
