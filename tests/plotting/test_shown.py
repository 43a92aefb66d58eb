"""A picture is shown once, when ``plot`` is called: in IPython's own shell."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

SETUP = """
import tempfile
from pathlib import Path
import numpy as np
from datalab_kernel import Plotter, create_signal
from matplotlib.figure import Figure
from IPython.display import display
x = np.arange(5.0)
signal = create_signal("s", x, x)
folder = Path(tempfile.mkdtemp())
plotter = Plotter(None)
"""


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell.instance()
    shell.run_cell(SETUP)
    yield shell
    InteractiveShell.clear_instance()


def pictures(shell, code):
    with capture_output() as captured:
        shell.run_cell(code, store_history=True).raise_error()
    assert captured.stderr == ""
    assert "Plot of" not in captured.stdout
    return len([output for output in captured.outputs if "image/png" in output.data])


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("plotter.plot(signal)", 1),
        ("plotter.plot(signal);", 1),
        ("plotter.plot(signal)\n3", 1),
        ("p = plotter.plot(signal)", 1),
        ("p = plotter.plot(signal)\np", 1),
        ("p = plotter.plot(signal)\ndisplay(p)", 2),
        ("p = plotter.plot(signal)\ndisplay(p)\np", 2),
        ("for _ in range(3): p = plotter.plot(signal)", 3),
        ("p = plotter.plot(signal, show=False)", 0),
        ("plotter.plot(signal, show=False)", 1),
        ("p = plotter.plot(signal, ax=Figure().subplots())", 0),
        ("plotter.plot(signal)\nplotter.plot(signal)", 2),
        ("p = plotter.plot(signal)\nplotter.plot(signal)\np", 2),
        ("def draw(): return plotter.plot(signal)\ndraw()", 1),
        ("def draw():\n    p = plotter.plot(signal)\n    display(p)\ndraw()", 2),
        ("[plotter.plot(signal) for _ in range(2)][-1]", 2),
        ("plotter.plot(signal).save(folder / 'a.png')", 1),
        ("try:\n    plotter.plot(signal)\n    plotter.plot(5)\nexcept TypeError:\n    pass", 1),
        ("try:\n    plotter.plot(signal, cmap='x')\nexcept (TypeError, ValueError):\n    pass", 0),
        ("plotter.grid([signal, signal])", 1),
        ("p = plotter.grid([signal, signal])\np", 1),
        ("p = plotter.grid([signal, signal], show=False)", 0),
    ],
)
def test_a_picture_is_shown_once(shell, code, count):
    assert pictures(shell, code) == count


def test_a_picture_is_shown_again_in_a_later_cell(shell):
    assert pictures(shell, "p = plotter.plot(signal)") == 1
    assert pictures(shell, "p") == 1
    assert pictures(shell, "p.show()") == 1
    assert pictures(shell, "display(p)") == 1


def updates(shell, code):
    """Run a cell; return the pictures that replaced one that was shown, and those shown."""
    with capture_output() as captured:
        shell.run_cell(code, store_history=True).raise_error()
    assert captured.stderr == ""
    shown = [output for output in captured.outputs if "image/png" in output.data]
    return [one for one in shown if one.update], [one for one in shown if not one.update]


def test_what_is_drawn_into_a_shown_picture_is_seen_in_its_place(shell):
    code = "p = plotter.plot(signal)\nfor i in range(3): p.axes[0].axvline(i)"
    (update,), (shown,) = updates(shell, code)
    assert update.transient == shown.transient
    assert update.data["image/png"] != shown.data["image/png"]
    assert updates(shell, "1") == ([], [])


def test_a_change_in_a_later_cell_is_seen_too_and_without_the_plot_itself(shell):
    _, (shown,) = updates(shell, "axes = plotter.plot(signal).axes[0]")
    (update,), others = updates(shell, "axes.set_title('later');")
    assert update.transient == shown.transient
    assert others == []


@pytest.mark.parametrize("code", ["p.save(folder / 'b.png')", "p.png();", "p.axes[0].get_title();"])
def test_saving_and_looking_change_nothing(shell, code):
    assert updates(shell, f"p = plotter.plot(signal)\n{code}")[0] == []


def test_showing_it_again_shows_it_as_it_is_now(shell):
    code = "p = plotter.plot(signal)\np.axes[0].set_title('now')\np.show()"
    replaced, shown = updates(shell, code)
    assert replaced == []
    assert shown[0].data["image/png"] != shown[1].data["image/png"]
