"""Write, find and remove kernelspecs of the DataLab kernel, and nobody else's.

A spec of ours carries a mark in its metadata: who put it there, the package (pip or conda
own that file) or the command ``install``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ForeignSpecError",
    "InstalledSpec",
    "SpecNameError",
    "SpecNotFoundError",
    "install",
    "installed",
    "uninstall",
]

DEFAULT_NAME = "datalab"
MODE_VARIABLE = "DATALAB_KERNEL_MODE"
_MARK = "datalab_kernel"
_SPEC = "kernel.json"
_LOGOS = ("logo-32x32.png", "logo-64x64.png", "logo-svg.svg")
_NAME = re.compile(r"[A-Za-z0-9._-]+")  # Jupyter's rule (jupyter_client.kernelspec)


class SpecNameError(DataLabKernelError, ValueError):
    """A text that can't name a kernelspec (``name``)."""


class ForeignSpecError(DataLabKernelError, FileExistsError):
    """A kernelspec that isn't this command's to change (``path``)."""


class SpecNotFoundError(DataLabKernelError, FileNotFoundError):
    """No kernelspec of that name is there (``path``)."""


@dataclass(slots=True, frozen=True, kw_only=True)
class InstalledSpec:
    """A kernelspec of the DataLab kernel that is in place.

    ``python`` is what it starts; a bare ``python`` stands for the one that runs Jupyter.
    ``variables`` are the names of what else it sets, without their values.
    """

    name: str
    path: Path
    display_name: str
    python: str
    mode: str
    variables: tuple[str, ...]
    is_packaged: bool

    @property
    def has_python(self) -> bool:
        """Whether what it starts is still there."""
        return not Path(self.python).is_absolute() or Path(self.python).exists()


def install(
    kernels: Path,
    *,
    name: str = DEFAULT_NAME,
    display_name: str | None = None,
    mode: str | None = None,
    env: Mapping[str, str] | None = None,
) -> Path:
    """Write a kernelspec that starts this environment's kernel, by absolute paths.

    Parameters
    ----------
    kernels
        The folder of kernelspecs, such as ``~/.local/share/jupyter/kernels``.
    name
        The spec's own folder in it.
    display_name
        What front ends show; None: "DataLab", with the mode or the name if not the usual one.
    mode
        Which backend its notebooks use (``DATALAB_KERNEL_MODE``); None: as the environment says.
    env
        More environment variables for the kernel. Jupyter expands ``${NAME}`` in values.

    Returns
    -------
    Path
        The spec's folder.

    Raises
    ------
    SpecNameError
        If Jupyter would not take the name.
    ForeignSpecError
        If another program's spec is there.
    """
    folder = _folder(kernels, name)
    before = _read(folder)
    logos = {logo: (_packaged() / logo).read_bytes() for logo in _LOGOS}
    if before is None and _is_anothers(folder, logos):
        raise ForeignSpecError(_foreign(folder), path=folder)
    spec = _packaged_spec()
    spec["argv"] = [sys.executable, *spec["argv"][1:]]
    spec["display_name"] = display_name or _display_name(name, mode)
    spec["metadata"][_MARK] = {
        "installed_by": "command",
        "over_package": _is_over_package(before),
        "files": {logo: _digest(content) for logo, content in logos.items()},
    }
    variables = {**({MODE_VARIABLE: mode} if mode else {}), **(env or {})}
    if variables:
        spec["env"] = variables
    folder.mkdir(parents=True, exist_ok=True)
    for logo, content in logos.items():
        _write(folder / logo, content)
    _write(folder / _SPEC, _as_json(spec))
    return folder


def uninstall(kernels: Path, *, name: str = DEFAULT_NAME) -> Path:
    """Remove a kernelspec that :func:`install` wrote; what else is in its folder stays.

    A logo that somebody has put in place of ours stays too. Where it had replaced the package's own spec, that one is put back.

    Returns
    -------
    Path
        The folder it was in.

    Raises
    ------
    SpecNotFoundError
        If there is none of that name.
    ForeignSpecError
        If it is another program's, or came with the package.
    """
    folder = _folder(kernels, name)
    if not (folder / _SPEC).exists():
        found = ", ".join(spec.name for spec in installed([kernels])) or "none"
        message = f"There is no kernelspec {name!r} in {kernels} (DataLab's there: {found})."
        raise SpecNotFoundError(message, path=folder)
    mark = _mark(_read(folder))
    if mark is None:
        raise ForeignSpecError(_foreign(folder), path=folder)
    if mark.get("installed_by") != "command":
        message = (
            f"The kernelspec in {folder} came with the package datalab-kernel-spec: "
            "it goes when that is uninstalled (with pip or conda)."
        )
        raise ForeignSpecError(message, path=folder)
    if mark.get("over_package"):
        _write(folder / _SPEC, (_packaged() / _SPEC).read_bytes())
        return folder
    (folder / _SPEC).unlink()
    for file, digest in mark.get("files", {}).items():
        if file in _LOGOS and _is_still(folder / file, digest):
            (folder / file).unlink()
    if not any(folder.iterdir()):
        folder.rmdir()
    return folder


def installed(places: Iterable[Path]) -> list[InstalledSpec]:
    """List the DataLab kernelspecs in folders of kernelspecs, in the folders' order."""
    found = []
    for kernels in places:
        folders = sorted(kernels.iterdir()) if kernels.is_dir() else []
        for folder in folders:
            spec = _read(folder)
            mark = _mark(spec)
            if spec is not None and mark is not None:
                found.append(_describe(folder, spec, mark))
    return found


def _describe(folder: Path, spec: dict[str, Any], mark: dict[str, Any]) -> InstalledSpec:
    return InstalledSpec(
        name=folder.name,
        path=folder,
        display_name=str(spec.get("display_name", folder.name)),
        python=str(next(iter(spec.get("argv", [])), "")),
        mode=str(spec.get("env", {}).get(MODE_VARIABLE, "auto")),
        variables=tuple(name for name in spec.get("env", {}) if name != MODE_VARIABLE),
        is_packaged=mark.get("installed_by") != "command",
    )


def _folder(kernels: Path, name: str) -> Path:
    if not _NAME.fullmatch(name) or not name.strip("."):
        message = (
            f"{name!r} can't name a kernelspec: Jupyter takes ASCII letters, digits, "
            "'-', '.' and '_'."
        )
        raise SpecNameError(message, name=name)
    return kernels / name.lower()


def _display_name(name: str, mode: str | None) -> str:
    detail = mode or ("" if name.lower() == DEFAULT_NAME else name)
    return f"DataLab ({detail})" if detail else "DataLab"


def _foreign(folder: Path) -> str:
    return (
        f"{folder} holds something that DataLab-Kernel didn't put there: nothing was changed. "
        "Choose another name with --name."
    )


def _packaged() -> Path:
    return Path(str(resources.files("datalab_kernel_spec") / "kernelspec"))


def _packaged_spec() -> dict[str, Any]:
    spec: dict[str, Any] = json.loads((_packaged() / _SPEC).read_text(encoding="utf-8"))
    return spec


def _read(folder: Path) -> dict[str, Any] | None:
    """Return a spec of ours; None if there is none, or one that isn't ours."""
    try:
        spec = json.loads((folder / _SPEC).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not readable as ours: then it isn't
        return None
    return spec if _mark(spec) is not None else None


def _mark(spec: Any) -> dict[str, Any] | None:
    metadata = spec.get("metadata") if isinstance(spec, dict) else None
    mark = metadata.get(_MARK) if isinstance(metadata, dict) else None
    return mark if isinstance(mark, dict) else None


def _is_anothers(folder: Path, logos: Mapping[str, bytes]) -> bool:
    """Say whether a file is there that would be lost; our own logos alone are none."""
    there = [logo for logo in logos if os.path.lexists(folder / logo)]
    return os.path.lexists(folder / _SPEC) or not all(
        _is_still(folder / logo, _digest(logos[logo])) for logo in there
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_still(path: Path, digest: str) -> bool:
    return path.is_file() and _digest(path.read_bytes()) == digest


def _is_over_package(before: dict[str, Any] | None) -> bool:
    mark = _mark(before)
    if mark is None:
        return False
    return mark.get("installed_by") != "command" or bool(mark.get("over_package"))


def _as_json(spec: dict[str, Any]) -> bytes:
    return (json.dumps(spec, indent=2, ensure_ascii=False) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
