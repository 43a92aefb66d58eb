"""Images of labels: regions in colours, of which neighbours differ."""

import numpy as np
import pytest

from datalab_kernel import Plotter, create_image
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._describing.label_images import NEAR, color_numbers
from datalab_kernel.plot._options import parse_options
from datalab_kernel.plot.rendering import OVERLAY_COLORS


def labels_of(seed, shape=(60, 80), regions=400):
    random = np.random.default_rng(seed)
    places = random.random((regions, 2)) * shape
    pixels = np.stack(np.indices(shape), axis=-1)[:, :, None]
    distances = np.linalg.norm(pixels - places, axis=-1)
    return np.where(distances.min(axis=-1) < 3, distances.argmin(axis=-1) + 1, 0)


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_have_different_colors(seed):
    labels = labels_of(seed)
    numbers = color_numbers(labels, 6)
    assert np.array_equal(numbers > 0, labels > 0)
    assert all(len(np.unique(numbers[labels == one])) == 1 for one in np.unique(labels))
    same = total = 0
    for down, right in NEAR[:2]:
        one, two = labels[: -down or None, : -right or None], labels[down:, right:]
        colors = numbers[: -down or None, : -right or None], numbers[down:, right:]
        is_border = (one != two) & (one > 0) & (two > 0)
        same += int(np.count_nonzero((colors[0] == colors[1]) & is_border))
        total += int(np.count_nonzero(is_border))
    assert total > 500
    assert same == 0


def label_image(labels):
    return create_image("cells", labels.astype(np.int32), labels=("", "", "Label"))


def test_a_label_image_has_colors_and_no_color_bar():
    labels = labels_of(0)
    spec = build([label_image(labels)], parse_options({}))
    (axes,) = spec.axes
    assert axes.image.has_colorbar is False
    assert axes.overlays[0].colors == OVERLAY_COLORS
    assert axes.overlays[0].opacity == 1
    np.testing.assert_array_equal(axes.image.data, labels)


@pytest.mark.parametrize("given", [{"cmap": "gray"}, {"vmax": 10}, {"colorbar": True}])
def test_a_color_scale_that_is_asked_for_stays(given):
    spec = build([label_image(labels_of(0))], parse_options(given))
    assert spec.axes[0].overlays == ()


@pytest.mark.parametrize("zlabel", ["", "Intensity"])
def test_whole_numbers_alone_are_no_labels(zlabel):
    image = create_image("counts", labels_of(0).astype(np.int32), labels=("", "", zlabel))
    assert build([image], parse_options({})).axes[0].overlays == ()


def test_regions_are_drawn_in_their_colors_and_the_background_is_plain():
    labels = np.zeros((40, 40), dtype=int)
    labels[5:20, 5:20], labels[5:20, 20:35] = 1, 2
    figure = Plotter(None).plot(label_image(labels), show=False).figure
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[:, :, :3].reshape(-1, 3)
    shown = {tuple(int(one[i : i + 2], 16) for i in (1, 3, 5)) for one in OVERLAY_COLORS[:2]}
    counts = [int((pixels == color).all(axis=1).sum()) for color in shown]
    assert min(counts) > 1_000
    assert max(counts) < 1.05 * min(counts)
