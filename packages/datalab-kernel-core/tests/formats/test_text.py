"""Text files of any program: where the numbers are is found out, and what is wrong is named."""

from pathlib import Path

import numpy as np
import pytest
import sigima
from hypothesis import given
from hypothesis import strategies as st
from sigima.io import read_images, read_signals
from sigima.objects import ImageObj

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.formats._text_layout import find_layout

SHIPPED = Path(sigima.__file__).parent / "data" / "tests"
PLAIN = "Time (s),Voltage (V)\n0,1\n1,2\n2,3\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " ", "  "])
def test_the_delimiter_is_found(load, delimiter):
    (signal,) = load(f"0{delimiter}1.5\n1{delimiter}2.5\n")
    np.testing.assert_array_equal(signal.xydata, [[0, 1], [1.5, 2.5]])


@pytest.mark.parametrize("delimiter", [";", "\t", " "])
def test_a_decimal_comma_is_found(load, delimiter):
    (signal,) = load(f"0,5{delimiter}1,5\n1,5{delimiter}2,5\n")
    np.testing.assert_array_equal(signal.xydata, [[0.5, 1.5], [1.5, 2.5]])


@given(
    st.lists(
        st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3), min_size=2, max_size=20
    ),
    st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), (" ", ".")]),
)
def test_every_number_that_python_writes_is_found_whatever_is_around_it(rows, written):
    delimiter, decimal = written
    lines = [delimiter.join(repr(v).replace(".", decimal) for v in row) for row in rows]
    layout = find_layout("utf-8", ["made by a program", *lines])
    assert layout.first == 1
    values = [
        [float(field.replace(layout.decimal, ".")) for field in layout.split(line)]
        for line in lines
    ]
    assert values == [list(row) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_the_encoding_is_found(load, encoding):
    (signal,) = load("t (µs),T (°C)\n0,1\n1,2\n", encoding=encoding)
    assert (signal.xunit, signal.yunit) == ("µs", "°C")


def test_titles_and_units_of_the_columns_are_taken(load):
    (signal,) = load(PLAIN)
    assert (signal.xlabel, signal.xunit) == ("Time", "s")
    assert (signal.ylabel, signal.yunit) == ("Voltage", "V")
    assert signal.title == "scope"


def test_lines_with_a_hash_are_kept_as_header(load):
    (signal,) = load("# made by hand\n# x y\n0 1\n1 2\n", name="a.txt")
    assert signal.metadata["header"] == "# made by hand"
    assert (signal.xlabel, signal.ylabel) == ("x", "y")


def test_one_column_is_counted(load):
    (signal,) = load("1.5\n2.5\n3.5\n")
    np.testing.assert_array_equal(signal.xydata, [[0, 1, 2], [1.5, 2.5, 3.5]])


def test_a_flat_channel_is_a_channel(load):
    first, second = load("t,a,b\n0,7,1\n1,7,2\n2,7,3\n")
    np.testing.assert_array_equal(first.y, [7, 7, 7])
    assert second.title == "scope b"


def test_dates_become_x(load):
    (signal,) = load("Time,T (°C)\n2025-06-19 10:00:00,24.0\n2025-06-19 10:05:00,24.5\n")
    assert signal.is_x_datetime()
    assert signal.x[1] - signal.x[0] == 300
    assert signal.yunit == "°C"


@pytest.mark.parametrize(
    "name",
    [
        "fwhm.csv",
        "fwhm.txt",
        "bandwidth.txt",
        "simple.txt",
        "paracetamol.txt",
    ],
)
def test_what_sigima_reads_rightly_is_the_same(name):
    path = SHIPPED / "curve_formats" / name
    ours, theirs = read_file(path, read_options(None)), read_signals(str(path))
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.xydata, other.xydata, rtol=1e-15)
        assert [one.xlabel, one.ylabel, one.xunit, one.yunit] == [
            other.xlabel or "",
            other.ylabel or "",
            other.xunit or "",
            other.yunit or "",
        ] or not any(c.isalpha() for c in other.xlabel or "")


@pytest.mark.parametrize("name", ["fiber.csv", "fiber.txt", "coordinated_text/image_with_unit.txt"])
def test_text_images_are_as_sigima_reads_them(name):
    path = SHIPPED / "image_formats" / name
    (ours,), (theirs,) = read_file(path, read_options(None)), read_images(str(path))
    np.testing.assert_array_equal(ours.data, theirs.data)
    assert ours.data.dtype == theirs.data.dtype


def test_a_table_is_an_image_if_one_says_so(load):
    (image,) = load("1 2 3\n4 5 6\n", kind="image")
    assert isinstance(image, ImageObj)
    np.testing.assert_array_equal(image.data, [[1, 2, 3], [4, 5, 6]])


# -- what is wrong ----------------------------------------------------------------------------


def test_a_row_that_is_no_number_is_named_by_its_line(load):
    with pytest.raises(
        FileFormatError, match=r"scope.csv', line 3: '1,oops' isn't a row"
    ) as caught:
        load("x,y\n0,1\n1,oops\n2,3\n3,4\n4,5\n")
    assert caught.value.line == 3


def test_a_row_with_more_columns_is_named_by_its_line(load):
    with pytest.raises(FileFormatError, match="line 4: it has 3 columns, the first one has 2"):
        load("x,y\n0,1\n1,2\n2,3,4\n3,5\n")


def test_an_x_that_is_missing_is_named_by_its_line(load):
    with pytest.raises(FileFormatError, match="line 6: x isn't a finite number"):
        load("x,y\n0,1\n# pause\n\n1,2\n,3\n3,5\n")


def test_a_date_that_is_none_is_refused(load):
    rows = "".join(f"2025-06-19 10:{minute:02}:00,{minute}\n" for minute in range(20))
    with pytest.raises(FileFormatError, match="line 7: the time there"):
        load("Time,A\n" + rows.replace("2025-06-19 10:05:00", "2025-06-19 10:99:00"))


def test_a_text_without_numbers_is_refused(load):
    with pytest.raises(FileFormatError, match="no row of numbers"):
        load("Dear all,\nthe measurement failed.\n")


def test_an_empty_file_is_refused(load):
    with pytest.raises(FileFormatError, match="it is empty"):
        load("")


# -- as a person says -------------------------------------------------------------------------


def test_columns_are_chosen_by_title(load):
    (signal,) = load("t (s),a (V),b (A)\n0,1,2\n1,3,4\n", y="b")
    assert (signal.ylabel, signal.yunit) == ("b", "A")
    np.testing.assert_array_equal(signal.xydata, [[0, 1], [2, 4]])


def test_columns_are_chosen_by_title_and_unit_as_the_file_has_them(load):
    (signal,) = load("t (s),a (V),b (A)\n0,1,2\n1,3,4\n", y=["b (A)"])
    assert signal.ylabel == "b"


def test_columns_are_chosen_by_place(load):
    (signal,) = load("1 0 9\n2 5 9\n", x=1, y=[0])
    np.testing.assert_array_equal(signal.xydata, [[0, 5], [1, 2]])


def test_points_are_counted_if_no_column_is_x(load):
    first, second = load("a,b\n1,2\n3,4\n", x=None)
    np.testing.assert_array_equal(first.xydata, [[0, 1], [1, 3]])
    np.testing.assert_array_equal(second.xydata, [[0, 1], [2, 4]])


def test_rows_are_skipped_and_the_titles_are_still_found(load):
    (signal,) = load("1,2\n3,4\nt,a\n0,5\n1,6\n", skiprows=2)
    assert signal.ylabel == "a"
    np.testing.assert_array_equal(signal.y, [5, 6])


def test_everything_can_be_said_in_pandas_words(load):
    text = "noise | 1\nt | a | note\n0,5 | 1,5 | x\n1,5 | 2,5 | y\n"
    (signal,) = load(text, skiprows=1, header=0, decimal=",", delimiter="|", x=0, y=1)
    np.testing.assert_array_equal(signal.xydata, [[0.5, 1.5], [1.5, 2.5]])


def test_a_table_without_titles_is_said_by_header_none(load):
    (signal,) = load("0,1\n1,2\n", header=None)
    np.testing.assert_array_equal(signal.xydata, [[0, 1], [1, 2]])


def test_a_column_that_is_not_there_is_an_error_with_those_that_are(load):
    with pytest.raises(FileFormatError, match="no column 'volts'.* 'Time', 'Voltage'"):
        load(PLAIN, y="volts")


def test_an_unknown_option_is_an_error_with_the_nearest():
    with pytest.raises(TypeError, match="no option 'skip_rows'. Did you mean 'skiprows'"):
        read_options({"skip_rows": 2})


def test_an_unknown_kind_is_an_error():
    with pytest.raises(ValueError, match="'signal' or 'image', not 'curve'"):
        read_options({"kind": "curve"})


def test_a_file_that_ends_in_its_first_row_is_refused(load):
    with pytest.raises(FileFormatError, match="in the middle of its last row"):
        load("x,a,b\n0.5,1")


def test_a_file_of_one_whole_row_is_read_below_words_too(load):
    (signal,) = load("measured on a Monday\n0.5 1")
    np.testing.assert_array_equal(signal.xydata, [[0.5], [1]])
