"""Each kind of picture looks as it did when somebody looked at it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from support.plotting.picture_difference import LARGEST, difference, drawn, write
from support.plotting.reference_pictures import PICTURES

REFERENCE = Path(__file__).parent / "reference"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_looks_like_its_reference(name, tmp_path):
    actual = drawn(PICTURES[name]())
    found = difference(actual, Image.open(REFERENCE / f"{name}.png"))
    path = tmp_path / f"{name}.png"
    write(actual, path)
    assert found <= LARGEST, (
        f"{name} differs by {found:.1f} of 255 (at most {LARGEST}): compare {path} with "
        f"{REFERENCE / path.name}. If it is better: python tools/plot_references.py {name}"
    )


def test_there_is_a_small_reference_for_each_picture_and_no_other():
    files = {path.stem: path.stat().st_size for path in REFERENCE.glob("*.png")}
    assert files.keys() == PICTURES.keys()
    assert max(files.values()) < 25_000


def test_a_region_that_moved_is_noticed():
    spec = PICTURES["image_regions"]()
    (axes,) = spec.axes
    x, y, *size = axes.shapes[0].coords
    moved = replace(axes.shapes[0], coords=(x + 4, y, *size))
    changed = replace(spec, axes=(replace(axes, shapes=(moved, *axes.shapes[1:])),))
    assert difference(drawn(changed), drawn(spec)) > 2 * LARGEST


def test_another_colour_map_is_noticed():
    spec = PICTURES["image_plain"]()
    (axes,) = spec.axes
    changed = replace(spec, axes=(replace(axes, image=replace(axes.image, cmap="cividis")),))
    assert difference(drawn(changed), drawn(spec)) > 2 * LARGEST
