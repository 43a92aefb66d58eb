"""Only what is plainly a table is read as one; what is guessed of it is said."""

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.notes import notes_of

NOISE = np.random.default_rng(0).normal(size=(40, 3)).round(3)
GAUSS = (1000 * np.exp(-(((np.arange(64) - 30) / 9) ** 2))).round(2)
TIMES = np.arange(20) * 0.5


def table(rows, header="", delimiter=","):
    return header + "".join(delimiter.join(map(str, row)) + "\n" for row in rows)


def read(tmp_path, text, name="a.csv", **said):
    path = tmp_path / name
    path.write_text(text)
    return read_file(path, read_options(said))


def refused(tmp_path, text, **said):
    with pytest.raises(FileFormatError) as caught:
        read(tmp_path, text, **said)
    return caught.value


# -- what isn't one table -------------------------------------------------------------------


def test_one_series_in_rows_without_x_is_refused_and_not_taken_for_columns(tmp_path):
    text = table(GAUSS.reshape(8, 8)[:, :4], "Detector A\n", " ")
    error = refused(tmp_path, table(GAUSS.reshape(16, 4), "Detector A\n", " "))
    assert "rows of 4 numbers go on from one to the next" in str(error)
    assert "read=dict(" in str(error)
    assert (
        len(read(tmp_path, text, skiprows=1, header=None)) == 3
    )  # a person may say it all the same


def test_a_second_table_above_is_found_and_both_are_named_by_their_lines(tmp_path):
    text = "Coefficients\n1 2 3\n4 5 6\n7 8 9\nData\n" + table(
        zip(TIMES, TIMES, strict=True), "", " "
    )
    error = refused(tmp_path, text)
    assert "lines 2 to 4 have 3 numbers, the rows from line 6 on 2" in str(error)
    assert error.line == 2


def test_counts_below_a_line_that_says_where_x_is_arent_counted_from_0(tmp_path):
    text = "Sample 7\n10.0 0.02 90.0\n" + "".join(f"{count}\n" for count in GAUSS)
    error = refused(tmp_path, text)
    assert "line 2 has 3 numbers, the rows from line 3 on 1" in str(error)
    (obj,) = read(tmp_path, text, skiprows=2, header=None, x=None)
    assert obj.y.tolist() == GAUSS.tolist()


def test_one_row_of_numbers_above_titles_is_a_setting(tmp_path):
    text = "1 2 3\nTime Voltage\n" + table(zip(TIMES, TIMES, strict=True), "", " ")
    assert len(read(tmp_path, text)) == 1


def test_rows_of_counts_below_a_title_are_no_image_unless_a_person_says_so(tmp_path):
    text = "LaNi2 at 4 K\n" + table(NOISE.reshape(12, 10), "", " ")
    error = refused(tmp_path, text)
    assert "could be an image or a series" in str(error)
    assert read(tmp_path, text, kind="image")[0].data.shape == (12, 10)
    assert read(tmp_path, text.partition("\n")[2])[0].data.shape == (12, 10)


def test_coordinates_above_columns_are_found_by_the_empty_corner(tmp_path):
    text = ",1,2,3,4,5\n10,6,7,8,9,1\n20,5,4,3,2,6\n"
    error = refused(tmp_path, text)
    assert "coordinates of an image" in str(error)
    assert error.line == 1


# -- which x can be one ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [
        TIMES,
        -TIMES,
        np.concatenate([TIMES, TIMES[::-1]]),
        np.tile([0.0, 1, 2, 3], 5),
        np.repeat(TIMES, 2),
        [5.0, 1, 3],
    ],
    ids=["grows", "falls", "loop", "sweeps", "steps", "few points"],
)
def test_an_x_that_measurements_have_is_read_without_a_word(tmp_path, x):
    y = np.arange(len(x))
    (obj,) = read(tmp_path, table(zip(x, y, strict=True)))
    np.testing.assert_array_equal(obj.xydata, [x, y])
    assert notes_of(obj) == ()


@pytest.mark.parametrize(
    ("x", "behaviour"), [(NOISE[:, 0], "goes up and down"), (np.ones(40), "is always the same")]
)
def test_another_first_column_is_refused_unless_it_has_a_title_and_then_it_is_a_guess(
    tmp_path, x, behaviour
):
    rows = [*zip(x, NOISE[:, 1], strict=True)]
    error = refused(tmp_path, table(rows))
    assert f"its first column {behaviour}" in str(error)
    assert "read=dict(x=None)" in str(error)
    assert len(read(tmp_path, table(rows), x=None)) == 2
    assert len(read(tmp_path, table(rows), header=None)) == 1
    (obj,) = read(tmp_path, table(rows, "pin,noise\n"))
    (note,) = notes_of(obj)
    assert note.is_guess
    assert note.text == f"The column 'pin' was taken for x, although it {behaviour}."


# -- blocks -----------------------------------------------------------------------------------


def test_blocks_with_blank_lines_between_are_curves_of_their_own(tmp_path):
    text = "# x y\n0 1\n1 2\n2 3\n\n\n0 4\n1 5\n2 6\n\n0.5 7\n1.5 8\n"
    found = read(tmp_path, text, "two.dat")
    assert [obj.xydata.tolist() for obj in found] == [
        [[0, 1, 2], [1, 2, 3]],
        [[0, 1, 2], [4, 5, 6]],
        [[0.5, 1.5], [7, 8]],
    ]
    assert len({obj.title for obj in found}) == 3


def test_a_blank_line_where_x_goes_on_is_no_end(tmp_path):
    (obj,) = read(tmp_path, "0 1\n1 2\n\n2 3\n3 4\n")
    assert obj.x.tolist() == [0, 1, 2, 3]


def test_x_that_begins_anew_without_a_blank_line_is_one_curve(tmp_path):
    (obj,) = read(tmp_path, "0 1\n1 2\n2 3\n0 4\n1 5\n2 6\n")
    assert obj.x.tolist() == [0, 1, 2, 0, 1, 2]
