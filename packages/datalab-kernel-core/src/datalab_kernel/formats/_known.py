"""Formats that are recognised and that the core doesn't read, with the package that reads them.

A table: what a format is called, its suffixes, what tells its files, the library. Where
``datalab-kernel-formats`` has the reader, it is called the same there.

References
----------
The signatures are those of the formats' published layouts, or of the named libraries.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from datalab_kernel.formats._reader import by_magic
from datalab_kernel.formats._scope_binaries import is_rohde_schwarz, is_siglent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Recognises = Callable[[bytes, Path], bool]

FORMATS_PACKAGE = "datalab-kernel-formats"
_ESRF = re.compile(rb"\s*\{\s*(?:[^\n;=]*[;\n]\s*)?(?:EDF_|HeaderID|ByteOrder)", re.IGNORECASE)
_WFDB = re.compile(rb"(?:\s*#[^\n]*\n)*\s*[\w/-]+ +\d+(?: +[\d.e+-]+\S*)?(?: +\d+)?[^\n]*\r?\n")
_CIF = re.compile(rb"(?:[ \t\r]*(?:#[^\n]*)?\n)*[ \t]*data_\S*\s+(?:loop_|_\w|#)", re.IGNORECASE)
_MATLAB_4_BYTES, _MATLAB_4_KINDS, _MATLAB_4_NAME = 20, 52, 64
_ISF = re.compile(rb"\s*:?(?:WFMP(?:RE)?|WFMO(?:UTPRE)?):", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFormat:
    """A format by name.

    Parameters
    ----------
    name, suffixes, recognises
        As :class:`~datalab_kernel.formats.Reader` has them.
    library
        The package that reads it, as people install it; empty if none is known to be right.
    licence
        That package's.
    is_adapted
        Whether ``datalab-kernel-formats`` lets ``load`` read it, with that library or
        without one.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Recognises
    library: str = ""
    licence: str = ""
    is_adapted: bool = False

    @property
    def packages(self) -> tuple[str, ...]:
        """What must be installed so that somebody reads it."""
        needed = (FORMATS_PACKAGE if self.is_adapted else "", self.library)
        return tuple(package for package in needed if package)


def _with_suffix(recognises: Recognises, *suffixes: str) -> Recognises:
    """Want one of these suffixes too, where the first bytes may begin something else."""
    return lambda head, path: path.suffix.lower() in suffixes and recognises(head, path)


def _at(offset: int, *marks: bytes) -> Recognises:
    """Recognise files with one of these bytes at an offset."""
    return lambda head, _: head.startswith(marks, offset)


def _any(_head: bytes, _path: Path) -> bool:
    return True


def _is_hdf5(head: bytes, path: Path) -> bool:
    return head.startswith(b"\x89HDF\r\n\x1a\n") and path.suffix.lower() not in {".h5sig", ".h5ima"}


def _is_xml(head: bytes, _: Path) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5].lower() == b"<?xml"


def _is_wave(head: bytes, _: Path) -> bool:
    return head[:4] in {b"RIFF", b"RIFX", b"RF64"} and head[8:12] == b"WAVE"


def _is_matlab_4(head: bytes, path: Path) -> bool:
    """Say whether five numbers describe a matrix: type, rows, columns, imaginary part, length of its name.

    The file says nothing else of itself. MathWorks, "MAT-File Format", level 4.
    """
    if path.suffix.lower() != ".mat" or len(head) < _MATLAB_4_BYTES:
        return False
    for order, of_machine in (("<", 0), (">", 1000)):
        kind, rows, columns, is_complex, name_bytes = struct.unpack_from(f"{order}5i", head)
        is_kind = 0 <= kind - of_machine <= _MATLAB_4_KINDS
        is_size = min(rows, columns) >= 0 and is_complex in {0, 1}
        if is_kind and is_size and 1 < name_bytes <= _MATLAB_4_NAME:
            return True
    return False


def _foreign(  # noqa: PLR0913 - a row of the table
    name: str,
    suffixes: str,
    recognises: Recognises,
    library: str = "",
    licence: str = "",
    *,
    is_adapted: bool = False,
) -> KnownFormat:
    return KnownFormat(
        name=name,
        suffixes=tuple(suffixes.split()),
        recognises=recognises,
        library=library,
        licence=licence,
        is_adapted=is_adapted,
    )


_adapted = partial(_foreign, is_adapted=True)
_GPL, _BSD, _MIT, _LGPL = "GPL-3.0", "BSD-3-Clause", "MIT", "LGPL-3.0"
_MRC_SUFFIXES = (".mrc", ".mrcs", ".map", ".ccp4", ".st", ".rec", ".ali")

KNOWN = (
    # -- oscilloscopes and data acquisition
    _adapted("Tektronix waveform (.isf)", ".isf", lambda head, _: _ISF.match(head) is not None),
    _adapted("Teledyne LeCroy trace", ".trc", lambda head, _: b"WAVEDESC" in head[:64]),
    _adapted("NI TDMS", ".tdms", by_magic(b"TDSm"), "npTDMS", _LGPL),
    _adapted("Rigol (binary)", ".bin", _with_suffix(by_magic(b"RG0"), ".bin"), "RigolWFM", _BSD),
    _adapted(
        "Rigol waveform (.wfm)",
        ".wfm",
        _with_suffix(by_magic(b"\xa5\xa5"), ".wfm"),
        "RigolWFM",
        _BSD,
    ),
    _foreign("Tektronix waveform (.wfm)", ".wfm", _at(2, b":WFM#")),
    _foreign("Keysight or Agilent (binary)", ".bin", _with_suffix(by_magic(b"AG"), ".bin")),
    _foreign("Siglent (binary)", ".bin", is_siglent),
    _foreign("Rohde & Schwarz (binary)", ".bin", is_rohde_schwarz),
    _adapted("sound (WAVE)", ".wav", _is_wave, "scipy", _BSD),
    _adapted("SigMF", ".sigmf-meta .sigmf-data .sigmf", _with_suffix(_any, ".sigmf-meta", ".sigmf-data", ".sigmf"), "sigmf", "LGPL-3.0-or-later"),
    # -- life sciences
    _adapted("Axon ABF", ".abf", by_magic(b"ABF ", b"ABF2"), "pyabf", _MIT),
    _adapted("EDF+ or BDF", ".edf .bdf .rec", lambda head, path: head.startswith(b"\xffBIOSEMI") or (head.startswith(b"0       ") and path.suffix.lower() in {".edf", ".rec"}), "edfio", "Apache-2.0"),
    _adapted("WFDB (PhysioNet)", ".hea", _with_suffix(lambda head, _: _WFDB.match(head) is not None, ".hea"), "wfdb", _MIT),
    _adapted("PicoQuant histograms", ".phu", by_magic(b"PQHISTO\0"), "ptufile", _BSD),
    _adapted("PicoQuant time tags", ".ptu", by_magic(b"PQTTTR\0\0"), "ptufile", _BSD),
    _foreign("Becker & Hickl", ".sdt", _with_suffix(_at(32, b"\x55\x55"), ".sdt"), "sdtfile", _BSD),
    _foreign("flow cytometry (FCS)", ".fcs", by_magic(b"FCS2.", b"FCS3."), "fcsparser", _MIT),
    _adapted("Zeiss CZI", ".czi", by_magic(b"ZISRAWFILE"), "czifile", _BSD),
    _adapted("Nikon ND2", ".nd2", by_magic(b"\xda\xce\xbe\x0a"), "nd2", _BSD),
    _adapted("Leica LIF", ".lif", _with_suffix(by_magic(b"p\0\0\0"), ".lif", ".lof"), "liffile", _BSD),
    # -- spectroscopy
    _adapted("Galactic SPC", ".spc", _with_suffix(_at(1, b"K", b"L", b"M"), ".spc"), "spcfile", _LGPL),
    _adapted("Renishaw WiRE", ".wdf", by_magic(b"WDF1"), "renishaw-wdf", "Apache-2.0"),
    _adapted("Bruker OPUS", ".0 .1 .2", by_magic(b"\n\n\xfe\xfe"), "brukeropus", _MIT),
    _foreign("WITec Project", ".wip .wid", by_magic(b"WIT_PR", b"WIT^PR")),
    _foreign("Origin", ".opj .opju", by_magic(b"CPYA ", b"CPYUA ")),
    # -- surfaces and probes
    _adapted("Gwyddion", ".gwy", by_magic(b"GWYP")),
    _adapted("Gwyddion Simple Field", ".gsf", by_magic(b"Gwyddion Simple Field")),
    _adapted("Digital Surf", ".sur .pro", by_magic(b"DIGITAL SURF", b"DSCOMPRESSED"), "surfalize", _GPL),
    _adapted("Igor binary wave", ".ibw", _with_suffix(by_magic(b"\x02\0", b"\x03\0", b"\x05\0", b"\0\x02", b"\0\x03", b"\0\x05"), ".ibw")),
    _foreign("Keyence", ".vk3 .vk4 .vk6 .vk7", by_magic(b"VK3_", b"VK4_", b"VK6", b"VK7"), "surfalize", _GPL),
    _foreign("Sensofar or ISO 25178 (.plux, .x3p)", ".plux .x3p", _with_suffix(by_magic(b"PK"), ".plux", ".x3p"), "surfalize", _GPL),
    _foreign("Bruker NanoScope", ".spm", by_magic(b"\\*File list", b"\\*Force file list"), "AFMReader", _LGPL),
    _foreign("JPK", ".jpk .jpk-force .jpk-qi-data", _with_suffix(_any, ".jpk", ".jpk-force", ".jpk-force-map", ".jpk-qi-data"), "afmformats", _MIT),
    _foreign("Nanonis", ".sxm .3ds", by_magic(b":NANONIS_VERSION:"), "AFMReader", _LGPL),
    # -- electron microscopy
    _adapted("Gatan DigitalMicrograph", ".dm3 .dm4", _with_suffix(by_magic(b"\0\0\0\3", b"\0\0\0\4"), ".dm3", ".dm4"), "ncempy", _GPL),
    _adapted("MRC", " ".join(_MRC_SUFFIXES), _with_suffix(_at(208, b"MAP ", b"MAP\0"), *_MRC_SUFFIXES), "mrcfile", _BSD),
    _foreign("Bruker (.bcf)", ".bcf", by_magic(b"AAMVHFSS"), "rosettasciio", _GPL),
    _foreign("NanoMegas (.blo)", ".blo", by_magic(b"IMGBLO"), "rosettasciio", _GPL),
    _foreign("FEI or Thermo Fisher (.ser)", ".ser", _with_suffix(by_magic(b"II\x97\x01"), ".ser"), "rosettasciio", _GPL),
    _foreign("Hamamatsu", ".img", _with_suffix(by_magic(b"IM"), ".img"), "rosettasciio", _GPL),
    _foreign("JEOL", ".pts .map .img", _with_suffix(by_magic(b"\x30\x01\0\0", b"\x34\0\0\0"), ".pts", ".map", ".img"), "rosettasciio", _GPL),
    _foreign("EDAX", ".spd", by_magic(b"MAPSPECTRA_DATA"), "rosettasciio", _GPL),
    _foreign("Horiba LabSpec (.xml)", ".xml", lambda head, _: b"<LSX" in head[:2048], "rosettasciio", _GPL),
    _foreign("TriVista", ".tvf", _with_suffix(lambda head, _: b"<XmlMain" in head[:2048], ".tvf"), "rosettasciio", _GPL),
    # -- detectors, astronomy
    _adapted("ESRF EDF", ".edf", lambda head, _: _ESRF.match(head[:8192]) is not None, "fabio", _MIT),
    _adapted("FITS", ".fits .fit .fts", by_magic(b"SIMPLE  ="), "astropy", _BSD),
    _foreign("CBF", ".cbf", by_magic(b"###CBF"), "fabio", _MIT),
    _foreign("mar CCD", ".mccd", _with_suffix(_any, ".mccd"), "fabio", _MIT),
    # -- texts that others read
    _foreign("VAMAS", ".vms", by_magic(b"VAMAS Surface Chemical Analysis"), "vamas", _BSD),
    _foreign("CIF", ".cif", lambda head, _: _CIF.match(head) is not None, "gemmi", "MPL-2.0"),
    _foreign("PANalytical XRDML", ".xrdml", lambda head, _: b"<xrdMeasurements" in head[:2048]),
    _foreign("XML", ".xml", _is_xml),
    # -- files of programs
    _foreign("MATLAB 4", ".mat", _is_matlab_4, "scipy", _BSD),
    _foreign("NetCDF 3", ".nc .cdf", by_magic(b"CDF\x01", b"CDF\x02", b"CDF\x05"), "xarray", "Apache-2.0"),
    _foreign("Excel", ".xlsx .xlsm", _with_suffix(by_magic(b"PK\x03\x04"), ".xlsx", ".xlsm"), "openpyxl", _MIT),
    _foreign("Excel before 2007", ".xls", _with_suffix(by_magic(b"\xd0\xcf\x11\xe0"), ".xls"), "xlrd", _BSD),
    _foreign("Parquet", ".parquet", by_magic(b"PAR1"), "pyarrow", "Apache-2.0"),
    _foreign("Arrow", ".arrow .feather", by_magic(b"ARROW1"), "pyarrow", "Apache-2.0"),
    _adapted("NeXus or HDF5", ".nxs .nx5 .h5 .hdf5 .hdf", _is_hdf5, "h5py", _BSD),
)  # fmt: skip
