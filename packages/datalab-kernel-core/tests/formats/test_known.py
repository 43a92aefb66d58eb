"""Formats that the core knows and doesn't read: refused by name, with what would read them."""

import struct

import numpy as np
import pytest
import scipy.io

from datalab_kernel.errors import FileFormatError
from datalab_kernel.formats import _listing, _registry, list_formats, read_file, read_options
from datalab_kernel.formats._known import KNOWN
from datalab_kernel.formats._reader import Reader, by_magic
from datalab_kernel.formats._registry import reader_of

NUL = bytes(400)
ROHDE_SCHWARZ = (
    b'<?xml version="1.0" standalone="no"?>\r\n<Database FWVersion="" SaveItemType="Data">\r\n'
    b'<Prop Name="SignalFormat" Value="eRS_SIGNAL_FORMAT_FLOAT"></Prop>\r\n'
)


def siglent(version, flags=(1, 0, 0, 0), value=(0.5, 8)):
    """Make the header of a version, as Siglent publishes it: switches, four scales, four offsets."""
    if version == 6:
        return struct.pack("<IHH32s", 6, 108, 0, b"SDS6204A") + NUL
    head = {
        1: b"",
        2: struct.pack("<I", 2),
        3: struct.pack("<I", 3),
        4: struct.pack("<2I", 4, 4096),
    }
    rest = bytes(4) if version == 1 else bytes(28)
    return (
        head[version] + struct.pack("<4I", *flags) + 8 * (struct.pack("<dI", *value) + rest) + NUL
    )


BEGINNINGS = {
    "Tektronix waveform (.isf)": ("a.isf", b":WFMPRE:BYT_NR 2;BIT_NR 16;:CURVE #15\0\1\0\2"),
    "Teledyne LeCroy trace": ("a.trc", b"#9000500346WAVEDESC" + NUL),
    "NI TDMS": ("a.tdms", b"TDSm\x0e\0\0\0"),
    "Rigol (binary)": ("a.bin", b"RG01" + NUL),
    "Rigol waveform (.wfm)": ("a.wfm", b"\xa5\xa5\x38\0" + NUL),
    "Tektronix waveform (.wfm)": ("a.wfm", b"\x0f\x0f:WFM#003" + NUL),
    "Keysight or Agilent (binary)": ("a.bin", b"AG10" + NUL),
    "Siglent (binary)": ("a.bin", siglent(4)),
    "Rohde & Schwarz (binary)": ("a.bin", ROHDE_SCHWARZ),
    "sound (WAVE)": ("a.wav", b"RIFF\x24\0\0\0WAVEfmt "),
    "SigMF": ("a.sigmf-meta", b'{"global": {"core:datatype": "ri16_le"}}'),
    "Axon ABF": ("a.abf", b"ABF2" + NUL),
    "EDF+ or BDF": ("a.edf", b"0       " + b" " * 250),
    "WFDB (PhysioNet)": ("100.hea", b"100 2 360 650000\n100.dat 212 200 11 1024 995\n"),
    "PicoQuant histograms": ("a.phu", b"PQHISTO\0" + NUL),
    "PicoQuant time tags": ("a.ptu", b"PQTTTR\0\0" + NUL),
    "Becker & Hickl": ("a.sdt", NUL[:32] + b"\x55\x55" + NUL),
    "flow cytometry (FCS)": ("a.fcs", b"FCS3.0    " + NUL),
    "Zeiss CZI": ("a.czi", b"ZISRAWFILE" + NUL),
    "Nikon ND2": ("a.nd2", b"\xda\xce\xbe\x0a" + NUL),
    "Leica LIF": ("a.lif", b"p\0\0\0" + NUL),
    "Galactic SPC": ("a.spc", b"\0K" + NUL),
    "Renishaw WiRE": ("a.wdf", b"WDF1" + NUL),
    "Bruker OPUS": ("a.0", b"\n\n\xfe\xfe" + NUL),
    "WITec Project": ("a.wip", b"WIT_PR06" + NUL),
    "Origin": ("a.opj", b"CPYA 4.2673" + NUL),
    "Gwyddion": ("a.gwy", b"GWYPGwyContainer\0"),
    "Gwyddion Simple Field": ("a.gsf", b"Gwyddion Simple Field 1.0\nXRes = 2\nYRes = 2\n\0\0"),
    "Digital Surf": ("a.sur", b"DIGITAL SURF" + NUL),
    "Igor binary wave": ("a.ibw", b"\x05\0" + NUL),
    "Keyence": ("a.vk4", b"VK4_" + NUL),
    "Sensofar or ISO 25178 (.plux, .x3p)": ("a.x3p", b"PK\x03\x04" + NUL),
    "Bruker NanoScope": ("a.spm", b"\\*File list\r\n\\Version: 0x09300201\r\n"),
    "JPK": ("a.jpk-force", b"PK\x03\x04" + NUL),
    "Nanonis": ("a.sxm", b":NANONIS_VERSION:\n2\n:SCANIT_TYPE:\n"),
    "Gatan DigitalMicrograph": ("a.dm4", b"\0\0\0\4" + NUL),
    "MRC": ("a.mrc", NUL[:208] + b"MAP " + NUL),
    "Bruker (.bcf)": ("a.bcf", b"AAMVHFSS" + NUL),
    "NanoMegas (.blo)": ("a.blo", b"IMGBLO" + NUL),
    "FEI or Thermo Fisher (.ser)": ("a.ser", b"II\x97\x01" + NUL),
    "Hamamatsu": ("a.img", b"IM\x10\0" + NUL),
    "JEOL": ("a.pts", b"\x30\x01\0\0" + NUL),
    "EDAX": ("a.spd", b"MAPSPECTRA_DATA\0" + NUL),
    "Horiba LabSpec (.xml)": ("a.xml", b'<?xml version="1.0"?>\n<LSX Version="1.0">\n1 2\n3 4\n'),
    "TriVista": ("a.tvf", b'<?xml version="1.0"?>\n<XmlMain Filename="a.tvf">\n1 2\n'),
    "ESRF EDF": ("a.edf", b"{\nHeaderID = EH:000001:000000:000000 ;\nDim_1 = 2 ;\n}\n"),
    "FITS": ("a.fits", b"SIMPLE  =                    T"),
    "CBF": ("a.cbf", b"###CBF: VERSION 1.5\n"),
    "mar CCD": ("a.mccd", b"II*\0" + NUL),
    "MATLAB 4": ("a.mat", struct.pack("<5i", 0, 2, 3, 0, 2) + b"x\0" + NUL),
    "VAMAS": ("a.vms", b"VAMAS Surface Chemical Analysis Standard Data Transfer Format\n1\n2\n"),
    "CIF": ("a.cif", b"# made by\n\ndata_quartz\n_cell_length_a 4.9\nloop_\n_meas\n100\n120\n"),
    "PANalytical XRDML": (
        "a.xrdml",
        b'<?xml version="1.0"?>\n<xrdMeasurements status="Completed">',
    ),
    "XML": ("a.xml", b'\xef\xbb\xbf<?xml version="1.0"?>\n<data>\n1 2\n3 4\n</data>'),
    "NetCDF 3": ("a.nc", b"CDF\x01" + NUL),
    "Excel": ("a.xlsx", b"PK\x03\x04" + NUL),
    "Excel before 2007": ("a.xls", b"\xd0\xcf\x11\xe0" + NUL),
    "Parquet": ("a.parquet", b"PAR1" + NUL),
    "Arrow": ("a.feather", b"ARROW1\0\0" + NUL),
    "NeXus or HDF5": ("a.nxs", b"\x89HDF\r\n\x1a\n" + NUL),
}


@pytest.fixture(autouse=True)
def no_plugins(monkeypatch):
    """Where datalab-kernel-formats is installed too, its readers are asked first."""
    monkeypatch.setattr(_registry, "_plugins", lambda _: ())


def refused(tmp_path, name):
    file_name, content = BEGINNINGS[name]
    path = tmp_path / file_name
    path.write_bytes(content)
    with pytest.raises(FileFormatError) as caught:
        read_file(path, read_options(None))
    return caught.value


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_file_is_refused_by_the_name_of_its_format_with_the_package_that_reads_it(
    tmp_path, known
):
    error = refused(tmp_path, known.name)
    assert f"a file of {known.name}, which" in str(error)
    assert BEGINNINGS[known.name][0] in str(error)
    for package in known.packages:
        assert package in str(error)
    assert error.package in (known.library or None, "datalab-kernel-formats")


def test_an_adapted_format_says_both_packages_and_its_librarys_licence(tmp_path):
    text = str(refused(tmp_path, "NI TDMS"))
    assert "The package datalab-kernel-formats reads such files, with npTDMS (LGPL-3.0): " in text
    assert text.endswith("install datalab-kernel-formats npTDMS")


def test_a_format_without_a_library_says_what_to_do_instead(tmp_path):
    error = refused(tmp_path, "Keysight or Agilent (binary)")
    assert error.package is None
    assert "Export it as CSV" in str(error)


@pytest.mark.parametrize("version", [1, 2, 3, 4, 6])
def test_siglents_files_are_recognised_by_where_their_channels_are(tmp_path, version):
    assert reader_of(siglent(version), tmp_path / "a.bin").name == "Siglent (binary)"


@pytest.mark.parametrize(
    "content",
    [
        siglent(4, flags=(1, 2, 0, 0)),
        siglent(4, value=(float("nan"), 8)),
        siglent(2, value=(0.5, 17)),
        siglent(1, flags=(0, 0, 0, 0)),
        struct.pack("<I", 4) + NUL,
        siglent(3)[:200],
    ],
)
def test_other_binary_files_are_not_taken_for_siglents(tmp_path, content):
    assert reader_of(content, tmp_path / "a.bin") is None


def test_the_values_of_rohde_schwarz_are_known_by_the_file_beside_them(tmp_path):
    values = tmp_path / "a.Wfm.bin"
    values.write_bytes(struct.pack("<2I2f", 4, 2, 0.5, 1.5))
    with pytest.raises(FileFormatError, match="no reader knows"):
        read_file(values, read_options(None))
    (tmp_path / "a.bin").write_bytes(ROHDE_SCHWARZ)
    with pytest.raises(FileFormatError, match="a file of Rohde & Schwarz .binary., which"):
        read_file(values, read_options(None))


def test_the_library_of_a_lecroy_trace_is_none_that_stretches_its_times(tmp_path):
    assert "lecroyparser" not in str(refused(tmp_path, "Teledyne LeCroy trace"))


@pytest.mark.parametrize("order", "<>")
def test_a_matrix_that_scipy_writes_for_matlab_4_is_refused_by_its_name(tmp_path, order):
    path = tmp_path / "old.mat"
    scipy.io.savemat(path, {"x": np.arange(6.0).reshape(2, 3)}, format="4")
    if order == ">":
        data = path.read_bytes()
        words = struct.unpack("<5i", data[:20])
        numbers = np.frombuffer(data[22:], "<f8").astype(">f8").tobytes()
        path.write_bytes(struct.pack(">5i", 1000, *words[1:]) + data[20:22] + numbers)
    assert scipy.io.loadmat(path)["x"].tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(FileFormatError, match="MATLAB 4.*scipy"):
        read_file(path, read_options(None))


def test_text_that_only_begins_alike_is_of_no_such_format(tmp_path):
    beginnings = [b"KLM 1\n1 2\n2 3\n", b"AG10;5\n1;2\n2;3\n", b"IM 1\n1 2\n", b"PK;K\n1;2\n"]
    for content in beginnings:
        assert reader_of(content, tmp_path / "a.csv").name == "text"


# -- what people are shown of all this ----------------------------------------------------


def test_a_reader_whose_library_is_missing_says_what_it_keeps_and_what_it_needs(monkeypatch):
    reader = Reader(
        name="photons",
        suffixes=(".pho",),
        recognises=by_magic(b"PHO"),
        read=lambda *_: [],
        keeps="times; adapter not run on a real file",
        library="no-such-package",
    )
    monkeypatch.setattr(_listing, "plugins", lambda: ((reader, "photon-formats"),))
    (row,) = [row for row in list_formats() if row.name == "photons"]
    assert not row.is_read
    assert row.remark.startswith("times; adapter not run on a real file. Needs no-such-package: ")


def test_the_list_has_each_format_once_and_those_that_are_read_first():
    rows = list_formats()
    names = [row.name for row in rows]
    assert len(names) == len(set(names))
    assert {known.name for known in KNOWN} <= set(names)
    assert {"text", "TIFF", "NumPy", "Rigol"} <= {row.name for row in rows if row.is_read}
    assert [row.is_read for row in rows] == sorted((row.is_read for row in rows), reverse=True)


def test_the_list_is_shown_as_text_and_as_a_table_of_html():
    rows = list_formats()
    text, html = repr(rows), rows._repr_html_()
    assert "formats are read here" in text
    assert "Bruker (.bcf)" in text
    assert "rosettasciio (GPL-3.0)" in text
    assert html.count("<table>") == 2
    assert "<td" in html
    assert "Becker &amp; Hickl" in html


def test_each_of_the_cores_formats_says_what_it_keeps():
    rows = [
        row for row in list_formats() if row.is_read and row.by.startswith("datalab-kernel-core")
    ]
    assert [row.name for row in rows if not row.remark] == []


def test_the_list_says_since_when_a_format_is_read_and_nothing_of_those_that_are_not():
    rows = list_formats()
    assert {row.since for row in rows if row.is_read} == {"1.0"}
    assert {row.since for row in rows if not row.is_read} <= {"", "1.0"}  # a library may be missing
    assert "since" in repr(rows).splitlines()[1]
