"""What a picture shows, said to who can't see it."""

from __future__ import annotations

import numpy as np
import pytest

from datalab_kernel import create_image, create_image_roi, create_signal, create_signal_roi
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._inputs import drawable
from datalab_kernel.plot._options import parse_options

X = np.linspace(0, 1e-5, 101)


def alt(what, **options):
    return build(drawable(what, None), parse_options(options)).alt


def test_a_signal_is_told_by_name_ranges_units_and_its_highest_point():
    signal = create_signal("pulse", X, X * 2e5, units=("s", "V"), labels=("Time", "Voltage"))
    signal.roi = create_signal_roi([[0, 1e-6]])
    assert alt(signal) == (
        "Plot of the signal pulse. Time from 0 to 10 µs; Voltage from 0 to 2 V. "
        "Highest at 10 µs. With 1 region of interest"
    )


def test_an_image_is_told_by_its_size_ranges_and_colours():
    image = create_image(
        "spot", np.arange(12.0).reshape(3, 4), units=("mm", "mm", "V"), labels=("X", "Y", "U")
    )
    image.roi = create_image_roi("circle", [1, 1, 1])
    assert alt(image) == (
        "Plot of the image spot. 4 by 3 pixels. X from -0.5 to 3.5 mm; Y from -0.5 to 2.5 mm. "
        "Colours: U from 0 to 11 V. With 1 region of interest"
    )


def test_several_are_told_in_common():
    assert alt([(X, X, "a"), (X, -X, "b")]).startswith("Plot of the signals a, b. x from 0 to 1e-5")
    assert alt([np.eye(2), np.eye(3)]).startswith("Plot of 2 images. The first: 2 by 2 pixels")


def test_limits_without_outliers_are_told():
    data = np.random.default_rng(0).normal(100, 3, (200, 300))
    data[5, 5] = 60_000
    assert "without outliers; data: " in alt(data)


def test_time_is_told_as_dates():
    days = np.array(["2024-01-01", "2024-01-03"], "datetime64[D]")
    assert "Time from 2024-01-01 00:00:00 to 2024-01-03 00:00:00 UTC" in alt((days, [1.0, 2.0]))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (np.array([]), "Plot of the signal. no data"),
        (np.full((2, 2), np.nan), "Plot of the image. all values are NaN"),
        (np.full((2, 2), np.nan + 0j), "Plot of the image. all values are NaN"),
        ([np.zeros((0, 2)), np.eye(2)], "Plot of 2 images. The first: no data"),
        (np.array([3.0]), "x at 0; y at 3"),
        (np.array([np.nan, 1, 5, np.inf]), "x from 1 to 2; y from 1 to 5. Highest at 2"),
    ],
)
def test_what_is_special_is_told(what, words):
    assert words in alt(what)


def test_it_is_never_longer_than_three_hundred_characters():
    names = ["a very long name of a signal that says it all " + str(n) for n in range(30)]
    text = alt([(X, X, name) for name in names])
    assert len(text) <= 300
    assert "and 22 more" in text


def test_of_many_samples_some_are_looked_at():
    y = np.zeros(5_000_000)
    y[2_500_000:] = 1
    assert "y from about 0 to 1" in alt(y)
