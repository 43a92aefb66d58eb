"""What a workspace computes beyond Sigima's functions: in a page as on a computer, to the digits shown."""

import contextlib
import io
from typing import Any

import pytest
from support.lite.page import LiteKernel

pytestmark = pytest.mark.usefixtures("whole_run")
PREPARE = """
import numpy as np
from datalab_kernel import Workspace, create_image, create_signal
desk = Workspace("standalone")
t = np.linspace(0, 5, 80)
noise = 0.02 * np.random.default_rng(7).normal(size=t.size)
desk["decay"] = create_signal("", t, 3 * np.exp(-t) + 1 + noise, units=("s", "V"))
desk["dark"] = create_signal("", t, 0.1 + 0 * t, units=("s", "mV"))
for z, c in np.ndindex(2, 2):
    plane = create_image("", np.full((12, 16), 10 * z + c, "uint16"))
    plane.metadata["frame"] = {"Z": z, "C": c}
    desk.add(f"f Z{z} C{c}", plane, group="f")
"""
CELLS = {
    "operators": """
desk["clean"] = 2 * np.sqrt(desk["decay"] - desk["dark"])
print(type(desk["clean"]).__name__, desk["clean"].yunit, round(float(desk["clean"].y[3]), 9))
print(desk.history("clean"), desk.notes("clean"))
""",
    "stack": """
stack = desk.stack("f")
print(stack, stack.axes, stack.select(Z=1).names)
top = stack.max("Z")
print(top, [float(one.data.max()) for one in top.objects])
""",
    "fit": """
fit = desk.fit("decay", "exponential")
print(fit.frame.round(4).to_string())
""",
    "baseline": """
flat = desk.calc("baseline_removal", on="decay", method="modpoly", poly_order=1)
print(flat, round(float(flat.object.y[3]), 9))
""",
    "savitzky-golay": """
smooth = desk.calc("savitzky_golay", on="decay", window_length=9, deriv=1)
print(smooth, round(float(smooth.object.y[3]), 9))
""",
    "process": """
import tempfile
from pathlib import Path
from datalab_kernel import process
folder = Path(tempfile.mkdtemp())
for number in range(3):
    np.save(folder / f"run_{number}.npy", np.arange(12.0).reshape(3, 4) + number)
done = process(folder / "*.npy", [("gaussian_filter", {"sigma": 1}), "stats"], to=folder / "out")
print([*done.table["status"]], done.table.filter(like="mean").round(9).to_string(index=False))
print(sorted(path.stem for path in (folder / "out").iterdir()))
""",
    "notes": """
desk["counts"] = np.full((4, 4), 200, np.uint8)
print(desk.calc("binning", on="counts", sx=2, sy=2).notes)
""",
}
HELD = """
from datalab_kernel import Plotter
pictures = Plotter(desk)
shown = pictures.plot("decay")
shown
"""
AFTERWARDS = """
import gc, matplotlib.pyplot as plt
from matplotlib.figure import Figure
gc.collect()
print("figures", len([one for one in gc.get_objects() if isinstance(one, Figure)]), plt.get_fignums())
"""
AGAIN = "print(len(shown._repr_mimebundle_()[0]['image/png']) > 5000)"


@pytest.fixture(scope="module")
def prepared(kernel: LiteKernel) -> LiteKernel:
    kernel.do("%pip install -q lmfit pybaselines")
    kernel.do(PREPARE)
    return kernel


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(PREPARE, names)
    return names


@pytest.mark.filterwarnings("ignore")  # as people see them beside what is printed
@pytest.mark.parametrize("cell", CELLS)
def test_it_gives_what_it_gives_on_a_computer(
    prepared: LiteKernel, here: dict[str, Any], cell: str
) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as expected:
        exec(CELLS[cell], here)
    assert prepared.do(CELLS[cell]).text == expected.getvalue()


def test_a_picture_s_figure_is_let_go_of_after_its_cell_and_drawn_again_when_asked(
    prepared: LiteKernel,
) -> None:
    before = prepared.do(AFTERWARDS).text
    (picture,) = prepared.do(HELD).pictures
    assert picture.startswith(b"\x89PNG")
    assert prepared.do(AFTERWARDS).text == before
    assert prepared.do(AGAIN).text == "True\n"
