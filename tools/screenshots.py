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
BEAM = (
    "from datalab_kernel_channel.frontends import pick_points, pick_roi, status_line, upload\n\n"
    "y, x = np.mgrid[:200, :300]\n"
    'workspace["beam"] = np.exp(-((x - 180) ** 2 + (y - 90) ** 2) / 1500)\n'
    "t = np.linspace(0, 1, 2000)\n"
    'workspace["tone"] = create_signal("", t, np.sin(30 * t), units=("s", "V"), labels=("Time", "U"))\n'
    "line = status_line(workspace)"
)
SPIKE_S = 0.61803398
LONG = (
    "from datalab_kernel import Plotter\n\n"
    'interactive = Plotter(workspace, renderer="interactive")\n'
    "x = np.arange(100_000_000) * 1e-8\n"
    "y = np.sin(2 * np.pi * 20e3 * x)\n"
    f"y[{round(SPIKE_S * 1e8)}] += 0.8\n"
    'hum = create_signal("Hum", x, y, units=("s", "V"), labels=("Time", "Voltage"))\n'
    "interactive.plot(hum);"
)


def main() -> int:
    """Make all pictures and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=FOLDER)
    parser.add_argument("wanted", nargs="*", help="which ones; all, unless said")
    given = parser.parse_args()
    folder: Path = given.output
    wanted: list[str] = given.wanted
    folder.mkdir(parents=True, exist_ok=True)
    views: dict[str, Callable[[BrowserContext, JupyterServer, Path], None]] = {
        "launcher": picture_launcher,
        "lab": picture_lab,
        "stop": picture_stop,
        "run-all": picture_run_all,
        "notebook7": picture_notebook,
        "interactive": picture_interactive,
        "picker": picture_picker,
        "mover": picture_mover,
    }
    if wanted:
        views = {name: views[name] for name in wanted}
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


def picture_interactive(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show 100 million samples, and the same after zooming to one that stands out."""
    notebook = open_lab(browser, server, "interactive.ipynb")
    notebook.run(LONG)
    notebook.remove_last()
    notebook.show_top()
    page = notebook.page
    page.set_viewport_size({"width": WIDTH, "height": 780})
    figure = page.locator('.datalab-figure[data-state="detailed"]')
    figure.wait_for()
    page.wait_for_timeout(1000)  # the size of the page has changed
    page.screenshot(path=folder / "frontend-interactive.png")
    for _ in range(3):
        area = figure.locator(".nsewdrag").bounding_box()
        left, right = figure.evaluate("plot => plot._fullLayout.xaxis.range")
        center = (SPIKE_S - left) / (right - left)
        for share, act in ((-0.03, page.mouse.down), (0.0, None), (0.03, page.mouse.up)):
            x = area["x"] + (center + share) * area["width"]
            page.mouse.move(x, area["y"] + area["height"] / 2)
            if act is not None:
                act()
        page.wait_for_timeout(1500)
    left, right = figure.evaluate("plot => plot._fullLayout.xaxis.range")
    x = area["x"] + (SPIKE_S - left) / (right - left) * area["width"]
    page.mouse.move(x, area["y"] + 0.54 * area["height"])  # on its top: what is read there
    page.wait_for_timeout(500)
    page.screenshot(path=folder / "frontend-interactive-zoom.png")
    page.close()


def picture_picker(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show a rectangle that is drawn on an image, in light, and points on a signal, in dark."""
    notebook = open_lab(browser, server, "picker.ipynb")
    notebook.run(BEAM)
    page = notebook.page
    for theme, name, source, places in (
        (
            "Light",
            "pick-roi",
            'roi = await pick_roi(workspace, "beam")',
            ((0.33, 0.22), (0.60, 0.63)),
        ),
        (
            "Dark",
            "pick-points",
            'await pick_points(workspace, "tone")',
            ((0.169, 0.12), (0.372, 0.12)),
        ),
    ):
        notebook.use_theme(f"JupyterLab {theme}")
        index = notebook.start(source)
        stage = page.locator(".dlk-stage")
        page.wait_for_function("() => document.activeElement.classList.contains('dlk-stage')")
        page.wait_for_timeout(500)  # until it has scrolled
        box = stage.bounding_box()
        for across, down in places:
            page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
            page.mouse.down()
            if name == "pick-points":
                page.mouse.up()
        page.mouse.up()
        page.screenshot(path=folder / f"frontend-{name}.png")
        page.keyboard.press("Enter")
        notebook.finish(index)
    notebook.use_theme("JupyterLab Light")
    page.close()


def picture_mover(browser: BrowserContext, server: JupyterServer, folder: Path) -> None:
    """Show where a file is dropped."""
    notebook = open_lab(browser, server, "mover.ipynb")
    page = notebook.page
    page.set_viewport_size({"width": WIDTH, "height": 300})
    notebook.run("from datalab_kernel_channel.frontends import upload")
    index = notebook.start('await upload(workspace, accept=".h5,.csv")')
    page.locator(".dlk-drop").wait_for()
    page.wait_for_timeout(300)
    page.screenshot(path=folder / "frontend-upload.png")
    page.locator(".dlk-drop").press("Escape")
    notebook.finish(index)
    page.close()


def open_lab(browser: BrowserContext, server: JupyterServer, name: str) -> NotebookPage:
    """Open an empty notebook in JupyterLab, without the side bar."""
    server.write_notebook(name, [""])
    notebook = NotebookPage(browser.new_page()).open(server, lab_path(name))
    notebook.command("application:toggle-left-area")
    return notebook


if __name__ == "__main__":
    raise SystemExit(main())
