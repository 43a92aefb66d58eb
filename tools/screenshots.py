"""Makes the docs' pictures of the front ends again; run it by ``tools/run.py screenshots``.

Each picture is a notebook on the installed DataLab kernel in the real JupyterLab or
Notebook. Look at every one before it is committed: a person will.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from frontends.chromium import chromium
from frontends.notebook import NotebookPage, lab_path
from frontends.server import jupyter_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDTH, HEIGHT, SCALE = 1000, 760, 1.5
SHORT = 460  # where little is to be seen
SPECTRUM = (
    "x = np.linspace(0, 1, 2000)\n"
    'workspace["sine"] = create_signal(\n'
    '    "", x, np.sin(30 * x), units=("s", "V"), labels=("Time", "Voltage")\n'
    ")\n"
    'plotter.plot("sine", figsize=(6, 2.3))'
)
TABLE = (
    'workspace["noisy"] = (x, np.sin(12 * x) + np.random.default_rng(0).normal(0, 0.3, x.size))\n'
    'workspace["spot"] = np.outer(np.hanning(256), np.hanning(256))\n'
    "workspace"
)
LOOP = (
    "import time\n"
    "for step in range(1_000):\n"
    "    print(f'step {step}', end=' ')\n"
    "    time.sleep(0.1)"
)
SURVEY = (
    "import ipywidgets\n"
    "from tqdm.auto import tqdm\n\n"
    "for _ in tqdm(range(40), desc='Averaging'):\n"
    "    time.sleep(0.01)\n"
    "ipywidgets.IntSlider(20, description='Window')"
)


def main() -> int:
    """Make all pictures and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    views: dict[str, Callable[[BrowserContext, JupyterServer, Path], None]] = {
        "launcher": picture_launcher,
        "lab": picture_lab,
        "stop": picture_stop,
        "run-all": picture_run_all,
        "notebook7": picture_notebook,
    }
    with jupyter_server() as server, chromium(width=WIDTH, height=HEIGHT, scale=SCALE) as browser:
        for name, view in views.items():
            view(browser, server, folder)
            print(f"{name}: made", flush=True)
    for path in sorted(folder.glob("frontend-*.png")):
        print(f"  {path}  ({path.stat().st_size / 1000:,.0f} kB)")
    return 0


def picture_launcher(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show the kernel's tile in JupyterLab's launcher."""
    page = browser.new_page()
    page.goto(server.address("lab?reset"))
    page.locator('.jp-LauncherCard[data-category="Notebook"]', has_text="DataLab").hover()
    page.screenshot(path=folder / "frontend-launcher.png")
    page.close()


def picture_lab(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show a plot and the workspace's table in light and dark."""
    notebook = open_lab(browser, server, "analysis.ipynb")
    notebook.run(SPECTRUM)
    notebook.run(TABLE)
    notebook.remove_last()
    for theme in ("Light", "Dark"):
        notebook.use_theme(f"JupyterLab {theme}")
        notebook.show_top()
        notebook.page.screenshot(path=folder / f"frontend-lab-{theme.lower()}.png")
    notebook.use_theme("JupyterLab Light")
    notebook.page.close()


def picture_stop(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show a loop that was stopped, and a cell after it."""
    notebook = open_lab(browser, server, "stop.ipynb")
    notebook.run('workspace["kept"] = np.arange(5.0)')
    index = notebook.start_busy(LOOP)
    notebook.page.wait_for_timeout(1000)
    notebook.stop(index)
    notebook.run("workspace.list()")
    notebook.run(SURVEY)
    notebook.remove_last()
    notebook.show_top()
    notebook.page.wait_for_timeout(500)  # the slider is drawn a little later
    notebook.page.screenshot(path=folder / "frontend-stop.png")
    notebook.page.close()


def picture_run_all(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show what Run All leaves behind an error."""
    server.write_notebook(
        "run-all.ipynb",
        [
            'workspace["ramp"] = np.arange(5.0)\nworkspace.list()',
            "values = []\nmean = sum(values) / len(values)",
            "print('not run, because the cell above failed')",
        ],
    )
    notebook = NotebookPage(browser.new_page()).open(server, lab_path("run-all.ipynb"))
    notebook.command("application:toggle-left-area")
    notebook.run_all()
    notebook.page.set_viewport_size({"width": WIDTH, "height": SHORT})
    notebook.show_top()
    notebook.page.screenshot(path=folder / "frontend-run-all.png")
    notebook.page.close()


def picture_notebook(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show the same notebook in Notebook 7."""
    server.write_notebook("notebook.ipynb", [""])
    notebook = NotebookPage(browser.new_page()).open(server, "notebooks/notebook.ipynb")
    notebook.run(SPECTRUM)
    notebook.run(TABLE)
    notebook.remove_last()
    notebook.show_top()
    notebook.page.screenshot(path=folder / "frontend-notebook7.png")
    notebook.page.close()


def open_lab(browser: BrowserContext, server: JupyterServer, name: str) -> NotebookPage:
    """Open an empty notebook in JupyterLab, without the side bar."""
    server.write_notebook(name, [""])
    notebook = NotebookPage(browser.new_page()).open(server, lab_path(name))
    notebook.command("application:toggle-left-area")
    return notebook


if __name__ == "__main__":
    raise SystemExit(main())
