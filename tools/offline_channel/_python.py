"""The CPython that runs this, as the conda packages ``python`` and ``python_abi``.

Relocated: the program finds its library beside itself, and its standard library from
where it lies, as CPython does by itself. The system's libraries (OpenSSL, SQLite, libffi ...)
stay the machine's.
"""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from pathlib import Path

from conda._errors import CondaToolError
from conda._platform import VERSION
from offline_channel._elf import is_elf, with_library_path
from offline_channel._package import CondaPackage

__all__ = ["ABI", "SITE_PACKAGES", "python_packages"]

ABI = f"cp{VERSION.replace('.', '')}"
SITE_PACKAGES = f"lib/python{VERSION}/site-packages"
LIBRARIES = "$ORIGIN/../lib"
SKIPPED = {"site-packages", "dist-packages", "__pycache__", "test", "idlelib", "turtledemo"}
SKIPPED_FILES = {"EXTERNALLY-MANAGED", "sitecustomize.py"}
NEEDED = ("ssl", "sqlite3", "ctypes", "zlib", "bz2", "lzma", "hashlib", "venv")
DEBIANS_SCHEME = "posix_local"
IN_VENV = b"sys.base_prefix != sys.prefix"
"""What Debian's sysconfig asks before it names site-packages, as everybody else's does."""


def python_packages() -> list[CondaPackage]:
    """Return this CPython as packages.

    Raises
    ------
    CondaToolError
        If it can't be one; the message names what is missing.
    """
    _check()
    package = CondaPackage(
        name="python",
        version=platform.python_version(),
        build=f"0_{ABI}_local",
        depends=[f"python_abi {VERSION}.* *_{ABI}"],
        about={"license": "PSF-2.0", "summary": "The CPython of this machine"},
        run_exports={"noarch": ["python"], "weak": [f"python_abi {VERSION}.* *_{ABI}"]},
    )
    for name, path in _sources().items():
        data = path.read_bytes()
        if is_elf(data):
            data = with_library_path(data, LIBRARIES)
        elif name.endswith(("/sysconfig.py", "/sysconfig/__init__.py")):
            data = data.replace(IN_VENV, b"True") if _is_debians() else data
        mode = 0o755 if name.startswith("bin/") else 0o644
        package.add(name, data, mode, _placeholder(name, data))
    if _is_debians():
        _look_into_site_packages(package)
    package.symlinks = {"bin/python3": f"python{VERSION}", "bin/python": f"python{VERSION}"}
    abi = CondaPackage(name="python_abi", version=VERSION, build=f"0_{ABI}", noarch="generic")
    return [package, abi]


def _check() -> None:
    found = f"this is {platform.python_implementation()} {VERSION} on {platform.platform()}"
    is_ours = sys.platform == "linux" and platform.machine() == "x86_64"
    if not is_ours or platform.python_implementation() != "CPython":
        message = f"The local conda channel is made from a CPython on Linux (x86-64); {found}."
        raise CondaToolError(message)
    missing = [name for name in NEEDED if not _imports(name)]
    if missing:
        message = (
            f"The CPython at {sys.base_prefix} lacks the modules {', '.join(missing)}, which the "
            "packages need. On Debian and Ubuntu: apt-get install -y python3-full; elsewhere run "
            "tools/run.py with a complete Python."
        )
        raise CondaToolError(message)


def _imports(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def _sources() -> dict[str, Path]:
    """Return the files, by their path in a prefix."""
    program = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
    library = Path(sysconfig.get_config_var("LIBDIR") or program.parent.parent / "lib")
    files = {f"bin/python{VERSION}": program}
    files |= {f"lib/{path.name}": path for path in library.glob(f"libpython{VERSION}.so.*")}
    standard = Path(sysconfig.get_path("stdlib"))
    for path in standard.rglob("*"):
        inside = path.relative_to(standard)
        is_skipped = SKIPPED.intersection(inside.parts) or path.name in SKIPPED_FILES
        if path.is_file() and not is_skipped and path.suffix not in {".a", ".pyc"}:
            files[f"lib/python{VERSION}/{inside.as_posix()}"] = path
    return files


def _placeholder(name: str, data: bytes) -> str:
    """Return the prefix to replace in a file of build settings; elsewhere nothing is."""
    is_settings = "/_sysconfigdata" in name or name.endswith("/Makefile")
    prefix = sys.base_prefix
    return prefix if is_settings and prefix != "/usr" and prefix.encode() in data else ""


def _is_debians() -> bool:
    """Say whether this Python keeps packages in dist-packages."""
    return DEBIANS_SCHEME in sysconfig.get_scheme_names()


def _look_into_site_packages(package: CondaPackage) -> None:
    """Make Debian's Python look where conda's packages are; its ``site`` is inside the program."""
    line = f"import site, sys; site.addsitedir(sys.prefix + '/{SITE_PACKAGES}')\n"
    place = f"lib/python{VERSION}/dist-packages/site-packages.pth"
    package.add(place, line.encode())
