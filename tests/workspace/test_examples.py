"""Examples: there offline, the same again, and what they say is in them is in them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, optimize

from datalab_kernel import Workspace
from datalab_kernel.errors import ObjectNotFoundError


@pytest.fixture
def workspace() -> Workspace:
    return Workspace("standalone")


def test_examples_are_there_offline_and_again(workspace: Workspace) -> None:
    assert workspace.load_example() == [
        *("laser_beam", "paracetamol"),
        *("decay", "microscopy", "spectroscopy"),
    ]
    for _ in range(2):
        assert workspace.load_example("paracetamol") == ["paracetamol"]
    assert workspace["paracetamol"].xunit == "°"
    assert len(workspace.load_example("laser_beam")) == 7
    with pytest.raises(ObjectNotFoundError, match="Did you mean 'laser_beam'"):
        workspace.load_example("laser")


@pytest.mark.parametrize("name", ["decay", "microscopy", "spectroscopy"])
def test_what_is_computed_is_the_same_each_time_with_units_and_small(
    workspace: Workspace, name: str
) -> None:
    names = workspace.load_example(name)
    first = [workspace[one] for one in names]
    assert workspace.load_example(name) == names == workspace.list()
    for before, after in zip(first, (workspace[one] for one in names), strict=True):
        values = [obj.data if hasattr(obj, "data") else obj.xydata for obj in (before, after)]
        np.testing.assert_array_equal(*values)
        assert before.xunit
        assert "Synthesised" in before.metadata["origin"]
    assert workspace.status().size_bytes < 1_000_000


def test_the_decay_has_the_lifetime_that_it_names(workspace: Workspace) -> None:
    workspace.load_example("decay")
    signal = workspace["decay"]
    tail = signal.x > 3
    (_, tau, _), covariance = optimize.curve_fit(
        lambda t, a, tau, c: a * np.exp(-t / tau) + c,
        signal.x[tail],
        signal.y[tail],
        p0=(5000, 3, 1),
        sigma=signal.dy[tail],
        absolute_sigma=True,
    )
    assert abs(tau - signal.metadata["lifetime (ns)"]) < 3 * np.sqrt(covariance[1, 1]) < 0.1


def test_the_nuclei_are_as_many_as_it_says_and_two_pairs_touch(workspace: Workspace) -> None:
    workspace.load_example("microscopy")
    image = workspace["nuclei"]
    light = ndimage.gaussian_filter(image.data.astype(float), 1)
    labels, count = ndimage.label(light > 380)
    areas = ndimage.sum_labels(labels > 0, labels, range(1, count + 1)) * image.dx * image.dy
    assert count == image.metadata["nuclei"] - 2
    assert 35 < np.median(areas) < 70, "square micrometres"
    assert np.count_nonzero(areas > 1.5 * np.median(areas)) == 2


def test_the_bands_of_a_mixture_go_with_its_share(workspace: Workspace) -> None:
    names = workspace.load_example("spectroscopy")
    shares, heights = [], []
    for name in names:
        spectrum = workspace[name]
        at, beside = (np.interp(place, spectrum.x, spectrum.y) for place in (1003.6, 975))
        shares.append(spectrum.metadata["toluene (%)"])
        heights.append(at - beside)
    assert np.corrcoef(shares, heights)[0, 1] > 0.99
    assert workspace["raman 040 %"].y.max() > 1.5 * workspace["raman 050 %"].y.max()
