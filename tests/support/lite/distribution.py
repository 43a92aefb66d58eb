"""A whole distribution of Pyodide without Pyodide's own server, for tests alone: nothing of it is kept.

PyPI's wheel of open-webui carries one, byte for byte. It has neither h5py nor
scikit-image nor PyWavelets, which Sigima imports: stand-ins take their places, whose functions raise.
The one for the kernel before lacks Python's sqlite3 as well, which that kernel installs before it starts.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from lite._site import fetch_wheels

CARRIERS = {"0.8": "open-webui==0.12.4", "0.7": "open-webui==0.9.6"}
"""Pyodide 314.0.3 and 0.28.3, by the versions of jupyterlite-pyodide-kernel that are made for them."""
FOLDER = "open_webui/frontend/pyodide/"
PURE = (
    *("ipython", "asttokens", "decorator", "executing", "matplotlib-inline", "prompt_toolkit"),
    *("pure-eval", "pygments", "stack-data", "traitlets", "wcwidth", "jedi", "parso"),
    *("networkx", "imageio", "lazy-loader", "setuptools"),
)
"""In the version of the distribution's own list."""
MORE = (*("comm==0.2.3", "ipython_pygments_lexers==1.1.1", "pexpect==4.9.0", "ptyprocess==0.7.0"),)
STAND_INS = {
    "h5py": ("h5py", "3.13.0"),
    "scikit_image": ("skimage", "0.25.2"),
    "pywavelets": ("pywt", "1.9.0"),
}
NEEDED = {"scikit_image": ("imageio", "networkx", "pillow", "lazy-loader")}
"""What the real ones bring along."""
STAND_IN = '''"""A stand-in of DataLab-Kernel's tests: it imports, and its functions raise."""
import importlib.abc, importlib.machinery, sys, types
__version__ = {version!r}


def _attribute(module, name):
    if name.startswith("__"):
        raise AttributeError(name)
    full = f"{{module}}.{{name}}"
    def missing(*args, **kwargs):
        raise NotImplementedError(f"{{full}} is a stand-in here")
    missing.__name__ = name
    return type(name, (), {{"__init__": missing}}) if name[:1].isupper() else missing


def __getattr__(name):
    return _attribute(__name__, name)


class _Module(types.ModuleType):
    __path__ = []
    def __getattr__(self, name):
        return _attribute(self.__name__, name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if {with_modules} and name.startswith(__name__ + "."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
    def create_module(self, spec):
        return _Module(spec.name)
    def exec_module(self, module):
        pass


sys.meta_path.append(_Finder())


def wavelist(*args, **kwargs):
    return ["db1", "haar", "sym2", "sym9"]
'''


def make_distribution(target: Path, kernel: str) -> Path:
    """Make the distribution for a version of the kernel (``"0.8"``) in a folder, unless it is there."""
    done = target / "complete"
    if done.exists():
        return target
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pyodide-") as name:
        work = Path(name)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*download, "--dest", str(work), CARRIERS[kernel]], check=True)
        with zipfile.ZipFile(next(work.glob("open_webui-*.whl"))) as archive:
            for item in archive.namelist():
                if item.startswith(FOLDER) and not item.endswith("/"):
                    (target / Path(item).name).write_bytes(archive.read(item))
    lock = json.loads((target / "pyodide-lock.json").read_text(encoding="utf-8"))
    packages = lock["packages"]
    for item in packages.values():
        path = target / item["file_name"]
        if path.exists() and _sha256(path) != item["sha256"]:
            message = f"{path.name} isn't what Pyodide's list says"
            raise RuntimeError(message)
    _add_pure(target, packages)
    gone = [name for name, item in packages.items() if not (target / item["file_name"]).exists()]
    for name in gone:
        del packages[name]
    known = {_normalised(name) for name in packages}
    for item in packages.values():
        item["depends"] = [one for one in item["depends"] if _normalised(one) in known]
    (target / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    done.touch()
    return target


def _add_pure(target: Path, packages: dict[str, Any]) -> None:
    wanted = [
        f"{name}=={packages[key]['version']}" if (key := _normalised(name)) in packages else name
        for name in PURE
    ]
    before = {path.name for path in target.glob("*none-any.whl")}
    fetch_wheels([*wanted, *MORE], target)
    for path in sorted(target.glob("*none-any.whl")):
        if path.name in before:
            continue
        with zipfile.ZipFile(path) as archive:
            tops = {
                name.split("/")[0].removesuffix(".py")
                for name in archive.namelist()
                if ".dist-info/" not in name and ".data/" not in name
            }
        name, version = path.name.split("-")[:2]
        old = packages.get(_normalised(name), {})
        packages[_normalised(name)] = {
            "name": old.get("name", name),
            "version": version,
            "file_name": path.name,
            "install_dir": "site",
            "sha256": _sha256(path),
            "package_type": "package",
            "imports": old.get("imports", sorted(tops)),
            "depends": old.get("depends", []),
            "unvendored_tests": False,
        }
    packages["networkx"]["depends"] = []  # its entry wants matplotlib
    needs = {"jedi", "ipython-pygments-lexers", "traitlets"}
    packages["ipython"]["depends"] = sorted({*packages["ipython"]["depends"], *needs})


def make_stand_ins(folder: Path, kernel: str) -> list[Path]:
    """Make wheels whose modules import and whose functions raise; an empty one for ``sqlite3``."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, (module, version) in STAND_INS.items():
        code = STAND_IN.format(version=version, with_modules=module != "h5py")
        made.append(_wheel(folder, name, version, {f"{module}/__init__.py": code}))
    if kernel == "0.7":
        made.append(_wheel(folder, "sqlite3", "1.0.0", {}))
    return made


def _wheel(folder: Path, name: str, version: str, modules: dict[str, str]) -> Path:
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {one}\n" for one in NEEDED.get(name, ()))
    files = {
        **modules,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return path


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
