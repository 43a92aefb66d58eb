"""Instruments' texts, written by hand after their published layouts: axes, units, notes, refusals."""

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import read_file, read_options
from datalab_kernel.formats.instruments._bruker import UXD, XY
from datalab_kernel.formats.instruments._eclab import ECLAB
from datalab_kernel.formats.instruments._emsa import EMSA
from datalab_kernel.formats.instruments._esri import ESRI
from datalab_kernel.formats.instruments._labspec import LABSPEC
from datalab_kernel.formats.instruments._labview import LABVIEW
from datalab_kernel.formats.instruments._touchstone import TOUCHSTONE
from datalab_kernel.notes import notes_of
from datalab_kernel.testing import ReaderContract, SampleFile

MSA = """#FORMAT      : EMSA/MAS Spectral Data File
#VERSION     : 1.0
#TITLE       : NiO edge
#NPOINTS     : 5.
#NCOLUMNS    : 3.
#XUNITS      : eV
#YUNITS      : Intensity
#DATATYPE    : Y
#XPERCHAN    : 0.5
#OFFSET      : 520.25
#BEAMKV   -kV: 120.0
#SPECTRUM    : Spectral Data Starts Here
4066.0, 3996.0, 3932.0,
3923.0, 5602.0,
#ENDOFDATA   : End Of Data and File
"""
MSA_XY = """#FORMAT      : EMSA/MAS Spectral Data File
#VERSION     : 1.0
#NPOINTS     : 3
#NCOLUMNS    : 1
#XUNITS      : nm
#YUNITS      : counts
#DATATYPE    : XY
#XLABEL      : Emission
#SPECTRUM    : Spectral Data Starts Here
400.0, 10
401.5, 20
404.0, 15
#ENDOFDATA   :
"""
LVM_NO_X = (
    "LabVIEW Measurement\t\nWriter_Version\t2\nSeparator\tTab\nDecimal_Separator\t,\n"
    "Multi_Headings\tYes\nX_Columns\tNo\nOperator\tme\n***End_of_Header***\t\n\t\t\n"
    "Channels\t2\t\t\nSamples\t3\t3\t\nY_Unit_Label\tN\tm/s^2\t\nX_Dimension\tTime\tTime\t\n"
    "X0\t0,25\t0,0\t\nDelta_X\t0,5\t0,125\t\n***End_of_Header***\t\t\t\n"
    "X_Value\tForce\tAcceleration\tComment\n\t1,5\t10,25\n\t0,5\t11,25\n\t2,5\t12,25\n"
)
LVM_ONE_X = (
    "LabVIEW Measurement,\nWriter_Version,0.92\nReader_Version,1\nSeparator,Comma\n"
    "Multi_Headings,No\nX_Columns,One\nTime_Pref,Relative\n***End_of_Header***,\n,\n"
    "Channels,1,\nSamples,3,\nY_Unit_Label,Volts,\nX_Dimension,Time,\nX0,0.0E+0,\n"
    "Delta_X,1.000000E-4,\n***End_of_Header***,,\nX_Value,Voltage,Comment\n"
    "0.000000,1.5,start\n0.000100,2.5\n0.000200,3.5\n,\n0.000000,4.5\n0.000100,5.5\n0.000200,6.5\n"
)
LVM_MULTI_X = (
    "LabVIEW Measurement\t\nWriter_Version\t2\nSeparator\tTab\nMulti_Headings\tYes\n"
    "X_Columns\tMulti\n***End_of_Header***\t\n\t\n"
    "Channels\t2\t\t\t\t\nSamples\t3\t\t2\t\t\nY_Unit_Label\tV\t\tA\t\t\n"
    "X_Dimension\tTime\t\tTime\t\t\nX0\t0\t\t1\t\t\nDelta_X\t0.5\t\t0.25\t\t\n"
    "***End_of_Header***\t\t\t\t\t\nX_Value\tU\tX_Value\tI\tComment\n"
    "0\t1\t1\t7\n0.5\t2\t1.25\t8\n1\t3\t\t\n"
)
MPT = (
    "EC-Lab ASCII FILE\r\nNb header lines : 5\r\n\r\nCyclic Voltammetry\r\n"
    "mode\tox/red\ttime/s\tEwe/V\t<I>/mA\tcycle number\t\r\n"
    "2\t1\t1,5\t0,25\t-0,5\t1\t\r\n2\t0\t2,0\t0,5\t1,25E-001\t2\t\r\n"
)
S2P = """! Agilent, 5 Jan 2026
# MHz S DB R 75
10 -1 10  -20.5 20  -21 30  -2 40
20 -1.5 11 -20 21   -22 31  -3 41 ! last
! noise
5 1.5 0.25 60 0.5
15 1.75 0.3 61 0.6
"""
S1P = "# GHz Z RI R 50\n1.0 2.5 3.5\n2.0 4.5 5.5\n"
S3P = """# KHz S MA R 50
1 1 2 3 4 5 6
  7 8 9 10 11 12
  13 14 15 16 17 18
"""
UXD_TEXT = """; C:\\DATA\\quartz.raw (Diffrac AT V1) File converted by XCH V1.0
_FILEVERSION=1
_SAMPLE='Quartz'
_ANODE='CU'
_WL1=1.540600
; (Data for Range number 1)
_STEPTIME=1.000000
_STEPSIZE=0.25
_START=10.000000
_STEPCOUNT=10
_COUNTS
  101  102  103  104  105  106  107  108
  109  110
; (Data for Range number 2)
_STEPTIME=2.000000
_STEPSIZE=0.5
_START=20.500000
_STEPCOUNT=2
_COUNTS
  7  8
"""
UXD_PAIRS = "; one range\n_FILEVERSION=2\n_2THETACPS\n  10.0  101.5\n  10.5  99\n"
XY_TEXT = (
    '\'Id: "A-1" Comment: "two words" Operator: "Lab" Anode: "Cu" Scantype: "Coupled" TimePerStep: "2"\n'
    "10.0 101\n10.25 99\n10.5 98\n"
)
GRID = """ncols 3
nrows 2
xllcorner 100.0
yllcorner 50.0
cellsize 10.0
NODATA_value -9999
1 2 -9999
4 5.5 6
"""
GRID_CENTRES = "NCOLS 2\nNROWS 2\nXLLCENTER 1\nYLLCENTER 2\nDX 0.5\nDY 0.25\n1 2\n3 4\n"
LINE_MAP = "#Acq. time (s)=\t5\n\t100.5\t101.0\t101.5\n-1.0\t7\t8\t9\n0.5\t4\t5\t6\n0.75\t1\t2\t3\n"
XY_MAP = "\t\t300\t200\t100\n0\t10\t3\t2\t1\n0\t20\t6\t5\t4\n1\t10\t9\t8\t7\n"


def sample(name, text, *arrays):
    return SampleFile(name=name, content=text.encode("latin-1"), arrays=arrays)


def read(tmp_path, name, text, **said):
    path = tmp_path / name
    path.write_bytes(text.encode("latin-1"))
    return read_file(path, read_options(said))


def refused(tmp_path, name, text):
    with pytest.raises(FileFormatError) as caught:
        read(tmp_path, name, text)
    return caught.value


class TestEmsa(ReaderContract):
    reader = EMSA

    def samples(self):
        x = [520.25, 520.75, 521.25, 521.75, 522.25]
        return [
            sample("a.msa", MSA, [x, [4066, 3996, 3932, 3923, 5602]]),
            sample("xy.msa", MSA_XY, [[400, 401.5, 404], [10, 20, 15]]),
        ]


class TestLabview(ReaderContract):
    reader = LABVIEW
    last_number_may_be_cut = True

    def samples(self):
        x = [0.0, 1e-4, 2e-4]
        return [
            sample(
                "no.lvm",
                LVM_NO_X,
                [[0.25, 0.75, 1.25], [1.5, 0.5, 2.5]],
                [[0, 0.125, 0.25], [10.25, 11.25, 12.25]],
            ),
            sample("one.lvm", LVM_ONE_X, [x, [1.5, 2.5, 3.5]], [x, [4.5, 5.5, 6.5]]),
            sample("multi.lvm", LVM_MULTI_X, [[0, 0.5, 1], [1, 2, 3]], [[1, 1.25], [7, 8]]),
        ]


class TestEcLab(ReaderContract):
    reader = ECLAB
    last_number_may_be_cut = True

    def samples(self):
        t = [1.5, 2.0]
        return [sample("a.mpt", MPT, [t, [0.25, 0.5]], [t, [-0.5, 0.125]], [t, [1, 2]])]


class TestTouchstone(ReaderContract):
    reader = TOUCHSTONE
    last_number_may_be_cut = True

    def samples(self):
        f = [10, 20]
        rows = [
            (-1, -1.5),
            (10, 11),
            (-20.5, -20),
            (20, 21),
            (-21, -22),
            (30, 31),
            (-2, -3),
            (40, 41),
        ]
        return [
            sample("a.s2p", S2P, *([f, row] for row in rows)),
            sample("a.s1p", S1P, [[1, 2], [2.5, 4.5]], [[1, 2], [3.5, 5.5]]),
            sample("a.s3p", S3P, *([[1], [value]] for value in range(1, 19))),
        ]


class TestUxd(ReaderContract):
    reader = UXD
    last_number_may_be_cut = True  # of pairs, which aren't counted

    def samples(self):
        first = [10 + 0.25 * np.arange(10), np.arange(101, 111)]
        return [
            sample("a.uxd", UXD_TEXT, first, [[20.5, 21.0], [7, 8]]),
            sample("pairs.uxd", UXD_PAIRS, [[10, 10.5], [101.5, 99]]),
        ]


class TestXy(ReaderContract):
    reader = XY
    last_number_may_be_cut = True

    def samples(self):
        return [sample("a.xy", XY_TEXT, [[10, 10.25, 10.5], [101, 99, 98]])]


class TestEsri(ReaderContract):
    reader = ESRI
    last_number_may_be_cut = True

    def samples(self):
        return [
            sample("a.asc", GRID, [[4, 5.5, 6], [1, 2, np.nan]]),
            sample("b.asc", GRID_CENTRES, [[3, 4], [1, 2]]),
        ]


class TestLabSpec(ReaderContract):
    reader = LABSPEC
    last_number_may_be_cut = True

    def samples(self):
        return [
            sample("line.txt", LINE_MAP, [[7, 8, 9], [4, 5, 6], [1, 2, 3]]),
            sample("map.txt", XY_MAP, [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        ]


# -- axes, units, labels, what else a file says ----------------------------------------------


def test_an_energy_loss_spectrum_has_its_units_and_keywords(tmp_path):
    (obj,) = read(tmp_path, "a.msa", MSA)
    assert (obj.title, obj.xlabel, obj.xunit, obj.yunit) == ("a", "Energy", "eV", "")
    assert obj.ylabel == "Intensity"
    assert obj.metadata["TITLE"] == "NiO edge"
    assert obj.metadata["BEAMKV"] == 120.0
    (obj,) = read(tmp_path, "b.msa", MSA_XY)
    assert (obj.xlabel, obj.xunit, obj.ylabel, obj.yunit) == ("Emission", "nm", "Counts", "")


def test_a_unit_that_names_its_quantity_is_both(tmp_path):
    (obj,) = read(tmp_path, "a.msa", MSA.replace(": eV", ": Energy Loss (eV)"))
    assert (obj.xlabel, obj.xunit) == ("Energy Loss", "eV")


def test_pairs_beyond_what_an_msa_counts_are_read_and_noted(tmp_path):
    """The standard's own example has 21 of 20 points."""
    (obj,) = read(tmp_path, "a.msa", MSA_XY.replace(": 3", ": 2"))
    assert obj.x.tolist() == [400, 401.5, 404]
    assert notes_of(obj)[0].text == "All 3 points were read, although #NPOINTS is 2."


def test_an_msa_with_other_points_than_it_says_is_refused(tmp_path):
    text = MSA.replace("3923.0, ", "")
    assert "says that there are 5 points, and has 4" in str(refused(tmp_path, "a.msa", text))


def test_channels_of_labview_have_their_names_units_and_times(tmp_path):
    force, acceleration = read(tmp_path, "hammer.lvm", LVM_NO_X)
    assert (force.title, force.ylabel, force.yunit) == ("hammer Force", "Force", "N")
    assert acceleration.yunit == "m/s^2"
    assert (force.xlabel, force.xunit) == ("Time", "s")
    assert force.metadata["Operator"] == "me"


def test_segments_of_labview_are_numbered(tmp_path):
    signals = read(tmp_path, "a.lvm", LVM_ONE_X)
    assert [obj.title for obj in signals] == ["a Voltage 1", "a Voltage 2"]
    assert signals[0].yunit == "V"


def test_the_times_of_labview_are_those_of_the_interval_and_not_of_the_rounded_column(tmp_path):
    count = 3000
    head = LVM_ONE_X.partition("0.000000,1.5")[0].replace("1.000000E-4", "4.0E-10")
    text = head.replace("Samples,3", f"Samples,{count}")
    text += "".join(f"{n * 4e-10:.3E},{n}\n" for n in range(count))
    (obj,) = read(tmp_path, "a.lvm", text)
    np.testing.assert_array_equal(obj.x, np.arange(count) * 4e-10)


def test_comments_on_rows_of_labview_are_kept_and_noted(tmp_path):
    first, second = read(tmp_path, "a.lvm", LVM_ONE_X)
    assert first.metadata["Comment"] == ["start", "", ""]
    assert "metadata['Comment']" in notes_of(first)[0].advice
    assert notes_of(second) == ()


def test_what_was_appended_below_one_header_of_labview_is_a_guess_where_no_x_is_printed(tmp_path):
    text = LVM_NO_X.replace("Multi_Headings\tYes", "Multi_Headings\tNo") + "\t3,5\t13,25\n"
    force, _ = read(tmp_path, "a.lvm", text)
    assert force.x.tolist() == [0.25, 0.75, 1.25, 1.75]
    assert [note.is_guess for note in notes_of(force)] == [True]
    assert "says 3" in str(refused(tmp_path, "b.lvm", LVM_NO_X + "\t3,5\t13,25\n"))


def test_fewer_samples_of_labview_than_it_says_are_refused(tmp_path):
    text = LVM_NO_X.removesuffix("\t2,5\t12,25\n")
    assert "it has 2 samples and says 3" in str(refused(tmp_path, "a.lvm", text))


def test_special_blocks_of_labview_are_noted(tmp_path):
    text = LVM_NO_X.replace(
        "***End_of_Header***\t\n\t\t\n",
        "***End_of_Header***\t\n\t\t\n***Start_Special***\n1\t2\n***End_Special***\n\n",
    )
    signals = read(tmp_path, "a.lvm", text)
    assert ["special" in notes_of(obj)[0].text for obj in signals] == [True, True]


def test_a_voltammogram_is_over_time_and_its_flags_are_noted(tmp_path):
    signals = read(tmp_path, "cv.mpt", MPT)
    assert [(obj.title, obj.yunit) for obj in signals] == [
        ("cv Ewe", "V"),
        ("cv <I>", "mA"),
        ("cv cycle number", ""),
    ]
    assert (signals[0].xlabel, signals[0].xunit) == ("Time", "s")
    assert "mode, ox/red" in notes_of(signals[0])[0].text
    assert "Cyclic Voltammetry" in signals[0].metadata["header"]


def test_a_voltammogram_of_other_columns_than_x_asks_which_it_is(tmp_path):
    error = refused(tmp_path, "a.mpt", MPT.replace("time/s", "P/W"))
    assert "none of its columns is time/s or freq/Hz" in str(error)
    signals = read(
        tmp_path, "a.mpt", MPT, skiprows=4, header=0, x="Ewe/V", decimal=",", delimiter="\t"
    )
    assert signals[0].x.tolist() == [0.25, 0.5]


def test_network_parameters_have_their_names_the_frequency_its_unit(tmp_path):
    signals = read(tmp_path, "amp.s2p", S2P)
    assert [obj.title for obj in signals[:4]] == [
        "amp S11 magnitude",
        "amp S11 phase",
        "amp S21 magnitude",
        "amp S21 phase",
    ]
    assert (signals[0].xlabel, signals[0].xunit) == ("Frequency", "MHz")
    assert [obj.yunit for obj in signals[:2]] == ["dB", "°"]
    assert signals[0].metadata["R"] == 75
    assert "noise" in notes_of(signals[0])[0].text


def test_touchstone_2_is_refused_by_its_name(tmp_path):
    text = "[Version] 2.0\n# GHz S RI R 50\n[Number of Ports] 1\n[Network Data]\n1 2 3\n"
    assert "Touchstone 2" in str(refused(tmp_path, "a.s1p", text))


def test_numbers_that_arent_rows_for_the_ports_are_refused(tmp_path):
    assert "rows of 9 for 2 ports" in str(refused(tmp_path, "a.s2p", "# GHz S RI R 50\n1 2 3\n"))


def test_each_range_of_a_diffractogram_is_a_signal_over_its_angles(tmp_path):
    first, second = read(tmp_path, "quartz.uxd", UXD_TEXT)
    assert (first.title, second.title) == ("quartz range 1", "quartz range 2")
    assert (first.xlabel, first.xunit, first.ylabel) == ("2θ", "°", "Counts")
    assert first.metadata["SAMPLE"] == second.metadata["SAMPLE"] == "Quartz"
    assert [obj.metadata["STEPTIME"] for obj in (first, second)] == [1.0, 2.0]
    (rate,) = read(tmp_path, "a.uxd", UXD_PAIRS)
    assert (rate.ylabel, rate.yunit) == ("Intensity", "1/s")


def test_a_diffractogram_with_other_steps_than_it_says_is_refused(tmp_path):
    error = refused(tmp_path, "a.uxd", UXD_TEXT.replace("  109  110\n", ""))
    assert "says that there are 10 points, and has 8" in str(error)


def test_what_the_first_line_of_an_xy_says_is_kept(tmp_path):
    (obj,) = read(tmp_path, "a.xy", XY_TEXT)
    assert obj.metadata["Comment"] == "two words"
    assert obj.metadata["TimePerStep"] == 2
    assert (obj.xlabel, obj.xunit) == ("2θ", "°")


def test_a_grid_is_an_image_in_its_coordinates_from_the_south(tmp_path):
    (image,) = read(tmp_path, "dem.asc", GRID)
    assert (image.x0, image.y0, image.dx, image.dy) == (105, 55, 10, 10)
    assert "turned round" in notes_of(image)[0].text
    (image,) = read(tmp_path, "b.asc", GRID_CENTRES)
    assert (image.x0, image.y0, image.dx, image.dy) == (1, 2, 0.5, 0.25)


def test_a_grid_of_another_size_than_it_says_is_refused_with_the_line(tmp_path):
    error = refused(tmp_path, "a.asc", GRID.replace("4 5.5 6", "4 5.5"))
    assert error.line == 8
    assert "has 1 rows" in str(refused(tmp_path, "a.asc", GRID.replace("1 2 -9999\n", "")))


def test_a_line_map_is_an_image_over_wavenumber_and_position(tmp_path):
    (image,) = read(tmp_path, "a.txt", LINE_MAP)
    assert image.xcoords.tolist() == [100.5, 101, 101.5]
    assert image.ycoords.tolist() == [-1, 0.5, 0.75]
    assert (image.xlabel, image.xunit, image.ylabel) == ("Wavenumber", "cm⁻¹", "Position")
    assert image.metadata["Acq. time (s)"] == 5


def test_a_map_says_where_its_spectra_were_taken(tmp_path):
    (image,) = read(tmp_path, "a.txt", XY_MAP)
    assert image.xcoords.tolist() == [100, 200, 300]
    assert image.metadata["map_x"].tolist() == [10, 20, 10]
    assert "map_x" in notes_of(image)[0].advice


def test_a_person_who_says_how_the_columns_lie_is_believed(tmp_path):
    (obj,) = read(tmp_path, "a.msa", MSA_XY, skiprows=9, header=None, comment="#")
    assert obj.x.tolist() == [400, 401.5, 404]
