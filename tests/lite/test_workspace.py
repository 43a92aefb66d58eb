"""In a page's kernel people do what they do elsewhere."""

import io

import numpy as np
from support.lite.page import LiteKernel


def test_installing_says_what_came_and_which_limits_it_went_beyond(kernel: LiteKernel) -> None:
    assert "sigima 1.3.0" in kernel.installed
    beyond = "sigima asks for SciPy<1.17,>=1.10.1; this page has 1."
    is_beyond = "(3, 14)" in kernel.do("import sys; print(sys.version_info[:2])").text
    assert (beyond in kernel.installed) is is_beyond  # the kernel before has an earlier SciPy


def test_objects_are_added_computed_and_got(kernel: LiteKernel) -> None:
    cell = kernel.do("""
workspace.clear()  # what other tests left
x = np.linspace(0, 1, 500)
workspace["sine"] = (x, np.sin(20 * x))
done = workspace.calc("derivative", on="sine", name="slope")
print(workspace.list(), done)
print(float(abs(workspace["slope"].y - 20 * np.cos(20 * x))[5:-5].max()) < 0.02)
workspace
""")
    assert "['sine', 'slope']" in cell.text
    assert "True" in cell.text
    assert "<svg" in cell.data("text/html")[0]


def test_a_picture_is_one_that_a_page_can_show(kernel: LiteKernel) -> None:
    kernel.do('workspace["steps"] = np.repeat(np.arange(8.0), 32)')
    (picture,) = kernel.do('plotter.plot("steps");').pictures
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5000


def test_a_workspace_goes_into_an_archive_and_comes_back(kernel: LiteKernel) -> None:
    cell = kernel.do("""
from datalab_kernel import Workspace
workspace["noise"] = np.random.default_rng(3).normal(size=(40, 30))
workspace.save("day.npz")
again = Workspace("standalone")
again.load("day.npz")
print(again.list() == workspace.list(), np.array_equal(again["noise"].data, workspace["noise"].data))
""")
    assert "True True" in cell.text
    data = np.array(
        kernel.do('print(list(open("day.npz", "rb").read()))').text.strip("[] \n").split(","), "u1"
    )
    with np.load(io.BytesIO(data.tobytes())) as arrays:
        expected = np.random.default_rng(3).normal(size=(40, 30))
        assert any(
            np.array_equal(arrays[name], expected) for name in arrays.files if name[:1] == "a"
        )


def test_where_hdf5_is_missing_saving_and_loading_say_what_to_do(kernel: LiteKernel) -> None:
    kernel.do('open("another.h5", "wb").write(b"\\x89HDF\\r\\n\\x1a\\n" + bytes(1000));')
    for call in ('save("day.h5")', 'load("another.h5")'):
        cell = kernel.run(f"workspace.{call}")
        assert cell.status == "error"
        assert "save('analysis.npz') keeps everything" in cell.error


def test_autosave_says_that_nothing_runs_beside_a_cell(kernel: LiteKernel) -> None:
    assert "a kernel in a web page has none" in kernel.run('workspace.autosave("a.npz")').error
