"""Pictures of large objects that a backend holds elsewhere: it is asked for what they show."""

from typing import Any

import numpy as np
import pytest

from datalab_kernel import Plotter, Workspace, create_image, create_image_roi, create_signal
from datalab_kernel.plot.rendering import area_means_of, extremes_of
from datalab_kernel_standalone import StandaloneBackend

SAMPLES = 1_000_000
X = np.linspace(0, 10, SAMPLES)


class Faraway(StandaloneBackend):
    """Hands over nothing large, and says what it looks like."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Any, ...]] = []

    def view(self, name: str) -> Any:
        obj = super().view(name)
        assert obj.data.size < SAMPLES, f"{name} was handed over"
        return obj

    def extremes(self, name: str, columns: int, xlim: Any) -> Any:
        self.asked.append((name, columns, xlim))
        return extremes_of(super().view(name), columns, xlim)

    def area_means(self, name: str, shape: Any, xlim: Any, ylim: Any) -> Any:
        self.asked.append((name, shape, xlim, ylim))
        return area_means_of(super().view(name), shape, xlim, ylim)


@pytest.fixture
def backend() -> Faraway:
    return Faraway()


@pytest.fixture
def workspace(backend: Faraway) -> Workspace:
    workspace = Workspace(backend)
    y = np.sin(X)
    y[500_001] = 7.0
    workspace["long"] = create_signal("long", X, y, units=("s", "V"))
    workspace["short"] = (X[::1000], y[::1000])
    return workspace


def plot(workspace: Workspace, what: Any, **options: Any) -> Any:
    return Plotter(workspace).plot(what, show=False, **options)


def test_a_long_signal_is_drawn_with_its_spike_and_never_handed_over(
    workspace: Workspace, backend: Faraway
) -> None:
    (axes,) = plot(workspace, "long").spec.axes
    (curve,) = axes.curves
    assert backend.asked == [("long", 4096, None)]
    assert (curve.y.max(), curve.y.size < 20_000, axes.yunit) == (7.0, True, "V")
    assert curve.note == "1,000,000 points, shown by minimum and maximum"


def test_the_picture_says_how_many_samples_there_are(workspace: Workspace) -> None:
    figure = plot(workspace, "long").figure
    said = [text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text"))]
    assert any("1,000,000 points, shown by minimum and maximum" in text for text in said)


def test_a_part_is_asked_for_by_its_limits(workspace: Workspace, backend: Faraway) -> None:
    (curve,) = plot(workspace, "long", xlim=(2, 2.01)).spec.axes[0].curves
    assert backend.asked == [("long", 4096, (2, 2.01))]
    assert curve.x.size > 900
    assert (curve.x.min(), curve.x.max()) == (
        pytest.approx(2, abs=1e-3),
        pytest.approx(2.01, abs=1e-3),
    )


def test_what_is_short_is_drawn_as_it_is(workspace: Workspace, backend: Faraway) -> None:
    (curve,) = plot(workspace, "short").spec.axes[0].curves
    assert (backend.asked, curve.y.size, curve.note) == ([], 1000, "")


def test_a_contact_sheet_looks_from_afar_too(workspace: Workspace, backend: Faraway) -> None:
    Plotter(workspace).grid(show=False)
    assert backend.asked == [("long", 4096, None)]


def test_a_logarithmic_axis_needs_all_samples(workspace: Workspace, backend: Faraway) -> None:
    with pytest.raises(AssertionError, match="long was handed over"):
        plot(workspace, "long", xscale="log")
    assert backend.asked == []


def test_who_zooms_is_given_all_samples(workspace: Workspace, backend: Faraway) -> None:
    class Zooming:
        needs_all_samples = True

        def render(self, spec: Any, ax: Any = None) -> Any:
            raise AssertionError(spec, ax)

    with pytest.raises(AssertionError, match="long was handed over"):
        Plotter(workspace, Zooming()).plot("long")
    assert backend.asked == []


def test_an_image_is_drawn_by_means_where_its_pixels_were(backend: Faraway) -> None:
    workspace = Workspace(backend)
    pixels = np.zeros((4100, 4100))
    pixels[:2050] = 3.0
    workspace["large"] = create_image("large", pixels, units=("mm", "mm", "V"))
    (axes,) = plot(workspace, "large").spec.axes
    image: Any = axes.image
    assert backend.asked == [("large", (2048, 2048), None, None)]
    assert max(image.data.shape) <= 2048
    assert [image.data[0, 0], image.data[-1, -1]] == [3.0, 0.0]
    assert image.y_edges[[0, -1]].tolist() == pytest.approx([-0.5, 4099.5], abs=1)
    assert image.note == "4,100 by 4,100 pixels, shown by area means"


def test_a_part_of_an_image_has_the_pixels_that_are_there() -> None:
    image = create_image("i", np.arange(10_000.0).reshape(100, 100))
    part = area_means_of(image, (50, 50), xlim=(20, 29), ylim=(40, 49))
    assert part.data.shape == (100, 100), "it is small enough to be seen as a whole"
    part = area_means_of(image, (6, 6), xlim=(20, 29), ylim=(40, 49))
    assert part.data.shape == (6, 6)
    assert (part.x0, part.dx) == (19.5, 2.0)
    assert part.data[0, 0] == image.data[39:41, 19:21].mean()


@pytest.mark.parametrize("indices", [True, False])
def test_regions_by_index_would_be_elsewhere_so_all_is_handed_over(indices: bool) -> None:
    image = create_image("i", np.zeros((100, 100)))
    image.roi = create_image_roi("rectangle", [10, 10, 20, 20], indices=indices)
    assert (area_means_of(image, (10, 10)).data.shape == (100, 100)) is indices


def test_an_object_that_is_not_there_is_named(workspace: Workspace) -> None:
    with pytest.raises(KeyError, match="'lang' not found.*'long'"):
        plot(workspace, "lang")


def test_a_backend_that_cannot_reduce_is_not_asked_for_a_description() -> None:
    class Undescribed(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            raise AssertionError(name, default)

    class Plain(StandaloneBackend):
        def describe(self) -> Any:
            return Undescribed(super().describe())

    workspace = Workspace(Plain())
    workspace["a"] = (X[:5], X[:5])
    assert plot(workspace, "a").spec.axes[0].curves[0].y.size == 5
