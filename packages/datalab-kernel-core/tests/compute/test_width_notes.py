"""What is said of a width at half maximum is what whole arrays say, though only samples are looked at."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sigima.objects import GeometryResult, KindShape, create_signal
from sigima.params import FWHMParam

from datalab_kernel.compute.notes import Computed, notes_on

SETTINGS = settings(deadline=None, max_examples=300, derandomize=True)
BEGINNINGS = {
    "fwhm measured at": "level",
    "fwhm took the outermost": "dips",
    "fwhm found no peak": "flat",
}


def said(x, y, left, level, right, **parameters):
    """Return what kind of note is made of a width that was found."""
    found = GeometryResult("fwhm", KindShape.SEGMENT, np.array([[left, level, right, level]]))
    object.__setattr__(found, "roi_indices", np.array([-1]))  # the whole signal, as Sigima says it
    notes = notes_on(
        Computed(
            function="fwhm",
            kind="signal",
            inputs=(create_signal("", x, y),),
            parameters=FWHMParam.create(method="zero-crossing", **parameters),
            value=found,
        )
    )
    return [BEGINNINGS[key] for note in notes for key in BEGINNINGS if note.text.startswith(key)]


def plainly(x, y, left, level, right):
    """Return the same by whole arrays and masks."""
    if len(y) < 3 or not np.isfinite(level):
        return []
    step = (len(y) + 10) // 20 // 5
    of_end = np.arange(5 if step else 1) * step
    start, end = y[of_end].mean(), y[len(y) - 1 - of_end].mean()
    is_bounded = np.isfinite(left) and np.isfinite(right)
    inside = (x >= left) & (x < right) if is_bounded else x < np.inf
    if not inside.any():
        return []
    sign = 1 if level >= (start + end) / 2 else -1
    few = np.flatnonzero(inside)[:: 1 + inside.sum() // 16]
    place = few[np.argmax(sign * y[few])]
    base = start + (end - start) * place / (len(y) - 1)
    is_right = y[place] != base and abs((level - base) / (y[place] - base) - 0.5) < 0.02
    if is_bounded and is_right and (sign * y[few] >= sign * level).all():
        return []
    place = np.flatnonzero(inside)[np.argmax(sign * y[inside])]
    base = start + (end - start) * place / (len(y) - 1)
    height = y[place] - base
    if abs(height) <= 1e-3 * abs(end - start):
        return ["flat"] if height or start != end else []
    if abs((level - base) / height - 0.5) > 0.025:
        return ["level"]
    sampled = y[inside][:: max(1, inside.sum() // 1000)]
    is_dipping = is_bounded and (sign * sampled < sign * level).mean() > 0.05
    return ["dips"] if is_dipping else []


CASES = st.fixed_dictionaries(
    {
        "count": st.sampled_from([3, 5, 40, 101, 700, 3000]),
        "is_even": st.booleans(),
        "height": st.sampled_from([1.0, 1.0, -1.0, -1.0, 1e-4, 0.0]),
        "noise": st.sampled_from([0.0, 0.0, 0.01, 0.3]),
        "slope": st.sampled_from([0.0, 0.0, 0.1, 1.0]),
        "at": st.sampled_from([0.5, 0.5, 0.48, 0.44, 0.9]),
        "left": st.floats(-1.6, -1.0),
        "right": st.one_of(st.floats(1.0, 1.6), st.just(np.nan)),
        "seed": st.integers(0, 2**16),
    }
)


@given(CASES)
@SETTINGS
def test_a_width_is_noted_as_whole_arrays_say(case):
    random = np.random.default_rng(case["seed"])
    even, uneven = np.linspace(-5, 5, case["count"]), random.uniform(-5, 5, case["count"])
    x = even if case["is_even"] else np.sort(uneven)
    bumps = case["height"] * np.exp(-(x**2) / 2) + case["noise"] * random.normal(size=len(x))
    y = bumps + case["slope"] * x + 3
    width = (case["left"], case["height"] * case["at"] + 3, case["right"])
    assert said(x, y, *width) == plainly(x, y, *width)


def test_a_part_of_the_signal_is_looked_at_as_if_it_were_all():
    x = np.linspace(-5, 5, 500)
    y = np.exp(-(x**2) / 2) + np.exp(-((x - 4) ** 2) * 20)
    part = (x >= -3) & (x <= 3)
    width = (-1.18, 0.4, 1.18)
    assert said(x, y, *width, xmin=-3, xmax=3) == plainly(x[part], y[part], *width) == ["level"]
