"""Numbers of the data and those of plotly's axes are the same places."""

import pytest

from datalab_kernel_interactive._scales import Scale


@pytest.mark.parametrize(
    ("scale", "value", "end"),
    [
        (Scale(), 2.5, 2.5),
        (Scale(unit="ms", size=1e-3), 2.5e-3, 2.5),
        (Scale(kind="log"), 1000.0, 3.0),
        (Scale(kind="date", size=1e-3), 1.7e9, 1.7e12),
    ],
)
def test_an_end_is_found_again(scale, value, end):
    assert scale.end(value) == pytest.approx(end)
    assert scale.from_end(scale.end(value)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2023-11-14 22:13:20", 1.7e9),
        ("2023-11-14 22:13:20.5", 1.7e9 + 0.5),
        ("2023-11-14 22:13:20.1234", 1.7e9 + 0.1234),
        ("2023-11-14 22:13", 1.7e9 - 20),
        ("2023-11-14", 1.7e9 - 80_000),
    ],
)
def test_plotly_s_dates_are_read(text, seconds):
    assert Scale(kind="date", size=1e-3).from_end(text) == pytest.approx(seconds, abs=1e-6)


def test_ends_come_the_lower_one_first():
    assert Scale().pair((5, -5)) == (-5, 5)


def test_an_absurd_zoom_on_a_logarithmic_axis_stays_finite():
    assert Scale(kind="log").from_end(1e6) == pytest.approx(1e308)
