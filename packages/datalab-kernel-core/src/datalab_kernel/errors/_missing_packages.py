"""What to install for something that an optional package does: under the name that installers know."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from datalab_kernel.errors import MissingPackageError

__all__ = ["import_failure", "install_command", "missing_package"]

_PYPI_NAMES = {"cv2": "opencv-python-headless", "nptdms": "npTDMS", "wdf": "renishaw-wdf"}
_CONDA_NAMES = {"cv2": "py-opencv"}
"""Where a package isn't called as its module is."""


def missing_package(doing: str, module: str, rest: str = "") -> MissingPackageError:
    """Build the error for a package that isn't installed.

    Parameters
    ----------
    doing
        What needs it, as the beginning of a sentence.
    module
        The name by which Python imports it.
    rest
        What else there is to say.

    Examples
    --------
    >>> missing_package("Reading 'a.dcm'", "pydicom").package
    'pydicom'
    """
    package, command = _PYPI_NAMES.get(module, module), install_command(module)
    message = (
        f"{doing} needs the package {package}, which isn't installed here. {rest}"
        f"Install it with: {command}"
    )
    return MissingPackageError(message, package=package, command=command)


def install_command(*modules: str) -> str:
    """Return what a notebook's cell installs packages by, in this environment."""
    if Path(sys.prefix, "conda-meta").is_dir():
        names = [_CONDA_NAMES.get(module, module) for module in modules]
        return f"%conda install -c conda-forge {' '.join(names)}"
    return f"%pip install {' '.join(_PYPI_NAMES.get(module, module) for module in modules)}"


def import_failure(doing: str, error: ImportError, rest: str = "") -> MissingPackageError | None:
    """Build that error from a failed import; None if the package is there, and fails itself."""
    module = (error.name or "").partition(".")[0]
    is_missing = isinstance(error, ModuleNotFoundError) and bool(module)
    return missing_package(doing, module, rest) if is_missing and not find_spec(module) else None
