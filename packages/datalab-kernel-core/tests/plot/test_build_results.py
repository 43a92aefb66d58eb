"""Results of analyses, as shapes and tables."""

from __future__ import annotations

import numpy as np
import pytest
from sigima.objects import GeometryResult, TableResult

from datalab_kernel import create_image, create_image_roi, create_signal, create_signal_roi
from datalab_kernel.plot._describing.build import build
from datalab_kernel.plot._options import parse_options

X = np.linspace(0, 10, 101)
NAN = float("nan")


def signal(*found, name="s"):
    obj = create_signal(name, X, X, units=("s", "V"))
    return holding(obj, found)


def image(*found, units=("mm", "mm", "V")):
    return holding(create_image("i", np.zeros((4, 5)), units=units), found)


def holding(obj, found):
    for number, one in enumerate(found):
        prefix = "Geometry" if isinstance(one, GeometryResult) else "Table"
        obj.metadata[f"{prefix}_{one.func_name}{number}_dict"] = one.to_dict()
    return obj


def geometry(kind, rows, roi=None):
    indices = None if roi is None else np.array(roi)
    return GeometryResult("found", kind, np.array(rows, float), indices, "f")


def table(headers, rows, roi=None, *, function="f", kind="results"):
    return TableResult("Table", kind, list(headers), [list(row) for row in rows], roi, function)


def described(*objects, **options):
    return build(objects, parse_options(options))


def shapes(obj, **options):
    found = described(obj, **options).axes[0].shapes
    return [(s.kind, s.coords, s.label) for s in found if s.role == "result"]


@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        ("point", (1, 2), ("point", (1, 2), "found")),
        ("segment", (0, 0, 3, 4), ("segment", (0, 0, 3, 4), "found: 5 mm")),
        ("rectangle", (0, 1, 2, 3), ("rectangle", (0, 1, 2, 3), "found")),
        ("circle", (1, 2, 0.5), ("circle", (1, 2, 0.5), "found: r = 0.5 mm")),
        ("ellipse", (1, 2, 3, 1, 0.5), ("ellipse", (1, 2, 3, 1, 0.5), "found")),
        ("polygon", (0, 0, 1, 0, 1, 1), ("polygon", (0, 0, 1, 0, 1, 1), "found")),
        ("polygon", (0, 0, 1, 0, 1, 1, NAN, NAN), ("polygon", (0, 0, 1, 0, 1, 1), "found")),
        ("marker", (1.5, 2), ("cross", (1.5, 2), "found: (1.5, 2)")),
    ],
)
def test_every_kind_of_geometry_is_drawn(kind, row, expected):
    assert shapes(image(geometry(kind, [row]))) == [expected]


@pytest.mark.parametrize(
    ("kind", "row", "label"),
    [
        ("segment", (1, 0.5, 3.345, 0.5), "found: 2.345 s"),
        ("segment", (1, 0.5, 1, 2), "found: 1.5 V"),
        ("segment", (1, 0.5, 2, 2), "found"),
        ("marker", (1.25, NAN), "found: 1.25 s"),
        ("marker", (NAN, 0.5), "found: 0.5 V"),
    ],
)
def test_a_label_says_what_was_measured_with_its_unit(kind, row, label):
    assert [found[2] for found in shapes(signal(geometry(kind, [row])))] == [label]


def test_rows_without_a_place_are_left_out():
    found = geometry("segment", [(NAN, 0, NAN, 0), (0, 0, 1, 0)], [-1, 0])
    assert shapes(signal(found)) == [("segment", (0, 0, 1, 0), "found: 1 s")]
    assert shapes(signal(geometry("marker", [(NAN, NAN)]))) == []


def test_results_of_regions_say_of_which():
    obj = signal(geometry("segment", [(0, 0, 9, 0), (1, 0, 2, 0), (3, 0, 5, 0)], [-1, 0, 1]))
    obj.roi = create_signal_roi([[0, 2], [3, 6]])
    obj.roi.single_rois[1].title = "late"
    assert [label for _, _, label in shapes(obj)] == [
        "found: 9 s", "found (ROI00): 1 s", "found (late): 2 s",
    ]  # fmt: skip


def test_a_few_are_numbered_and_many_counted():
    few = shapes(image(geometry("point", [(1, 1), (2, 2)])))
    assert [label for _, _, label in few] == ["found 1", "found 2"]
    many = shapes(image(geometry("point", np.ones((20, 2)))))
    assert [label for _, _, label in many][:2] == ["found (20)", ""]
    more = shapes(image(geometry("point", np.ones((2_000, 2)))))
    assert len(more) == 500
    assert more[0][2] == "found (2,000, 500 shown)"


def test_results_can_be_left_out():
    obj = signal(geometry("point", [(1, 2)]), table("a", [[1]]))
    assert shapes(obj, results=False) == []
    assert described(obj, results=False).tables == ()


def test_what_is_no_result_is_skipped_with_a_warning(caplog):
    obj = signal(geometry("point", [(1, 2)]))
    obj.metadata["Geometry_bad_dict"] = {"kind": "blob"}
    obj.metadata["Table_bad_dict"] = 5
    assert len(shapes(obj)) == 1
    assert "'Geometry_bad_dict' of 's' is no result" in caplog.text


def test_positions_in_a_table_are_marked():
    peaks = table(["x (s)", "y (V)"], [[1, 2], [3, 4]], kind="xy_markers")
    assert shapes(signal(peaks)) == [("point", (1, 2), "1"), ("point", (3, 4), "2")]
    levels = table(["y"], [[2]], kind="y_markers")
    ((_, coords, _),) = shapes(signal(levels))
    assert np.isnan(coords[0])
    assert coords[1] == 2


# -- tables ---------------------------------------------------------------------------------


def test_a_heading_has_its_unit_once_where_a_column_s_name_ends_with_it():
    peaks = table(["x (s)", "y (V)"], [[1, 2], [3, 4]], kind="xy_markers")
    (shown,) = described(signal(peaks)).tables
    assert shown.columns == ("x (s)", "y (V)")


def test_numbers_have_five_digits_and_units_where_they_are_known():
    found = table(["mean", "snr", "trapz"], [[1.23456789, 37699.05, 2.0]], function="stats")
    (shown,) = described(signal(found)).tables
    assert shown.title == "Table"
    assert shown.columns == ("mean (V)", "snr", "trapz (V·s)")
    assert shown.rows == (("1.2346", "37,699", "2"),)
    (of_image,) = described(image(table(["mean"], [[1.0]], function="stats"))).tables
    assert of_image.columns == ("mean (V)",)


def test_columns_have_the_prefix_that_fits():
    found = table(["fs", "T"], [[4.99e7, 2.004e-8]], function="sampling_rate_period")
    (shown,) = described(signal(found)).tables
    assert shown.columns == ("fs (MHz)", "T (ns)")
    assert shown.rows == (("49.9", "20.04"),)


def test_values_of_the_same_unit_have_the_same_prefix():
    found = table(["min", "max", "sum"], [[1e-17, 0.005, 0.007]], function="stats")
    (shown,) = described(signal(found)).tables
    assert shown.columns == ("min (mV)", "max (mV)", "sum (mV)")
    assert shown.rows == (("1e-14", "5", "7"),)


def test_what_is_missing_and_texts_are_written_plainly():
    found = table(["a", "b", "c", "d"], [[NAN, None, "a$", True]])
    assert described(signal(found)).tables[0].rows == (("–", "–", r"a\$", "yes"),)  # noqa: RUF001


def test_long_tables_end_with_a_count():
    (shown,) = described(signal(table("ab", [[n, n] for n in range(1_000)]))).tables
    assert len(shown.rows) == 13
    assert shown.rows[-1] == ("… 988 more", "")


def test_one_row_of_many_columns_is_written_top_down():
    found = table([f"c_{n}" for n in range(6)], [range(6)])
    (shown,) = described(signal(found)).tables
    assert shown.columns == ("", "value")
    assert shown.rows[:2] == (("c 0", "0"), ("c 1", "1"))


def test_more_than_twelve_quantities_go_on_beside():
    found = table([f"c{n}" for n in range(17)], [range(17)])
    (shown,) = described(signal(found)).tables
    assert shown.columns == ("", "value", "", "value")
    assert len(shown.rows) == 9
    assert shown.rows[0] == ("c0", "0", "c9", "9")
    assert shown.rows[-1] == ("c8", "8", "", "")


def test_rows_of_regions_are_named():
    obj = signal(table("a", [[1], [2]], [-1, 0]))
    obj.roi = create_signal_roi([[0, 2]])
    obj.roi.single_rois[0].title = "rise"
    (shown,) = described(obj).tables
    assert (shown.columns, shown.rows) == (("ROI", "a"), (("whole", "1"), ("rise", "2")))


def test_the_same_analysis_of_several_objects_is_one_table():
    (shown,) = described(
        signal(table("a", [[1]]), name="s1"), signal(table("a", [[2]]), name="s2")
    ).tables
    assert (shown.columns, shown.rows) == (("object", "a"), (("s1", "1"), ("s2", "2")))


def test_tables_and_results_of_many_objects_come_only_when_asked_for():
    many = [signal(table("a", [[1]]), geometry("point", [(1, 2)])) for _ in range(13)]
    spec = described(*many)
    assert (spec.tables, spec.axes[0].shapes) == ((), ())
    assert described(*many, results=True).tables[0].rows[-1] == ("… 1 more", "")
    assert len(described(*many, results=True).axes[0].shapes) == 13


def test_regions_of_images_name_their_rows_too():
    obj = image(table("a", [[1]], [0]))
    obj.roi = create_image_roi("circle", [2, 2, 1], title="spot")
    assert described(obj).tables[0].rows == (("spot", "1"),)
