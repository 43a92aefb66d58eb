"""Sphinx: MyST pages whose code cells run on the real DataLab kernel, and numpydoc."""

import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tools"))

import floors  # noqa: E402 - from the folder just named
import function_notes  # noqa: E402
import function_reference  # noqa: E402
from lite._site import NOTEBOOKS  # noqa: E402

project = "DataLab-Kernel"
copyright = "2026, the DataLab-Kernel developers"
release = (ROOT / "VERSION").read_text(encoding="utf-8").strip()

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = f"DataLab-Kernel {release}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_sidebars: dict[str, list[str]] = {"**": []}

# Cells are executed once a build, in a folder of their own, and an error fails the build
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 240
myst_heading_anchors = 3

autosummary_generate = False
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

# The tutorial is the notebook that the demo runs
(HERE / "tutorials").mkdir(exist_ok=True)
shutil.copy(ROOT / "examples" / "first_steps.ipynb", HERE / "tutorials" / "first_steps.ipynb")

# The functions that are installed here, with their parameters
function_reference.write(HERE / "guide")
function_notes.write(HERE / "guide")

# The core's floors, as its import contract has them
floors.write("datalab_kernel", HERE / "contributing" / "floors.svg")

# Each tutorial is on the site that the task docs-lite puts beside the pages
TRIED = {Path(path).stem for path in NOTEBOOKS}


def offer_to_try(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Put a link to the tutorial in the browser under a page's title."""
    del app, template, tree
    folder, _, name = page.partition("/")
    if folder in ("guide", "tutorials") and name in TRIED:
        target = context["pathto"](f"try/notebooks/index.html?path={name}.ipynb", 1)
        link = f'</h1>\n<p><a href="{target}">Try it in the browser</a></p>'
        context["body"] = context["body"].replace("</h1>", link, 1)


def setup(app: Any) -> None:
    """Have Sphinx ask for the links."""
    app.connect("html-page-context", offer_to_try)
