"""Make the guide's picture of a page again: ``python -m lite.picture SITE FILE``, with ``tools`` on PYTHONPATH.

The site needs a distribution of Pyodide, as the one of ``test-lite`` has. Look at the picture
before it is committed: a person will.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from frontends.chromium import chromium
from frontends.notebook import IS_READY
from lite._serving import served

WIDTH, HEIGHT, SCALE = 1000, 1230, 1.5
START_S = 900
CELLS = 2
"""What installs, and what shows a picture."""
RUN = f"""async () => {{
  const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
  const codes = notebook.widgets.filter(cell => cell.model.type === 'code').slice(0, {CELLS});
  for (const cell of codes) {{
    notebook.activeCellIndex = notebook.widgets.indexOf(cell);
    await app.commands.execute('notebook:run-cell');
  }}
}}"""


def main() -> None:
    """Open the first steps, run the first cells, and keep what is seen."""
    parser = argparse.ArgumentParser(prog="lite.picture", description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    with (
        served(given.site) as url,
        chromium(width=WIDTH, height=HEIGHT, scale=SCALE) as context,
    ):
        page = context.new_page()
        page.goto(f"{url}/notebooks/index.html?path=first_steps.ipynb")
        page.wait_for_function(IS_READY, timeout=START_S * 1000)
        page.evaluate(RUN)
        page.locator(".jp-OutputArea-output img").first.wait_for(timeout=START_S * 1000)
        page.wait_for_timeout(2000)  # until the notebook has its final place
        page.screenshot(path=given.file)


if __name__ == "__main__":
    main()
