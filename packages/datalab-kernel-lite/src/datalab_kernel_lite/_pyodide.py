"""The packages of Pyodide, the Python of a web page, and the installer of JupyterLite."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Mapping


def this_page() -> Pyodide:
    """Return where packages come from in this kernel.

    Raises
    ------
    RuntimeError
        If the kernel isn't one of Pyodide's.
    """
    try:
        pyodide_js = import_module("pyodide_js")
    except ModuleNotFoundError:
        message = (
            "datalab_kernel_lite.install() is for the Python of a web page (Pyodide), and this "
            f"is {sys.implementation.name} on {sys.platform}. On a computer, install with "
            "pip or conda. JupyterLite's xeus kernel has its packages from the site's environment.yml."
        )
        raise RuntimeError(message) from None
    return Pyodide(pyodide_js, _installer())


def _installer() -> Any:
    """Return JupyterLite's installer, which knows the site's own wheels, or else Pyodide's."""
    for name in ("piplite", "micropip"):
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    message = "This page has neither piplite nor micropip, which install packages."
    raise RuntimeError(message)


class Pyodide:
    """A page whose Python is Pyodide (:class:`datalab_kernel_lite._bringing.Page`)."""

    def __init__(self, pyodide_js: Any, installer: Any) -> None:
        self._pyodide_js = pyodide_js
        self._installer = installer
        packages = pyodide_js.lockfile.packages.to_py()
        names = {item["name"]: str(canonicalize_name(item["name"])) for item in packages.values()}
        self._names = {canonical: name for name, canonical in names.items()}
        self._offered = {names[item["name"]]: item["version"] for item in packages.values()}

    def offered(self) -> Mapping[str, str]:
        """Return the versions of the packages of this distribution of Pyodide."""
        return self._offered

    async def load(self, name: str) -> None:
        """Load one of them, with what it needs."""
        failures: list[str] = []
        await self._pyodide_js.loadPackage(self._names[name], errorCallback=failures.append)
        if failures:
            raise ImportError("; ".join(failures))

    async def fetch(self, requirement: str) -> None:
        """Install a pure wheel without what it needs, from the site or from PyPI."""
        await self._installer.install([requirement], deps=False)
