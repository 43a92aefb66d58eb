"""Files go from a page to a computer, into DataLab and back into the page, and nothing is lost."""

from pathlib import Path

from support.datalab.interpreter import in_datalab
from support.lite.page import WAIT_MS, LiteKernel

from datalab_kernel import Workspace
from datalab_kernel.testing import _samples, differences

WAIT_S = WAIT_MS / 1000
FILL = """
from datalab_kernel import Workspace
from datalab_kernel.testing import _samples
from datalab_kernel_channel.frontends import download, upload
full = Workspace("standalone")
for make in _samples.OBJECTS:
    full.add(make.__name__, make(), group="all kinds")
"""
COMPARE = """
from datalab_kernel.testing import differences
added = tuple(f"metadata['{{key}}" for key in {added!r})
for name in full:
    texts = differences(back[name], full[name])
    print(name, [text for text in texts if not (text.startswith(added) and text.endswith("unexpected"))])
print(back.list(group="all kinds"))
"""
ADDED_BY_DATALAB = (*("__", "alpha", "color", "edge", "face", "marker", "size", "style", "width"),)


def test_a_page_s_file_comes_back_from_datalab_as_it_was(
    kernel: LiteKernel, tmp_path: Path
) -> None:
    kernel.do("%pip install -q datalab-kernel-channel pytest")
    kernel.do(FILL)
    with kernel.page.expect_download(timeout=WAIT_MS) as given:
        index = kernel.notebook.start("print(await download(full, 'page.npz'))")
    kernel.notebook.finish(index, WAIT_S)
    given.value.save_as(tmp_path / "page.npz")

    here = Workspace("standalone")
    names = [make.__name__ for make in _samples.OBJECTS]
    assert here.load(tmp_path / "page.npz") == names
    wanted = {make.__name__: make(make.__name__) for make in _samples.OBJECTS}
    assert {name: differences(here[name], wanted[name]) for name in here} == {
        name: [] for name in names
    }
    here.save(tmp_path / "computer.h5")
    (seen,) = in_datalab(["resave", str(tmp_path / "computer.h5"), str(tmp_path / "datalab.h5")])
    assert seen["opened"]
    from_datalab = Workspace("standalone")
    from_datalab.load(tmp_path / "datalab.h5")
    from_datalab.save(tmp_path / "back.npz")

    index = kernel.notebook.start("back = Workspace('standalone'); print(await upload(back))")
    kernel.notebook.page.locator(".dlk-drop input").set_input_files(tmp_path / "back.npz")
    kernel.notebook.finish(index, WAIT_S)
    said = kernel.do(COMPARE.format(added=ADDED_BY_DATALAB))
    assert said.text.splitlines() == [*(f"{name} []" for name in names), f"{names}"]
