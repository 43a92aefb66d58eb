"""A notebook in a page of NbClassic: run cells and read what they show, as in :class:`NotebookPage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from frontends.notebook import TIMEOUT_S, output_text

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from frontends.server import JupyterServer

__all__ = ["ClassicPage"]

IS_READY = """() => {
  const kernel = window.Jupyter?.notebook?.kernel;
  return !!(kernel?.is_connected() && kernel.info_reply?.status === 'ok' && kernel.widget_manager
            && Jupyter.notebook._fully_loaded);
}"""
START = """source => {
  const { notebook } = Jupyter, index = notebook.ncells() - 1, cell = notebook.get_cell(index);
  cell.set_text(source);
  notebook.insert_cell_at_bottom('code');
  window.endedCells ??= {};
  window.endedCells[index] = false;
  cell.execute();
  cell.events.one('finished_execute.CodeCell', () => { window.endedCells[index] = true; });
  return index;
}"""
OUTPUTS = "index => Jupyter.notebook.get_cell(index).output_area.toJSON()"


class ClassicPage:
    """The notebook that a page of NbClassic shows.

    Parameters
    ----------
    page
        The page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, server: JupyterServer, path: str) -> ClassicPage:
        """Go to a page of the server, such as ``nbclassic/notebooks/a.ipynb``, and wait for its kernel."""
        self.page.goto(server.address(path))
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait until the notebook is shown and its kernel has answered."""
        self.page.wait_for_function(IS_READY, timeout=TIMEOUT_S * 1000)

    def start(self, source: str) -> int:
        """Run a source in the last cell and insert one below; return the cell's index."""
        index: int = self.page.evaluate(START, source)
        return index

    def finish(self, index: int, timeout_s: float = TIMEOUT_S) -> str:
        """Wait until a cell that was started has ended; return its outputs' text."""
        ended = "index => window.endedCells[index] === true"
        self.page.wait_for_function(ended, arg=index, timeout=timeout_s * 1000)
        outputs: list[dict[str, Any]] = self.page.evaluate(OUTPUTS, index)
        return output_text(outputs)

    def run(self, source: str, timeout_s: float = TIMEOUT_S) -> str:
        """Run a cell to its end; return its outputs' text."""
        return self.finish(self.start(source), timeout_s)

    def cell(self, index: int) -> Locator:
        """Return a cell's element."""
        return self.page.locator(".cell").nth(index)

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("() => Jupyter.notebook.save_notebook()")
