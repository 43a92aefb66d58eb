"""A cell whose last value is a signal or an image shows its picture and facts about it."""

from __future__ import annotations

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from datalab_kernel import create_image, create_image_roi, create_signal
from datalab_kernel.session._object_display import facts_of

SETUP = """
workspace["sine"] = create_signal("sine", np.arange(5.0), np.sin(np.arange(5.0)), units=("s", "V"))
workspace["img"] = create_image("img", np.arange(12.0).reshape(3, 4))
"""


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "datalab_kernel")
    shell.run_cell(SETUP).raise_error()
    yield shell
    shell.run_line_magic("unload_ext", "datalab_kernel")
    InteractiveShell.clear_instance()


def shown(shell, code):
    with capture_output() as captured:
        shell.run_cell(f"display({code})").raise_error()
    (output,) = captured.outputs
    return output.data


@pytest.mark.parametrize("name", ["sine", "img"])
def test_an_object_is_shown_as_its_picture_with_facts(shell, name):
    data = shown(shell, f"workspace[{name!r}]")
    assert data["text/html"].count("<img") == 1
    assert "data:image/png;base64,iVBOR" in data["text/html"]
    assert name in data["text/html"]
    assert name in data["text/plain"].splitlines()[0]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("create_signal('new')", "signal  new: no data yet"),
        ("create_image('new')", "image  new: no data yet"),
    ],
)
def test_an_object_without_data_says_so_without_a_picture(shell, code, said):
    data = shown(shell, code)
    assert data["text/plain"] == said
    assert "<img" not in data.get("text/html", "")


def test_objects_in_a_list_are_as_they_were(shell):
    assert "text/html" not in shown(shell, "[workspace['sine']]")


def test_dates_are_shown_as_dates():
    signal = create_signal("log")
    times = np.array(["2026-01-05T12:00", "2026-01-05T12:01"], dtype="datetime64[s]")
    signal.set_x_from_datetime(times)
    signal.set_xydata(signal.x, [1.0, 2.0])
    assert dict(facts_of(signal))["x"] == "2026-01-05 12:00:00 to 2026-01-05 12:01:00"


def test_a_display_of_ones_own_stays(shell):
    own = "get_ipython().display_formatter.mimebundle_formatter.for_type(SignalObj, {})"
    shell.run_cell("from datalab_kernel import SignalObj")
    shell.run_cell(own.format("lambda obj, **_: {'text/plain': 'mine'}")).raise_error()
    data = shown(shell, "workspace['sine']")
    assert data["text/plain"] == "mine"
    assert "<img" not in data["text/html"]  # guidata's


def test_unloading_takes_it_out_again(shell):
    assert "<img" in shown(shell, "workspace['sine']")["text/html"]
    shell.run_cell("kept = workspace['sine']")
    shell.run_line_magic("unload_ext", "datalab_kernel")
    assert "<img" not in shown(shell, "kept")["text/html"]
    shell.run_line_magic("load_ext", "datalab_kernel")


def test_the_facts_of_a_signal_are_its_axes_and_what_it_carries():
    x = np.array([0.0, 1.0, 3.0])
    y = np.array([1.0, np.nan, -2.5])
    signal = create_signal("decay", x, y, units=("ms", "V"), labels=("Time", ""))
    signal.metadata["gain"] = 3
    assert [*facts_of(signal)] == [
        ("signal", "decay: 3 points, float64, 48 B"),
        ("x (Time)", "0 to 3 ms"),
        ("y", "-2.5 to 1 V, 1 not finite"),
        ("metadata", "gain"),
    ]


def test_the_facts_of_an_image_are_its_calibration_and_outlines():
    image = create_image("spot", np.arange(12, dtype=np.uint8).reshape(3, 4))
    image.x0, image.dx, image.xunit = 10.0, 0.5, "µm"
    image.roi = create_image_roi("rectangle", [0, 0, 2, 2])
    facts = dict(facts_of(image))
    assert facts["image"] == "spot: 4 \N{MULTIPLICATION SIGN} 3 pixels, uint8, 12 B"
    assert facts["x"] == "10 to 11.5 µm, every 0.5 µm"
    assert facts["z"] == "0 to 11"
    assert facts["ROI"] == "1"


@pytest.mark.parametrize(
    "signal",
    [
        create_signal("empty", np.empty(0), np.empty(0)),
        create_signal("one", np.ones(1), np.ones(1)),
        create_signal("nothing", np.arange(3.0), np.full(3, np.nan)),
        create_signal("complex", np.arange(3.0), np.array([1j, 2, 3])),
    ],
    ids=lambda signal: signal.title,
)
def test_any_object_has_facts(signal):
    assert next(iter(facts_of(signal)))[0] == "signal"
