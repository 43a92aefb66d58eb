"""Tables in random dialects are read back equal or refused, never different."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from support.sampling import IS_FULL

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.objects._stamps import stamps_of

EXAMPLES = 2000 if IS_FULL else 40
SIGNS = [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), (" ", "."), ("  ", ",")]
UNITS = ["", "V", "mA", "°C", "kg*m/s²"]
MISSING = ["", "nan", "NaN", "n/a", "1.#QNAN", "-1.#IND", "#N/A"]
FORMS = {
    "%Y-%m-%d %H:%M:%S.%f": "us",
    "%Y-%m-%dT%H:%M:%S": "s",
    "%d.%m.%Y %H:%M:%S": "s",
    "%d.%m.%Y %H:%M:%S.%f": "us",
    "%m/%d/%Y %I:%M:%S %p": "s",
    "%d/%m/%Y %H:%M": "m",
    "%Y-%m-%d": "D",
}
pytestmark = pytest.mark.timeout(3000 if IS_FULL else 300)
# Reused by each example: a folder of its own costs more than reading
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.integers(-1000, 1000).map(float),
    st.floats(-10, 10).map(lambda value: round(value, 4)),
)


def shown(value, decimal):
    """Write a number as Python does, with a decimal sign."""
    return repr(value).replace(".", decimal)


@st.composite
def tables(draw, *, by_date=False):
    """Draw a text, with what a right reading of it gives: x and the columns."""
    pairs = [pair for pair in SIGNS if not by_date or pair[0].strip() or pair[0] == "\t"]
    delimiter, decimal = draw(st.sampled_from(pairs))
    number = draw(st.integers(1, 3))
    length = draw(st.integers(2, 30))
    columns = [draw(st.lists(numbers, min_size=length, max_size=length)) for _ in range(number)]
    x, texts = draw(dates(length)) if by_date else draw(growing(length, decimal))
    missing = draw(st.sampled_from(MISSING))
    if not missing and not delimiter.strip(" "):
        missing = "nan"
    holes = draw(
        st.sets(st.tuples(st.integers(0, number - 1), st.integers(0, length - 1)), max_size=4)
    )
    rows = []
    for place in range(length):
        fields = [texts[place]]
        for column in range(number):
            is_hole = (column, place) in holes
            fields.append(missing if is_hole else shown(columns[column][place], decimal))
        rows.append(fields)
    lines = draw(written(rows, delimiter))
    values = np.array(columns, float)
    for column, place in holes:
        values[column, place] = np.nan
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"])), x, values


@st.composite
def growing(draw, length, decimal):
    steps = draw(st.lists(st.floats(0.001, 100), min_size=length, max_size=length))
    x = np.round(draw(st.floats(-1e6, 1e6)) + np.cumsum(steps), 3)
    return x, [shown(float(value), decimal) for value in x]


@st.composite
def dates(draw, length):
    form = draw(st.sampled_from([*FORMS]))
    start = draw(st.datetimes(datetime(1970, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001 - naive
    step = timedelta(seconds=draw(st.sampled_from([0.001, 1, 60, 86_400, 2_592_000])))
    moments = [start + place * step for place in range(length)]
    x = np.array(moments, "M8[us]").astype(f"M8[{FORMS[form]}]")
    return x, [moment.replace(tzinfo=UTC).strftime(form) for moment in moments]


@st.composite
def written(draw, rows, delimiter):
    """Write rows with titles, units, comments and quotes around them, or without."""
    width = len(rows[0])
    lines = ["# made by a logger, 7 V", "Logger 7"][: draw(st.integers(0, 2))]
    if draw(st.booleans()):
        units = [draw(st.sampled_from(UNITS)) for _ in range(width)]
        join = delimiter if delimiter.strip(" ") else "\t"
        if join == delimiter:
            titles = [
                f"column{n} ({unit})" if unit else f"column{n}" for n, unit in enumerate(units)
            ]
            lines.append(join.join(titles))
    quote = '"' if draw(st.booleans()) and delimiter in ",;" else ""
    end = delimiter if draw(st.booleans()) and delimiter in ",;" else ""
    body = [delimiter.join(f"{quote}{field}{quote}" for field in fields) + end for fields in rows]
    comment = draw(st.sampled_from(["", " # the lamp was off", "#1"]))
    place = draw(st.integers(0, len(body) - 1))
    body[place] += comment
    if draw(st.booleans()):
        body.insert(draw(st.integers(1, len(body))), draw(st.sampled_from(["# pause", ""])))
    return [*lines, *body]


def read(folder: Path, text: str):
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8", newline="\n")
    return read_file(path, read_options(None))


common = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@seed(20_261_128)
@common
@given(table=tables())
@pytest.mark.filterwarnings("ignore::datalab_kernel.errors.FormatWarning")
def test_a_table_of_numbers_is_read_equal_or_refused(tmp_path, table):
    text, x, columns = table
    there = [column for column in columns if not np.isnan(column).all()]
    assume(there)  # without any, the first column is all that there is
    try:
        found = read(tmp_path, text)
    except FileFormatError:
        return
    assert len(found) == len(there), text
    for signal, column in zip(found, there, strict=True):
        np.testing.assert_array_equal(signal.xydata, [x, column], text)


@seed(20_261_128)
@common
@given(table=tables(by_date=True))
@pytest.mark.filterwarnings("ignore::datalab_kernel.errors.FormatWarning")
def test_a_table_by_date_is_read_equal_or_refused(tmp_path, table):
    text, x, columns = table
    there = [column for column in columns if not np.isnan(column).all()]
    try:
        found = read(tmp_path, text)
    except FileFormatError:
        return
    assert len(found) == len(there), text
    for signal, column in zip(found, there, strict=True):
        np.testing.assert_array_equal(stamps_of(signal.metadata, signal.x), x, text)
        np.testing.assert_array_equal(signal.y, column, text)


@seed(20_261_128)
@settings(common, max_examples=EXAMPLES // 2)
@given(table=tables())
@pytest.mark.filterwarnings("ignore::datalab_kernel.errors.FormatWarning")
def test_most_plain_tables_are_read_and_not_refused(tmp_path, table):
    """Refusing everything would pass the others."""
    text, x, columns = table
    if len(x) < 12 or np.isnan(columns).any() or "#" in text or '"' in text:
        return
    assert read(tmp_path, text)
