"""Looking at large objects from afar: what a backend with the power ``Reduces`` must say of them.

What it must be is counted here from all samples, by plain NumPy; where that is a question
of how pictures are made (no order of x, uneven pixels), it is what ``extremes_of`` and
``area_means_of`` make of the whole object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from datalab_kernel.objects import _sigima
from datalab_kernel.plot.rendering import SEEN_AS, area_means_of, extremes_of
from datalab_kernel.testing import _samples
from datalab_kernel.testing._backend_hooks import BackendHooks
from datalab_kernel.testing._compare import assert_same_object, compare_values

if TYPE_CHECKING:
    from datalab_kernel.backends import Backend
    from datalab_kernel.objects import ImageObj, SignalObj
    from datalab_kernel.workspace._workspace import Workspace

    Array = np.ndarray[Any, Any]
    Limits = tuple[float, float] | None

SAMPLES = 20_000
COLUMNS = 50
NEAR = 3
"""Columns beside a gap that a picture may leave out, so that the gap is seen."""
PLACES = {"full": None, "part": (2.0, 7.0), "reversed": (7.0, 2.0), "beyond": (-5.0, 4.0)}


def _long_signal() -> SignalObj:
    """Make a signal of many samples at random places, with spikes of a single sample."""
    random = np.random.default_rng(14)
    x = np.sort(random.uniform(0, 10, SAMPLES))
    y = np.sin(x) + random.normal(0, 0.1, SAMPLES)
    y[[5_001, 12_002]] = 9.0, -7.0
    signal = _sigima.create_signal("long", x, y, units=("s", "V"), labels=("t", "U"))
    signal.metadata.update(_samples.metadata())
    return signal


def _with_gaps() -> SignalObj:
    """Make a long signal with missing samples, a spike beside them, and a part without any."""
    signal = _long_signal()
    y = signal.y.copy()
    y[4_000:4_900] = np.nan
    y[9_000], y[9_001], y[9_002] = np.inf, 11.0, -np.inf
    signal.set_xydata(signal.x, y)
    return signal


def _columns(signal: SignalObj, xlim: Limits) -> tuple[Array, Array]:
    """Return the edges of the columns, and in which each sample is (-1: in none)."""
    low, high = sorted(xlim or (signal.x[0], signal.x[-1]))
    edges = np.linspace(max(low, signal.x[0]), min(high, signal.x[-1]), COLUMNS + 1)
    return edges, _column_of(signal.x, edges)


def _column_of(x: Array, edges: Array) -> Array:
    found = np.searchsorted(edges, x, side="right") - 1
    found[x == edges[-1]] = COLUMNS - 1
    return np.where((x < edges[0]) | (x > edges[-1]), -1, found)


def _extremes(y: Array, columns: Array, column: int) -> tuple[float, float] | None:
    """Return the least and greatest known value in a column; None without any."""
    values = y[(columns == column) & np.isfinite(y)]
    return (float(values.min()), float(values.max())) if values.size else None


def _unordered() -> list[SignalObj]:
    """Make signals that have no columns of x: they come as a picture draws them, or whole."""
    angle = np.linspace(0, 7, SAMPLES)
    circle = _sigima.create_signal("circle", np.cos(angle), np.sin(angle))
    falling = _sigima.create_signal("falling", -angle, np.sin(angle))
    unknown = _sigima.create_signal("unknown x", np.where(angle > 6, np.nan, angle), angle)
    whole = _sigima.create_signal("complex", angle, np.exp(1j * angle))
    single = _sigima.create_signal("single", [1.0], [2.0])
    empty = _sigima.create_signal("nothing known", angle, np.full(SAMPLES, np.nan))
    logarithmic = _sigima.create_signal("logarithmic", angle + 1, angle)
    logarithmic.xscalelog = True
    return [circle, falling, unknown, whole, single, empty, logarithmic, _samples.full_signal()]


def _large_image() -> ImageObj:
    """Make an image of 240 by 160 pixels in which none stands out."""
    data = np.add.outer(np.linspace(0, 4, 160), np.linspace(0, 9, 240)) ** 2
    image = _sigima.create_image("large", data, units=("mm", "mm", "cd"), labels=("X", "Y", "L"))
    image.set_uniform_coords(0.5, 0.25, x0=10.0, y0=-3.0)
    image.metadata.update(_samples.metadata())
    image.roi = _sigima.create_image_roi("circle", [[12.0, -2.0, 1.0]], indices=False)
    return image


def _uneven_images() -> list[ImageObj]:
    """Make images with missing pixels, pixels of unequal size, and of other types."""
    uneven = _sigima.create_image("uneven", _large_image().data)
    uneven.set_coords(np.arange(240.0) ** 2, np.arange(160.0))
    gaps = _large_image().data.copy()
    gaps[20:60, 30:90], gaps[100, 100] = np.nan, np.inf
    masked = np.ma.masked_greater(_large_image().data, 100.0)
    images = [
        *(
            _sigima.create_image(title, data)
            for title, data in (("gaps", gaps), ("masked", masked))
        ),
        _sigima.create_image("whole numbers", _large_image().data.astype("uint8")),
        _sigima.create_image("complex", _large_image().data * 1j),
        _sigima.create_image("single", np.ones((1, 1))),
    ]
    return [uneven, *images, _samples.full_image(), _samples.image_with_coordinates()]


class ReducingContract(BackendHooks):
    """Objects looked at from afar show what all of their samples show."""

    @pytest.fixture
    def reducing(self, backend: Backend) -> Any:
        """Give the backend, where it has the power ``Reduces``."""
        self.needs(backend, "reducing")
        return backend

    @pytest.mark.parametrize("xlim", PLACES.values(), ids=PLACES)
    def test_extremes_of_each_column_are_those_of_all_its_samples(
        self, reducing: Any, workspace: Workspace, xlim: Limits
    ) -> None:
        signal = workspace["long"] = _long_signal()
        found = reducing.extremes("long", COLUMNS, xlim)
        edges, columns = _columns(signal, xlim)
        seen = _column_of(found.x, edges)
        for column in range(COLUMNS):
            expected = _extremes(signal.y, columns, column)
            assert _extremes(found.y, seen, column) == expected, f"column {column}"
        beyond = found.x[seen < 0]
        assert (beyond < edges[0]).sum() <= 1, "of what lies before, one sample"
        assert (beyond > edges[-1]).sum() <= 1, "of what lies behind, one sample"
        assert len(found.x) <= 6 * COLUMNS

    def test_gaps_stay_gaps_and_hide_nothing_that_stands_out(
        self, reducing: Any, workspace: Workspace
    ) -> None:
        signal = workspace["gaps"] = _with_gaps()
        found = reducing.extremes("gaps", COLUMNS, None)
        edges, columns = _columns(signal, None)
        seen = _column_of(found.x, edges)
        missing = {*columns[~np.isfinite(signal.y)].tolist()}
        for column in range(COLUMNS):
            expected, given = (
                _extremes(signal.y, columns, column),
                _extremes(found.y, seen, column),
            )
            is_near = any(abs(column - gap) <= NEAR for gap in missing)
            assert given == expected or (is_near and given is None), f"column {column}"
        assert np.isnan(found.y).any()
        assert np.nanmax(found.y) == 11.0
        assert np.isnan(found.y[(found.x > signal.x[4_000]) & (found.x < signal.x[4_899])]).all()

    def test_few_samples_of_a_part_come_as_they_are(
        self, reducing: Any, workspace: Workspace
    ) -> None:
        signal = workspace["long"] = _long_signal()
        found = reducing.extremes("long", COLUMNS, (2.0, 2.05))
        inside = signal.xydata[:, (signal.x >= 2.0) & (signal.x <= 2.05)]
        seen = found.xydata[:2, (found.x >= 2.0) & (found.x <= 2.05)]
        assert seen.tolist() == inside.tolist()
        assert len(found.x) <= inside.shape[1] + 2

    @pytest.mark.parametrize("xlim", [(20.0, 30.0), (-3.0, -2.0)])
    def test_a_range_without_samples_shows_at_most_the_next_ones(
        self, reducing: Any, workspace: Workspace, xlim: Limits
    ) -> None:
        workspace["long"] = _long_signal()
        assert len(reducing.extremes("long", COLUMNS, xlim).x) <= 2

    @pytest.mark.parametrize("xlim", [None, (0.5, 3.0)])
    def test_signals_without_columns_come_as_pictures_draw_them(
        self, reducing: Any, workspace: Workspace, xlim: Limits
    ) -> None:
        for signal in _unordered():
            workspace[signal.title] = signal
            found = reducing.extremes(signal.title, COLUMNS, xlim)
            assert_same_object(found, extremes_of(workspace[signal.title], COLUMNS, xlim))

    @pytest.mark.parametrize(
        ("xlim", "ylim", "ends"),
        [
            (None, None, (9.75, 129.75)),
            # 118 by 78 pixels lie between these limits; one more at each side may come along
            ((30.3, 89.2), (-0.6, 18.8), (30.25, 89.25)),
            ((89.2, 30.3), (-0.6, 18.8), (30.25, 89.25)),
        ],
    )
    def test_area_means_are_those_of_the_pixels_there(
        self,
        reducing: Any,
        workspace: Workspace,
        xlim: Limits,
        ylim: Limits,
        ends: tuple[float, float],
    ) -> None:
        image = workspace["large"] = _large_image()
        found = reducing.area_means("large", (40, 60), xlim, ylim)
        rows, columns = _blocks(image, found)
        expected = [[image.data[row, column].mean() for column in columns] for row in rows]
        np.testing.assert_allclose(found.data, expected, rtol=1e-12)
        assert found.data.shape[0] <= 40
        assert found.data.shape[1] <= 60
        left, right = found.x0 - found.dx / 2, found.x0 + (found.data.shape[1] - 0.5) * found.dx
        assert ends[0] - image.dx <= left <= ends[0], "one pixel beyond at most"
        assert ends[1] <= right <= ends[1] + image.dx

    def test_other_images_are_reduced_as_pictures_draw_them(
        self, reducing: Any, workspace: Workspace
    ) -> None:
        for image in _uneven_images():
            workspace[image.title] = image
            for xlim, ylim in ((None, None), ((20, 90.0), None), ((900.0, 999.0), (5.0, 70.0))):
                found = reducing.area_means(image.title, (30, 35), xlim, ylim)
                expected = area_means_of(workspace[image.title], (30, 35), xlim, ylim)
                assert_same_object(found, expected)

    def test_from_afar_title_units_labels_regions_and_metadata_are_kept(
        self, reducing: Any, workspace: Workspace
    ) -> None:
        workspace.update({"a": _long_signal(), "i": _large_image()})
        signal, image = (
            reducing.extremes("a", COLUMNS, None),
            reducing.area_means("i", (40, 60), None, None),
        )
        for found, name in ((signal, "a"), (image, "i")):
            whole = workspace[name]
            for attribute in ("title", "xunit", "yunit", "xlabel", "ylabel"):
                assert getattr(found, attribute) == getattr(whole, attribute)
            kept = {key: value for key, value in found.metadata.items() if key != SEEN_AS}
            assert compare_values("metadata", kept, whole.metadata) == []
        assert (image.zunit, image.zlabel) == ("cd", "L")

    def test_from_afar_it_is_said_what_was_left_out(
        self, reducing: Any, workspace: Workspace
    ) -> None:
        workspace.update({"a": _long_signal(), "i": _large_image(), "short": np.ones(3)})
        assert "20,000 points" in reducing.extremes("a", COLUMNS, None).metadata[SEEN_AS]
        said = reducing.area_means("i", (40, 60), None, None).metadata[SEEN_AS]
        assert "240 by 160 pixels" in said
        assert SEEN_AS not in reducing.extremes("short", COLUMNS, None).metadata
        assert SEEN_AS not in reducing.area_means("i", (160, 240), None, None).metadata

    def test_looking_from_afar_changes_nothing(self, reducing: Any, workspace: Workspace) -> None:
        workspace.update({"a": _long_signal(), "i": _large_image()})
        before = {name: workspace[name] for name in workspace}
        signal = reducing.extremes("a", 10**6, None)
        image = reducing.area_means("i", (10**4, 10**4), None, None)
        for array in (signal.xydata, image.data):
            if array.flags.writeable:
                array[:] = 0
        for name in ("a", "i"):
            assert_same_object(workspace[name], before[name])

    def test_from_afar_a_name_that_is_not_there_is_a_key_error(self, reducing: Any) -> None:
        with pytest.raises(KeyError):
            reducing.extremes("missing", COLUMNS, None)
        with pytest.raises(KeyError):
            reducing.area_means("missing", (40, 60), None, None)
        assert len(reducing.describe()) == 0


def _blocks(image: ImageObj, found: ImageObj) -> tuple[list[slice], list[slice]]:
    """Return which rows and columns each of the areas covers; all are equally large."""
    assert found.is_uniform_coords
    return tuple(
        [
            slice(
                round((place - step / 2 - first) / size + 0.5),
                round((place + step / 2 - first) / size + 0.5),
            )
            for place in start + np.arange(count) * step
        ]
        for first, size, start, step, count in (
            (image.y0, image.dy, found.y0, found.dy, found.data.shape[0]),
            (image.x0, image.dx, found.x0, found.dx, found.data.shape[1]),
        )
    )  # type: ignore[return-value]
