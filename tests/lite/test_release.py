"""The wheels of a release, put into the file browser of any JupyterLite site, are installed from there."""

import base64
from pathlib import Path

import pytest
from support.lite.page import WAIT_MS, new_kernel

from frontends.chromium import chromium
from lite._site import ROOT, WHEELS

PUT = """([path, content]) => window.jupyterapp.serviceManager.contents.save(path, {
  type: "file", format: "base64", mimetype: "application/octet-stream", content
})"""
PAGE = ROOT / "docs" / "guide" / "browser.md"


def cell_of_the_guide() -> str:
    """Return the guide's cell that installs a release."""
    return PAGE.read_text("utf-8").partition("From a release")[2].split("```")[1].partition("\n")[2]


def wheels_of(names: tuple[str, ...]) -> list[Path]:
    return [next(WHEELS.glob(f"datalab_kernel_{name}-*.whl")) for name in names]


@pytest.mark.usefixtures("whole_run")
def test_a_release_s_wheels_are_installed_from_the_file_browser(site_here: str) -> None:
    asked: list[str] = []
    with chromium() as browser:  # its file browser is seen by no other test's page
        kernel = new_kernel(browser, site_here)
        browser.on("request", lambda request: asked.append(request.url))
        for wheel in wheels_of(("core", "standalone", "live", "lite")):
            content = base64.b64encode(wheel.read_bytes()).decode()
            kernel.page.evaluate(PUT, [wheel.name, content])
        said = kernel.notebook.run(cell_of_the_guide(), WAIT_MS / 1000)
        shown = kernel.notebook.run("workspace['a'] = np.ones(3); print(workspace.list())", 120)
    assert "sigima 1.3.0" in said
    assert shown == "['a']\n"
    fetched = [url.rpartition("/")[2].partition("?")[0] for url in asked]
    assert [name for name in fetched if name.startswith("datalab_kernel")] == []
