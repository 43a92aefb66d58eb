"""JCAMP-DX in all its forms, written by hand after the standard, against values computed by hand."""

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.formats.instruments._jcamp import JCAMP
from datalab_kernel.notes import notes_of
from datalab_kernel.testing import ReaderContract, SampleFile

HEAD = """##TITLE= film
##JCAMP-DX= 4.24 $$ by hand
##DATA TYPE= INFRARED SPECTRUM
##ORIGIN= nobody
##OWNER= public domain
##XUNITS= 1/CM
##YUNITS= TRANSMITTANCE
##FIRSTX= 400
##LASTX= {last}
##NPOINTS= {count}
##XFACTOR= 1.0
##YFACTOR= 0.5
##XYDATA= (X++(Y..Y))
"""
# The standard's own example of the forms: 1 2 3 3 2 1 0 -1 -2 -3 at x = 400 to 409
STANDARD = np.array([np.arange(400, 410), [0.5, 1, 1.5, 1.5, 1, 0.5, 0, -0.5, -1, -1.5]])
FORMS = {
    "plain": "400 1 2 3 3 2 1 0 -1 -2 -3\n",
    "packed": "400+1+2+3+3+2+1+0-1-2-3\n",
    "squeezed": "400ABCCBA@abc\n",
    "differences": "400AJJ%jjjjjj\n",
    "repeats": "400AJT%jX\n",
}
FORMS = {
    name: (HEAD.format(last=409, count=10) + body + "##END=\n") for name, body in FORMS.items()
}
# Differences over two lines: the second begins with the last value of the first, as its check
TWO_LINES = HEAD.format(last=405, count=6) + "400A0JJ\n402A2JJJ\n##END=\n"
DESCENDING = HEAD.format(last=396, count=5) + "400 1 2 3\n397 4 5\n##END=\n"
PAIRS = """##TITLE= peaks
##JCAMP-DX= 4.24
##DATA TYPE= MASS SPECTRUM
##XUNITS= M/Z
##YUNITS= RELATIVE ABUNDANCE
##NPOINTS= 3
##PEAK TABLE= (XY..XY)
400,10 401,20
402.5, 15
##END=
"""
MISSING = HEAD.format(last=402, count=3) + "400 1 ? 3\n##END=\n"
COMPOUND = (
    "##TITLE= both\n##JCAMP-DX= 4.24\n##DATA TYPE= LINK\n##BLOCKS= 3\n"
    + FORMS["plain"].replace("##TITLE= film", "##TITLE= before")
    + FORMS["repeats"].replace("##TITLE= film", "##TITLE= after").replace("0.5\n", "1\n")
    + "##END=\n"
)
FACTORED = """##TITLE= factored
##JCAMP-DX= 4.24
##DATA TYPE= RAMAN SPECTRUM
##XUNITS= NANOMETERS
##YUNITS= ARBITRARY UNITS
##FIRSTX= 500.25
##LASTX= 501.75
##DELTAX= 0.5
##NPOINTS= 4
##XFACTOR= 0.25
##YFACTOR= 1E-3
##XYDATA= (X++(Y..Y))
2001 1000 2.5E+2
2005 -750 12
##END=
"""


def sample(name, text, *arrays):
    return SampleFile(name=f"{name}.jdx", content=text.encode(), arrays=arrays)


class TestJcamp(ReaderContract):
    reader = JCAMP

    def samples(self):
        return [
            *(sample(name, text, STANDARD) for name, text in FORMS.items()),
            sample("two lines", TWO_LINES, [np.arange(400, 406), [5, 5.5, 6, 6.5, 7, 7.5]]),
            sample("falling", DESCENDING, [[400, 399, 398, 397, 396], [0.5, 1, 1.5, 2, 2.5]]),
            sample("pairs", PAIRS, [[400, 401, 402.5], [10, 20, 15]]),
            sample("missing", MISSING, [[400, 401, 402], [0.5, np.nan, 1.5]]),
            sample("compound", COMPOUND, STANDARD, STANDARD * [[1], [2]]),
            sample(
                "factored", FACTORED, [[500.25, 500.75, 501.25, 501.75], [1, 0.25, -0.75, 0.012]]
            ),
        ]


def read(tmp_path, text, name="film.jdx", **said):
    path = tmp_path / name
    path.write_text(text)
    return read_file(path, read_options(said))


def refused(tmp_path, text):
    with pytest.raises(FileFormatError) as caught:
        read(tmp_path, text)
    return caught.value


def test_labels_units_and_records_are_kept(tmp_path):
    (obj,) = read(tmp_path, FORMS["plain"])
    assert (obj.title, obj.xlabel, obj.xunit) == ("film", "Wavenumber", "cm⁻¹")
    assert (obj.ylabel, obj.yunit) == ("Transmittance", "")
    assert obj.metadata["DATA TYPE"] == "INFRARED SPECTRUM"
    assert obj.metadata["JCAMP-DX"] == 4.24
    (obj,) = read(tmp_path, FACTORED)
    assert (obj.xlabel, obj.xunit, obj.yunit) == ("Wavelength", "nm", "a.u.")


def test_the_spectra_of_a_compound_file_are_named_by_their_blocks(tmp_path):
    before, after = read(tmp_path, COMPOUND)
    assert (before.title, after.title) == ("film before", "film after")


def test_a_table_of_peaks_beside_a_spectrum_is_a_signal_too(tmp_path):
    text = FORMS["plain"].replace("##END=", "##PEAK TABLE= (XY..XY)\n402,3\n##END=")
    _, peaks = read(tmp_path, text)
    assert peaks.xydata.tolist() == [[402], [1.5]]
    assert peaks.title == "film film peaks"


def test_a_line_that_is_missing_is_found_by_the_next_ones_x(tmp_path):
    text = HEAD.format(last=408, count=9) + "400 1 2 3\n406 7 8 9\n##END=\n"
    error = refused(tmp_path, text)
    assert error.line == 15
    assert "begins at x = 406" in str(error)


def test_a_squeezed_digit_behind_an_x_with_decimals_is_no_exponent(tmp_path):
    text = HEAD.format(last=401, count=2) + "400.25E8A1\n##END=\n"
    (obj,) = read(tmp_path, text)
    assert obj.y.tolist() == [29, 5.5]  # 58 and 11, by the factor


def test_assignments_of_peaks_beside_a_spectrum_are_noted(tmp_path):
    text = FORMS["plain"].replace("##END=", "##PEAK ASSIGNMENTS= (XYMA)\n(402,3,s,<OH>)\n##END=")
    (obj,) = read(tmp_path, text)
    assert "PEAK ASSIGNMENTS" in notes_of(obj)[0].text


def test_a_form_whose_last_bracket_is_missing_is_known(tmp_path):
    (obj,) = read(tmp_path, FORMS["repeats"].replace("(X++(Y..Y))", "(X++(Y..Y)"))
    np.testing.assert_array_equal(obj.xydata, STANDARD)


def test_a_digit_that_was_lost_is_found_by_the_check_of_differences(tmp_path):
    error = refused(tmp_path, TWO_LINES.replace("402A2", "402A1"))
    assert "begins with 11, and the line above ended at 12" in str(error)


def test_other_points_than_it_says_are_refused(tmp_path):
    error = refused(tmp_path, HEAD.format(last=405, count=6) + "400 1 2 3 4 5\n##END=\n")
    assert "says that there are 6 points, and has 5" in str(error)


def test_ntuples_are_refused_by_name(tmp_path):
    text = "##TITLE= fid\n##JCAMP-DX= 5.0\n##DATA TYPE= NMR FID\n##NTUPLES= NMR FID\n##VAR_NAME= TIME, FID/REAL\n##PAGE= N=1\n##DATA TABLE= (X++(R..R)), XYDATA\n0 1 2\n##END NTUPLES= NMR FID\n##END=\n"
    error = refused(tmp_path, text)
    assert "NTUPLES, which isn't read" in str(error)
    assert "XYDATA" in str(error)


def test_other_forms_of_tables_are_refused_by_name(tmp_path):
    text = PAIRS.replace("(XY..XY)", "(XYW)")
    assert "##PEAKTABLE= (XYW), which isn't read" in str(refused(tmp_path, text))


def test_a_file_without_its_first_x_says_what_is_missing(tmp_path):
    assert "##FIRSTX= is missing" in str(
        refused(tmp_path, FORMS["plain"].replace("##FIRSTX= 400\n", ""))
    )


def test_a_decimal_comma_in_a_record_is_refused_with_it(tmp_path):
    text = FORMS["plain"].replace("##FIRSTX= 400", "##FIRSTX= 400,5")
    assert "##FIRSTX= is '400,5', which is no number" in str(refused(tmp_path, text))
