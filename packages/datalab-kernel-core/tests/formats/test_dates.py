"""Dates and times in text files: every form that loggers write is read exactly, or refused."""

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_options
from datalab_kernel.notes import notes_of
from datalab_kernel.objects._stamps import stamps_of, zone_of

FORMS = {
    "2026-02-13 10:00:00": "2026-02-13T10:00:00",
    "2026-02-13T10:00:00.250": "2026-02-13T10:00:00.250",
    "2026-02-13T10:00:00,250": "2026-02-13T10:00:00.250",
    "2026-02-13 10:00:00.123456": "2026-02-13T10:00:00.123456",
    "2026-02-13 10:00:00.123456789": "2026-02-13T10:00:00.123456789",
    "2026-02-13T10:00:00Z": "2026-02-13T10:00:00",
    "2026-02-13T10:00:00+01:00": "2026-02-13T09:00:00",
    "2026-02-13T10:00:00.5-0330": "2026-02-13T13:30:00.5",
    "2026-02-13": "2026-02-13",
    "2026/02/13 10:00": "2026-02-13T10:00",
    "13.02.2026 10:00:00": "2026-02-13T10:00",
    "5.1.2026 10:00:00": "2026-01-05T10:00",
    "05.01.26": "2026-01-05",
    "13/02/2026 10:00:00": "2026-02-13T10:00",
    "02/13/2026 10:00:00": "2026-02-13T10:00",
    "02/13/2026 12:05:10 AM": "2026-02-13T00:05:10",
    "02/13/2026 1:05 PM": "2026-02-13T13:05",
    "13-Feb-2026 10:00:00": "2026-02-13T10:00",
    "1969-12-31 23:59:59.75": "1969-12-31T23:59:59.75",
    "2500-01-01 00:00:00": "2500-01-01",
}


def stamps(signal):
    return stamps_of(signal.metadata, signal.x)


@pytest.mark.parametrize("text", FORMS)
def test_each_form_is_the_moment_that_it_says(load, text):
    (signal,) = load(f"Date;T (K)\n{text};1.5\n{text};2.5\n")
    assert signal.is_x_datetime()
    assert (signal.xlabel, signal.xunit) == ("Date", "s")
    np.testing.assert_array_equal(stamps(signal), [np.datetime64(FORMS[text])] * 2)
    np.testing.assert_array_equal(signal.y, [1.5, 2.5])


def test_with_slashes_the_whole_column_decides(load):
    (signal,) = load("Date,T\n12/02/2026,1\n13/02/2026,2\n")
    assert stamps(signal)[0] == np.datetime64("2026-02-12")
    (signal,) = load("Date,T\n02/12/2026,1\n02/13/2026,2\n")
    assert stamps(signal)[0] == np.datetime64("2026-02-12")


def test_if_day_and_month_both_fit_an_error_asks(load):
    text = "Date,T\n01/02/2026,1\n02/02/2026,2\n"
    with pytest.raises(FileFormatError, match=r"ambiguous.*read=dict\(dayfirst=True\)"):
        load(text)
    (signal,) = load(text, dayfirst=True)
    assert stamps(signal)[1] == np.datetime64("2026-02-02")
    (signal,) = load(text, dayfirst=False)
    np.testing.assert_array_equal(stamps(signal), np.array(["2026-01-02", "2026-02-02"], "M8[D]"))


def test_a_date_that_fits_no_order_is_named_by_its_line(load):
    with pytest.raises(FileFormatError, match="line 3: the date there can't be read: 13/13/2026"):
        load("Date,T\n12/02/2026,1\n13/13/2026,2\n")


@pytest.mark.parametrize(
    "bad", ["2026-02-30 10:00:00", "2026-02-13 24:00:00", "2026-02-13 10:00:61", "13.02.2026 10:00"]
)
def test_a_date_that_is_none_or_of_another_form_is_named_by_its_line(load, bad):
    with pytest.raises(FileFormatError, match="line 3: "):
        load(f"Date,T\n2026-02-13 10:00:00,1\n{bad},2\n2026-02-13 10:00:02,3\n")


def test_a_date_that_is_missing_is_named_by_its_line(load):
    with pytest.raises(FileFormatError, match="line 3: the date is missing there"):
        load("Date,T\n2026-02-13 10:00:00,1\n,2\n2026-02-13 10:00:02,3\n")


def test_the_offset_of_all_dates_is_kept_as_their_zone(load):
    (signal,) = load("Date,T\n2026-02-13T10:00:00+01:00,1.5\n2026-02-13T10:00:01+01:00,2.5\n")
    assert zone_of(signal.metadata) == "UTC+01:00"


def test_dates_of_two_offsets_are_in_utc(load):
    (signal,) = load("Date,T\n2026-03-29T01:59:59+01:00,1\n2026-03-29T03:00:00+02:00,2\n")
    assert zone_of(signal.metadata) == "UTC"
    assert np.diff(stamps(signal))[0] == np.timedelta64(1, "s")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
def test_date_and_time_in_two_columns_are_one(load, delimiter):
    rows = ["Date,Time,T", "2026-02-13,10:00:00.5,1.5", "2026-02-13,10:00:01.5,2.5"]
    (signal,) = load("\n".join(rows).replace(",", delimiter) + "\n")
    assert stamps(signal)[0] == np.datetime64("2026-02-13T10:00:00.5")
    assert (signal.xlabel, signal.ylabel) == ("Date Time", "T")
    np.testing.assert_array_equal(signal.y, [1.5, 2.5])


def test_a_count_before_the_dates_is_not_x(load):
    (signal,) = load("No.,Date,Time,T (K)\n1,13.02.2026,10:00:00,1.5\n2,13.02.2026,10:00:01,2.5\n")
    assert stamps(signal)[1] == np.datetime64("2026-02-13T10:00:01")
    assert (signal.ylabel, signal.yunit) == ("T", "K")


def test_times_of_day_are_seconds_since_midnight(load):
    (signal,) = load("Time,T\n10:00:00.250,1\n10:00:00.500,2\n")
    np.testing.assert_array_equal(signal.x, [36000.25, 36000.5])
    assert (signal.xunit, signal.is_x_datetime()) == ("s", False)


def test_times_of_day_go_on_after_midnight_and_say_so(load):
    (signal,) = load("Time,T\n23:59:59,1\n00:00:01,2\n")
    np.testing.assert_array_equal(signal.x, [86399, 86401])
    assert any(note.is_guess for note in notes_of(signal))


def test_elapsed_times_may_be_longer_than_a_day(load):
    (signal,) = load("Time,T\n23:59:59,1\n25:00:00,2\n")
    np.testing.assert_array_equal(signal.x, [86399, 90000])


@pytest.mark.parametrize(
    ("unit", "text", "moment"),
    [
        ("s", "1767225600", "2026-01-01"),
        ("s", "1767225600.25", "2026-01-01T00:00:00.25"),
        ("ms", "1767225600250", "2026-01-01T00:00:00.25"),
        ("us", "1767225600000001", "2026-01-01T00:00:00.000001"),
        ("ns", "1767225600123456789", "2026-01-01T00:00:00.123456789"),
    ],
)
def test_numbers_since_1970_are_dates_if_one_says_their_unit(load, unit, text, moment):
    (signal,) = load(f"t,T\n{text},1\n{text},2\n", unit=unit)
    assert stamps(signal)[0] == np.datetime64(moment)
    assert signal.y.tolist() == [1, 2]


def test_dates_of_a_column_that_is_named_are_read_too(load):
    text = "T (K),t,U (V)\n1,2026-02-13 10:00:00,3\n2,2026-02-13 10:00:01,4\n"
    (signal,) = load(text, x="t", y="U")
    assert stamps(signal)[1] == np.datetime64("2026-02-13T10:00:01")
    assert (signal.yunit, signal.y.tolist()) == ("V", [3, 4])


def test_a_value_that_is_missing_beside_a_date_loses_no_row(load):
    (signal,) = load("Date,T\n2026-02-13 10:00:00,1\n2026-02-13 10:00:01,\n2026-02-13 10:00:02,3\n")
    np.testing.assert_array_equal(signal.y, [1, np.nan, 3])


def test_an_unknown_unit_is_an_error():
    with pytest.raises(ValueError, match="'s', 'ms', 'us' or 'ns', not 'minutes'"):
        read_options({"unit": "minutes"})


@pytest.mark.parametrize("missing", [0, 1, 2])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_date_without_any_value_is_a_row_wherever_it_stands(load, missing, delimiter):
    rows = [f"2026-02-13 10:00:0{n}{delimiter}{'' if n == missing else n}" for n in range(3)]
    (signal,) = load("\n".join(rows) + "\n")
    np.testing.assert_array_equal(signal.y, [np.nan if n == missing else n for n in range(3)])
