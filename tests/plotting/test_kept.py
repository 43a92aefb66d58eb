"""What a notebook keeps of the pictures that it has shown: in IPython's own shell."""

from __future__ import annotations

import gc

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

SETUP = """
import weakref
import matplotlib as mpl
import numpy as np
from datalab_kernel import Plotter, Workspace
workspace = Workspace("standalone")
plotter = Plotter(workspace)
x = np.linspace(0, 1, 300_000)
workspace["few"] = (x[:1000], np.sin(20 * x[:1000]))
workspace["many"] = (x, np.sin(20 * x))
workspace["image"] = np.arange(1e6).reshape(1000, 1000)
"""


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell.instance()
    shell.run_cell(SETUP).raise_error()
    yield shell
    InteractiveShell.clear_instance()


def run(shell, code):
    """Run a cell; return its value, and the pictures that it showed."""
    with capture_output() as captured:
        result = shell.run_cell(code, store_history=True)
        result.raise_error()
    pictures = [output for output in captured.outputs if "image/png" in output.data]
    return result.result, pictures


def is_held(shell, figure):
    gc.collect()
    return run(shell, f"{figure}() is not None")[0]


@pytest.mark.parametrize(
    "drawn",
    [
        "plotter.plot('few')",
        "plotter.plot('many', title='$x^2$', color='red')",
        "plotter.plot('image', cmap='magma')",
        "plotter.plot(['few', 'many'], columns=2)",
        "plotter.plot('few', xlim=(0, 0.5), figsize=(3, 2), dpi=120)",
        "plotter.grid()",
    ],
)
def test_a_picture_is_let_go_of_after_its_cell_and_is_the_same_when_it_is_asked_for(shell, drawn):
    run(shell, f"shown = {drawn}; was = shown.png(); figure = weakref.ref(shown.figure)")
    assert not is_held(shell, "figure")
    assert run(shell, "shown.png() == was")[0]


def test_a_picture_keeps_the_style_that_it_was_drawn_in(shell):
    code = "mpl.rc_context({'axes.facecolor': 'yellow', 'font.size': 17})"
    run(shell, f"with {code}:\n    shown = plotter.plot('few')")
    axes = "{}.axes[0].get_facecolor(), {}.axes[0].xaxis.label.get_size()"
    yellow = ((1.0, 1.0, 0.0, 1.0), 17.0)
    assert run(shell, axes.replace("{}", "shown"))[0] == yellow
    assert run(shell, axes.replace("{}", "plotter.plot('few', show=False)"))[0] != yellow


def test_a_figure_that_somebody_holds_stays_the_same(shell):
    run(shell, "shown = plotter.plot('few'); axes = shown.axes[0]")
    assert run(shell, "shown.axes[0] is axes and shown.figure is axes.figure")[0]
    _, (update,) = run(shell, "axes.set_title('changed by who holds it'); None")
    assert update.update
    run(shell, "del axes")
    assert run(shell, "shown.axes[0].get_title()")[0] == "changed by who holds it"


@pytest.mark.parametrize("show", ["True", "False"])
def test_a_picture_that_was_changed_in_its_cell_is_held(shell, show):
    run(shell, f"shown = plotter.plot('few', show={show}); shown.axes[0].set_title('mine')\nshown")
    gc.collect()
    assert run(shell, "shown.axes[0].get_title()")[0] == "mine"


def test_a_picture_that_is_changed_in_a_later_cell_is_shown_anew_and_held(shell):
    run(shell, "shown = plotter.plot('few')")
    _, (update,) = run(shell, "shown.axes[0].set_title('later'); None")
    assert update.update
    gc.collect()
    assert run(shell, "shown.axes[0].get_title()")[0] == "later"


def test_a_picture_shows_what_was_plotted_whatever_comes_of_the_object_and_the_array(shell):
    run(shell, "y = np.sin(x[:500]); shown = plotter.plot((x[:500], y)); was = shown.png()")
    assert run(shell, "y[:] = 0; shown.png() == was")[0]
    run(shell, "shown = plotter.plot('many'); was = shown.png()")
    run(shell, "workspace['many'] = workspace.get('many').y[:9] * 2")
    assert run(shell, "shown.png() == was")[0]
    run(
        shell,
        "y = np.sin(x); shown = plotter.plot(y); was = shown.png(); r = weakref.ref(shown.figure)",
    )
    assert is_held(shell, "r")  # an array of 2 MB that may be changed isn't copied
    assert run(shell, "y[:] = 0; shown.png() == was")[0]


def test_a_picture_into_axes_of_ones_own_is_left_alone(shell):
    run(shell, "from matplotlib.figure import Figure; own = Figure().subplots()")
    run(shell, "p = plotter.plot('few', ax=own, show=False)\np")
    assert run(shell, "p.figure is own.figure and p.axes == (own,)")[0]
