"""xeus-python in the shape of conda-forge's package: an executable, and no module to import.

conda-forge builds ``bin/xpython`` from C++ (feedstock's recipe.yaml, 0.19.0 build 1): it
depends on xeus-python-shell 0.7, brings the kernelspecs xpython and xpython-raw, and no
Python metadata at all, so that pip knows nothing of it. No such program can be had from
PyPI. Here the wheel's compiled half stands in for it, in a folder that no ``import`` finds,
started by a script of that name: the same C++, loaded by a Python instead of loading one.
What that can't show: a program that embeds Python (its start, signals before Python runs),
and conda-forge's compiler and libraries.
"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

from conda._platform import VERSION
from offline_channel._package import PLACEHOLDER, CondaPackage
from offline_channel._python import ABI

if TYPE_CHECKING:
    from offline_channel._wheels import Wheel

__all__ = ["executable_package"]

SHELL = "xeus-python-shell >=0.7.0,<0.8"
HIDDEN = "lib/xeus-python"
COMMAND = """\
#!/bin/sh
# Stands in for conda-forge's program of this name (tools/conda/_xpython.py says how).
here=$(dirname "$0")
exec "$here/python" "$here/../lib/xeus-python/start.py" "$@"
"""
START = """\
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

path = next(Path(__file__).parent.glob("xpython_extension*.so"))
spec = spec_from_loader("xpython_extension", ExtensionFileLoader("xpython_extension", str(path)))
module = module_from_spec(spec)
spec.loader.exec_module(module)
arguments, sys.argv = sys.argv[:], sys.argv[:1]
del sys.path[0]  # this folder
module.launch(arguments)
"""


def executable_package(wheel: Wheel) -> CondaPackage:
    """Return xeus-python with an executable ``xpython``, from its wheel."""
    package = CondaPackage(
        name="xeus-python",
        version=wheel.version,
        build=f"py{VERSION.replace('.', '')}_executable_0",
        depends=[
            f"python {VERSION}.*",
            f"python_abi {VERSION}.* *_{ABI}",
            SHELL,
            "debugpy >=1.1.0,<2.0",
            "pygments >=2.3.1,<3",
        ],
        about={"license": "BSD-3-Clause", "summary": "Stands in for conda-forge's xeus-python"},
    )
    package.add("bin/xpython", COMMAND.encode(), 0o755)
    package.add(f"{HIDDEN}/start.py", START.encode())
    with zipfile.ZipFile(wheel.path) as archive:
        for name in archive.namelist():
            if name.startswith("xpython/") and name.endswith(".so"):
                package.add(f"{HIDDEN}/{name.rpartition('/')[2]}", archive.read(name), 0o755)
            _, is_data, inside = name.partition(".data/data/")
            if is_data and inside.endswith(".png"):
                package.add(inside, archive.read(name))
    for name, options in {"xpython": [], "xpython-raw": ["--raw"]}.items():
        kernel = {
            "display_name": f"Python {VERSION} ({name})",
            "argv": [f"{PLACEHOLDER}/bin/xpython", "-f", "{connection_file}", *options],
            "language": "python",
            "metadata": {"debugger": not options},
        }
        text = json.dumps(kernel, indent=1).encode()
        package.add(f"share/jupyter/kernels/{name}/kernel.json", text, 0o644, PLACEHOLDER)
    return package
