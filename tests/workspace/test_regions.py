"""``label_regions``, ``watershed_split`` and ``region_properties``: cells, found and measured."""

import warnings

import numpy as np
import pytest
from skimage.measure import regionprops_table

from datalab_kernel import Workspace, create_image, create_image_roi
from datalab_kernel.errors import OperandError, ParameterError

SIDE = 0.325


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace.load_example("microscopy")
    return workspace


@pytest.fixture
def cells(workspace):
    workspace.calc("label_regions", on="nuclei", sigma=1, min_area=20, name="regions")
    workspace.calc("watershed_split", on="regions", name="cells")
    return workspace


def image_of(values, dx=SIDE, dy=SIDE, **others):
    image = create_image("", np.asarray(values), units=("µm", "µm", "counts"))
    image.dx, image.dy = dx, dy
    for name, value in others.items():
        setattr(image, name, value)
    return image


def ellipse(shape, centre, axes, degrees=0, *, dx=SIDE, dy=SIDE):
    """Draw an ellipse: half axes and centre in µm, its angle counted from x towards y."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    x, y = columns * dx - centre[0], rows * dy - centre[1]
    angle = np.radians(degrees)
    along = (x * np.cos(angle) + y * np.sin(angle)) / axes[0]
    across = (y * np.cos(angle) - x * np.sin(angle)) / axes[1]
    return along**2 + across**2 <= 1


def test_the_nuclei_of_the_example_are_counted(cells):
    assert cells["regions"].data.max() == 22  # two pairs touch
    labels = cells["cells"]
    assert labels.data.max() == labels.metadata["nuclei"] == 24
    assert labels.data.dtype == np.int32
    assert (labels.dx, labels.xunit, labels.zunit) == (SIDE, "µm", "")
    assert cells.list() == ["nuclei", "regions", "cells"]


def test_properties_are_scikit_images(cells):
    frame = cells.calc("region_properties", on="cells", operand="nuclei").frame
    names = (
        *("label", "area", "centroid", "axis_major_length", "axis_minor_length", "eccentricity"),
        *("intensity_min", "intensity_mean", "intensity_max"),
    )
    labels, counts = cells["cells"].data, cells["nuclei"].data
    expected = regionprops_table(labels, counts, properties=names, spacing=(SIDE, SIDE))
    ours = {"axis_major": "axis_major_length", "axis_minor": "axis_minor_length"}
    ours |= {"x": "centroid-1", "y": "centroid-0"}
    ours |= {name: name for name in names if name != "centroid" and not name.startswith("axis")}
    for own, theirs in ours.items():
        np.testing.assert_allclose(frame[own], expected[theirs], rtol=1e-12, err_msg=own)
    crofton = regionprops_table(labels, properties=("perimeter_crofton",))["perimeter_crofton"]
    np.testing.assert_allclose(frame["perimeter"], SIDE * crofton, rtol=1e-12)
    sums = [counts[labels == label].sum() for label in frame["label"]]
    np.testing.assert_array_equal(frame["intensity_sum"], sums)


@pytest.mark.parametrize("degrees", [-60, 0, 25, 80, 90])
@pytest.mark.parametrize(("dx", "dy"), [(0.1, 0.1), (0.1, 0.05), (0.04, 0.1)])
def test_an_ellipse_has_its_area_axes_and_angle(degrees, dx, dy):
    shape = (round(24 / dy), round(30 / dx))
    inside = ellipse(shape, (14, 11), (9, 5), degrees, dx=dx, dy=dy)
    workspace = Workspace("standalone")
    workspace["ellipse"] = image_of(inside.astype(np.uint8), dx, dy, x0=100.0, y0=-7.0)
    (found,) = workspace.calc("region_properties", on="ellipse").frame.to_dict("records")
    assert found["area"] == pytest.approx(np.pi * 9 * 5, rel=4e-3)
    assert (found["x"], found["y"]) == pytest.approx((114, 4), abs=0.02)
    assert found["axis_major"] == pytest.approx(18, rel=5e-3)
    assert found["axis_minor"] == pytest.approx(10, rel=5e-3)
    turned = (found["orientation"] - degrees + 90) % 180 - 90
    assert turned == pytest.approx(0, abs=0.5)
    assert -90 < found["orientation"] <= 90
    assert found["equivalent_diameter"] == pytest.approx(2 * np.sqrt(45), rel=2e-3)
    ramanujan = np.pi * (3 * 14 - np.sqrt((3 * 9 + 5) * (9 + 3 * 5)))
    assert found["perimeter"] == pytest.approx(ramanujan, rel=0.04)


def test_an_axis_that_falls_turns_the_angle_round():
    inside = ellipse((240, 300), (14, 11), (9, 5), 30, dx=0.1, dy=0.1)
    workspace = Workspace("standalone")
    workspace["down"] = image_of(inside.astype(np.uint8), 0.1, -0.1)
    (found,) = workspace.calc("region_properties", on="down").frame.to_dict("records")
    assert found["orientation"] == pytest.approx(-30, abs=0.5)
    assert found["y"] == pytest.approx(-11, abs=0.02)
    assert found["area"] > 0


def test_columns_say_their_units(cells):
    result = cells.calc("region_properties", on="cells", operand="nuclei")
    units = result.frame.attrs["column_units"]["cells"]["region_properties"]
    assert (units["area"], units["perimeter"], units["x"]) == ("µm²", "µm", "µm")
    assert (units["orientation"], units["intensity_mean"]) == ("°", "counts")
    assert "area (µm²)" in result._repr_html_()
    kept = cells.results("cells").attrs["column_units"]
    assert kept["cells"]["region_properties"] == units


def test_measurements_stay_with_the_labels_and_in_their_files(cells, tmp_path):
    frame = cells.calc("region_properties", on="cells", operand="nuclei").frame
    again = Workspace("standalone")
    again.load(cells.save(tmp_path / "cells.h5"))
    np.testing.assert_array_equal(again.results("cells")["area"], frame["area"])
    kept = again.results("cells").attrs["column_units"]["cells"]["region_properties"]
    assert (kept["area"], kept["intensity_mean"]) == ("µm²", "counts")
    assert [step.function for step in again.history("cells")] == [
        "label_regions",
        "watershed_split",
        "region_properties",
    ]


def test_the_script_finds_and_measures_them_again(cells):
    frame = cells.calc("region_properties", on="cells", operand="nuclei", min_area=50).frame
    script = cells.script("cells")
    assert 'on="cells", operand="nuclei")' in script
    again = Workspace("standalone")
    again.load_example("microscopy")
    exec(script, {"workspace": again})
    np.testing.assert_array_equal(again["cells"].data, cells["cells"].data)
    np.testing.assert_array_equal(again.results("cells")["area"], frame["area"])


def test_without_an_operand_there_are_no_intensities(cells):
    frame = cells.calc("region_properties", on="cells").frame
    assert len(frame) == 24
    assert "intensity_mean" not in frame


def test_a_mask_is_taken_as_it_is():
    workspace = Workspace("standalone")
    workspace["mask"] = np.array([[0, 255, 0, 255], [0, 0, 0, 255]], dtype=np.uint8)
    result = workspace.calc("label_regions", on="mask")
    assert workspace[result.name].data.tolist() == [[0, 1, 0, 2], [0, 0, 0, 2]]


def test_the_threshold_the_darkness_and_the_border_are_as_asked():
    values = np.full((7, 9), 10.0)
    values[0:2, 0:3] = 1  # at the border
    values[3:6, 2:5] = 1
    values[4, 3] = 10  # a hole
    values[4, 7] = 1  # a speck
    workspace = Workspace("standalone")
    workspace["dark"] = image_of(values, 1, 1)
    found = workspace.calc(
        "label_regions", on="dark", threshold=5, dark=True, clear_border=True, min_area=4
    )
    labels = workspace[found.name].data
    assert labels.sum() == labels[3:6, 2:5].sum() == 9
    assert workspace[found.name].metadata["threshold"] == 5
    specks = workspace.calc(
        "label_regions", on="dark", threshold=5, dark=True, fill_holes=False, name="all"
    )
    assert workspace[specks.name].data.max() == 3
    assert workspace[specks.name].data[4, 3] == 0


def test_diagonal_neighbours_are_one_region_or_two():
    workspace = Workspace("standalone")
    workspace["steps"] = np.eye(4)
    for connectivity, count in ((1, 4), (2, 1)):
        found = workspace.calc("label_regions", on="steps", connectivity=connectivity)
        assert workspace[found.name].data.max() == count


@pytest.mark.parametrize(("dx", "dy"), [(0.2, 0.2), (0.2, 0.1)])
def test_two_discs_that_touch_are_parted_at_their_neck(dx, dy):
    shape = (round(20 / dy), round(30 / dx))
    first = ellipse(shape, (9, 10), (5, 5), dx=dx, dy=dy)
    second = ellipse(shape, (18, 10), (5, 5), dx=dx, dy=dy)
    workspace = Workspace("standalone")
    workspace["discs"] = image_of((first | second).astype(np.uint8), dx, dy)
    found = workspace.calc("watershed_split", on="discs")
    frame = workspace.calc("region_properties", on=found).frame
    assert sorted(frame["x"]) == pytest.approx([9, 18], abs=0.3)
    whole = workspace.calc("watershed_split", on="discs", min_distance=12, name="whole")
    assert workspace[whole.name].data.max() == 1


def test_masked_pixels_nan_and_what_is_beyond_the_regions_count_for_nothing():
    values = np.zeros((6, 12))
    values[1:4, 1:4] = values[1:4, 6:9] = 5.0
    values[2, 2] = np.nan
    workspace = Workspace("standalone")
    workspace["nan"] = values
    workspace["masked"] = np.ma.masked_array(np.nan_to_num(values), np.isnan(values))
    image = create_image("", np.nan_to_num(values, nan=5.0))
    image.roi = create_image_roi("rectangle", [0, 0, 5, 6])
    workspace["roi"] = image
    counts = {}
    for name in ("nan", "masked", "roi"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = workspace.calc("label_regions", on=name, name=f"{name} labels")
        labels = workspace[found.name].data
        counts[name] = np.bincount(labels.ravel())[1:].tolist()
    assert counts == {"nan": [8, 9], "masked": [8, 9], "roi": [9]}
    measured = workspace.calc("region_properties", on="roi labels", operand="nan").frame
    assert measured[["area", "intensity_mean"]].to_numpy().tolist() == [[9, 5]]


@pytest.mark.parametrize(
    ("function", "arguments", "error", "text"),
    [
        ("region_properties", {"on": "halves"}, OperandError, "label_regions', on='halves'"),
        ("watershed_split", {"on": "halves"}, OperandError, "whole numbers"),
        ("region_properties", {"on": "a", "operand": "b"}, OperandError, "shapes.*extract_roi"),
        ("region_properties", {"on": "a", "operand": "shifted"}, OperandError, "x0 = 0 and 9"),
        ("region_properties", {"on": "two units"}, OperandError, "'µm', y in 'mm'"),
        ("region_properties", {"on": "complex"}, OperandError, "whole numbers"),
        ("label_regions", {"on": "complex"}, OperandError, "modulus"),
        ("label_regions", {"on": "a", "operand": "b"}, OperandError, "takes no operand"),
        ("label_regions", {"on": "a", "method": "outsu"}, ParameterError, "otsu"),
    ],
)
def test_what_has_no_regions_is_said_kindly(function, arguments, error, text):
    workspace = Workspace("standalone")
    workspace["a"] = image_of(np.eye(4))
    workspace["b"] = image_of(np.eye(5))
    workspace["halves"] = np.eye(4) / 2
    workspace["shifted"] = image_of(np.eye(4), x0=9.0)
    workspace["two units"] = image_of(np.eye(4), yunit="mm")
    workspace["complex"] = np.eye(4) * 1j
    with pytest.raises(error, match=text):
        workspace.calc(function, **arguments)


def test_nothing_found_is_said():
    workspace = Workspace("standalone")
    workspace["flat"] = np.full((5, 5), 3.0)
    with pytest.warns(match="found no region"):
        found = workspace.calc("label_regions", on="flat")
    assert "Nothing was found" in workspace.calc("region_properties", on=found)._repr_html_()


def test_an_image_without_values_is_told_from_one_without_regions():
    workspace = Workspace("standalone")
    workspace["empty"] = np.full((5, 5), np.nan)
    with pytest.warns(match="'empty' has no finite value"):
        workspace.calc("label_regions", on="empty")


def test_measured_values_taken_for_labels_are_noticed(workspace):
    with pytest.warns(match="measured values"):
        workspace.calc("region_properties", on="nuclei")


def test_measured_values_that_were_parted_as_regions_are_noticed(workspace):
    workspace["grains"] = np.random.default_rng(0).integers(100, 400, (40, 40))
    with pytest.warns(UserWarning, match=r"watershed_split took the values of 'grains' for labels"):
        workspace.calc("watershed_split", on="grains")
    workspace.calc("label_regions", on="nuclei", sigma=1, min_area=10, name="regions")
    assert workspace.calc("watershed_split", on="regions").notes == ()


def test_an_array_of_labels_is_told_how_it_gets_the_image_s_axes(cells):
    cells["own"] = cells["cells"].data
    with pytest.raises(OperandError, match="twin = workspace.'nuclei'.; twin.data = array"):
        cells.calc("region_properties", on="own", operand="nuclei")
    twin = cells["nuclei"]
    twin.data = cells["own"].data
    cells["own"] = twin
    assert len(cells.calc("region_properties", on="own", operand="nuclei").frame) == 24
    cells["metres"] = cells["nuclei"]
    with cells.edit("metres") as image:
        image.xunit = image.yunit = "m"
    with pytest.raises(OperandError, match="'calibration', …. brings them into one unit"):
        cells.calc("region_properties", on="metres", operand="nuclei")


def test_they_are_found_by_the_field_s_words(workspace):
    for word in ("label", "cells", "segment", "particles", "count", "touching", "watershed"):
        names = {info.name for info in workspace.functions(word)}
        assert names & {"label_regions", "watershed_split", "region_properties"}, word
    assert "region_properties" in {info.name for info in workspace.functions("perimeter")}
    assert "projection" in {info.name for info in workspace.functions("z stack")}
    assert "operand" in str(workspace.calc.region_properties.__signature__)
