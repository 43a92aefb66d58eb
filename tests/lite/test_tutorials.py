"""The site's tutorials give in a page what they give on a computer."""

import base64
import contextlib
import io
import os
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from support.lite.page import LiteKernel

from datalab_kernel import Workspace
from lite._site import NOTEBOOKS, ROOT, WANTED, read_notebook

NOT_IN_THIS_PAGE = re.compile(
    r"laser|beam|smooth\[|on=smooth|spot|nuclei|h5py|\bxrd\b|nexus|tifffile|cells T1|Europe/"
)
"""Cells that need scikit-image or h5py, for which the page has stand-ins, or tifffile or time zones' names."""
pytestmark = pytest.mark.filterwarnings("ignore")  # errors are those that people see
HAIR_PX = 4
"""Texts are a little wider or higher with another version of matplotlib, and pictures are cut around them."""
DEMO = "examples/first_steps.ipynb"
OF_SCIKIT_IMAGE = "docs/guide/microscopy.md"
"""Not run in a browser here: each cell goes on from regions that scikit-image finds."""
SAVE = "workspace.save('of_the_run.npz')"
SEND = (
    f"{SAVE}; import base64; print(base64.b64encode(open('of_the_run.npz', 'rb').read()).decode())"
)


class Seen:
    """What came of a tutorial: names of errors, sizes of pictures, and the workspace at the end."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.pictures: list[tuple[int, int]] = []
        self.workspace = Workspace("standalone")


def sources(path: str) -> list[str]:
    """Return the cells that can run here; files in the format that both have."""
    cells = [cell for cell in read_notebook(ROOT / path)["cells"] if cell["cell_type"] == "code"]
    texts = ["".join(cell["source"]).replace('.h5"', '.npz"') for cell in cells]
    return [text for text in texts if not NOT_IN_THIS_PAGE.search(text)]


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def in_page(kernel: LiteKernel, path: str) -> Seen:
    seen = Seen()
    if wanted := WANTED.get(Path(path).stem):
        kernel.do(f"%pip install -q{wanted}")
    kernel.do(f"import os; os.makedirs('/tmp/{Path(path).stem}', exist_ok=True)")
    kernel.do(f"os.chdir('/tmp/{Path(path).stem}'); workspace.clear(everything=True)")
    for source in sources(path):
        cell = kernel.run(source)
        seen.errors += re.findall(r"\.(\w+)'>", cell.error.partition("\n")[0])
        seen.pictures += map(size_of, cell.pictures)
    content = base64.b64decode(kernel.do(SEND).text.split()[-1])
    Path("page.npz").write_bytes(content)
    seen.workspace.load("page.npz")
    return seen


def on_computer(shell: InteractiveShell, path: str) -> Seen:
    seen = Seen()
    shell.user_ns["workspace"].clear(everything=True)
    for source in sources(path):
        with capture_output() as captured, contextlib.redirect_stderr(io.StringIO()):
            result = shell.run_cell(source)
        if result.error_in_exec is not None:
            seen.errors.append(type(result.error_in_exec).__name__)
        found = [output.data.get("image/png") for output in captured.outputs]
        seen.pictures += [
            size_of(base64.b64decode(one) if isinstance(one, str) else one) for one in found if one
        ]
    seen.workspace.load(shell.user_ns["workspace"].save("computer.npz"))
    return seen


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    made = InteractiveShell.instance()
    matplotlib.use("agg")
    made.run_line_magic("load_ext", "datalab_kernel")
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture
def compare(
    kernel: LiteKernel, shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    monkeypatch.chdir(tmp_path)

    def both(path: str) -> None:
        page, computer = in_page(kernel, path), on_computer(shell, path)
        os.chdir(tmp_path)
        assert page.errors == computer.errors
        np.testing.assert_allclose(page.pictures, computer.pictures, atol=HAIR_PX)
        assert page.workspace.list() == computer.workspace.list()
        for name in page.workspace:
            assert_alike(page.workspace[name], computer.workspace[name])

    return both


def assert_alike(one: Any, other: Any) -> None:
    """Compare what is measured: a fit ends elsewhere in its last digits with another SciPy."""
    assert type(one) is type(other)
    assert one.title == other.title
    for key in ("xydata", "data"):
        if hasattr(one, key):
            values, expected = getattr(one, key), getattr(other, key)
            assert values.dtype == expected.dtype
            scale = np.nanmax(np.abs(expected)) or 1.0
            np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-8 * scale)


def test_the_demo_gives_in_a_page_what_it_gives_on_a_computer(
    compare: Callable[[str], None],
) -> None:
    compare(DEMO)


@pytest.mark.usefixtures("whole_run")
@pytest.mark.parametrize("path", [one for one in NOTEBOOKS if one not in (DEMO, OF_SCIKIT_IMAGE)])
def test_each_tutorial_gives_in_a_page_what_it_gives_on_a_computer(
    compare: Callable[[str], None], path: str
) -> None:
    compare(path)
