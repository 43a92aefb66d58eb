"""Formats that are recognised and not read here: the error names the package that reads them.

A plug-in that reads such files is asked first, so that nothing of this is in its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from datalab_kernel.errors import FileFormatError
from datalab_kernel.errors._missing_packages import install_command
from datalab_kernel.formats._reader import Reader, by_magic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from datalab_kernel.formats._options import ReadOptions


def _unsupported(
    name: str, suffixes: tuple[str, ...], package: str, recognises: Callable[[bytes, Path], bool]
) -> Reader:
    """Make the reader of a format that only says which package reads it."""

    def refuse(path: Path, _: ReadOptions) -> NoReturn:
        reason = f"it is a file of {name}, which nothing that is installed reads for load"
        message = (
            f"Can't load {str(path)!r}: {reason}. The package {package} reads such files "
            f"({install_command(package)}): add the arrays that it gives, "
            "as workspace['name'] = x, y or an image."
        )
        raise FileFormatError(message, path=str(path), line=None, reason=reason, package=package)

    return Reader(name=name, suffixes=suffixes, recognises=recognises, read=refuse)


def _is_hdf5(head: bytes, path: Path) -> bool:
    return head.startswith(b"\x89HDF\r\n\x1a\n") and path.suffix.lower() not in {".h5sig", ".h5ima"}


def _is_excel(head: bytes, path: Path) -> bool:
    return head.startswith(b"PK\x03\x04") and path.suffix.lower() in {".xlsx", ".xlsm"}


def _is_gatan(head: bytes, path: Path) -> bool:
    return head[:4] in {b"\0\0\0\3", b"\0\0\0\4"} and path.suffix.lower() in {".dm3", ".dm4"}


def _is_lecroy_trace(head: bytes, _: Path) -> bool:
    return b"WAVEDESC" in head[:32]  # behind the length of a block, in digits


def _is_wave(head: bytes, _: Path) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WAVE"


UNSUPPORTED = (
    _unsupported("MATLAB 7.3", (".mat",), "mat73", by_magic(b"MATLAB 7.3")),
    _unsupported("LabVIEW (TDMS)", (".tdms",), "nptdms", by_magic(b"TDSm")),
    _unsupported("a Teledyne LeCroy oscilloscope", (".trc",), "lecroyparser", _is_lecroy_trace),
    _unsupported("Gatan DigitalMicrograph", (".dm3", ".dm4"), "rosettasciio", _is_gatan),
    _unsupported("Zeiss ZEN", (".czi",), "czifile", by_magic(b"ZISRAWFILE")),
    _unsupported("Nikon NIS-Elements", (".nd2",), "nd2", by_magic(b"\xda\xce\xbe\x0a")),
    _unsupported("Renishaw WiRE", (".wdf",), "renishawWiRE", by_magic(b"WDF1")),
    _unsupported("astronomy (FITS)", (".fits", ".fit", ".fts"), "astropy", by_magic(b"SIMPLE  =")),
    _unsupported("NetCDF", (".nc", ".cdf"), "xarray", by_magic(b"CDF\x01", b"CDF\x02", b"CDF\x05")),
    _unsupported("Excel", (".xlsx", ".xlsm"), "openpyxl", _is_excel),
    _unsupported("Parquet", (".parquet",), "pyarrow", by_magic(b"PAR1")),
    _unsupported("sound (WAVE)", (".wav",), "soundfile", _is_wave),
    _unsupported("another program (HDF5)", (".nxs", ".hspy", ".hdf"), "h5py", _is_hdf5),
)
