"""A wheel of PyPI as a conda package, as near to conda-forge's as its metadata says."""

from __future__ import annotations

import configparser
import csv
import io
import zipfile
from dataclasses import dataclass
from email.parser import HeaderParser
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from conda._platform import VERSION
from offline_channel._names import conda_name, match_spec
from offline_channel._package import PLACEHOLDER, CondaPackage
from offline_channel._python import ABI, SITE_PACKAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message
    from pathlib import Path

__all__ = ["Wheel", "package_of"]

SHEBANG = b"#!python"
EXTRAS = {"xeus-python-shell": "ipython"}
"""Extras that conda-forge's package of the name has as plain dependencies."""
COMMAND = """\
#!{prefix}/bin/python
import sys
from {module} import {head}
if __name__ == "__main__":
    sys.exit({attribute}())
"""


@dataclass(frozen=True)
class Wheel:
    """A wheel file and what it says of itself."""

    path: Path

    @cached_property
    def name(self) -> str:
        """Its normalized name."""
        return str(parse_wheel_filename(self.path.name)[0])

    @cached_property
    def version(self) -> str:
        """Its version."""
        return str(parse_wheel_filename(self.path.name)[1])

    @cached_property
    def is_pure(self) -> bool:
        """Whether it fits every Python and platform."""
        return all(tag.platform == "any" for tag in parse_wheel_filename(self.path.name)[3])

    @cached_property
    def metadata(self) -> Message:
        """Its METADATA."""
        with zipfile.ZipFile(self.path) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            return HeaderParser().parsestr(archive.read(name).decode())

    def depends(self, known: Mapping[str, Wheel]) -> list[str]:
        """Return what it requires here, as match specs, those of its extras' names included."""
        specs = self._required(EXTRAS.get(self.name, ""), known, set())
        own = conda_name(self.name)
        return [spec for spec in dict.fromkeys(specs) if spec.split()[0] != own]

    def _required(self, extra: str, known: Mapping[str, Wheel], seen: set[str]) -> list[str]:
        specs: list[str] = []
        for line in self.metadata.get_all("Requires-Dist", []):
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            specs.append(match_spec(requirement))
            target = str(canonicalize_name(requirement.name))
            for wanted in sorted(requirement.extras):
                if f"{target}[{wanted}]" not in seen and target in known:
                    seen.add(f"{target}[{wanted}]")
                    specs += known[target]._required(wanted, known, seen)  # noqa: SLF001
        return specs


def package_of(wheel: Wheel, known: Mapping[str, Wheel]) -> CondaPackage:
    """Return a wheel as a conda package.

    Parameters
    ----------
    known
        All wheels by their normalized names, for the extras that one asks of another.
    """
    package = CondaPackage(
        name=conda_name(wheel.name),
        version=wheel.version,
        build="pyhd_0" if wheel.is_pure else f"py{VERSION.replace('.', '')}_0",
        depends=[*wheel.depends(known), *_pythons(wheel)],
        noarch="python" if wheel.is_pure else None,
        about={"summary": wheel.metadata.get("Summary", ""), "license": _license(wheel.metadata)},
    )
    site = "site-packages" if wheel.is_pure else SITE_PACKAGES
    with zipfile.ZipFile(wheel.path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir() and not entry.filename.endswith(".dist-info/RECORD"):
                mode = (entry.external_attr >> 16) & 0o777 or 0o644
                _place(package, site, entry.filename, archive.read(entry), mode)
        info = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        folder = info.rpartition("/")[0]
        commands = _commands(archive, f"{folder}/entry_points.txt")
    if wheel.is_pure:
        package.entry_points = commands
    else:
        _add_commands(package, commands)
    package.add(f"{site}/{folder}/INSTALLER", b"conda\n")
    package.add(f"{site}/{folder}/RECORD", _record(package, site))
    return package


def _pythons(wheel: Wheel) -> list[str]:
    if wheel.is_pure:
        limits = wheel.metadata.get("Requires-Python", ">=3").replace(" ", "")
        return [f"python {limits}"]
    major, minor = VERSION.split(".")
    return [
        f"python >={VERSION},<{major}.{int(minor) + 1}.0a0",
        f"python_abi {VERSION}.* *_{ABI}",
    ]


def _place(package: CondaPackage, site: str, name: str, data: bytes, mode: int) -> None:
    """Put a file of a wheel where an installer puts it."""
    head, _, rest = name.partition("/")
    if not head.endswith(".data"):
        package.add(f"{site}/{name}", data, mode)
        return
    kind, _, rest = rest.partition("/")
    match kind:
        case "purelib" | "platlib":
            package.add(f"{site}/{rest}", data, mode)
        case "data":
            package.add(rest, data, mode)
        case "scripts":
            is_python = data.startswith(SHEBANG)
            if is_python:
                data = f"#!{PLACEHOLDER}/bin/python".encode() + data[len(SHEBANG) :]
            folder = "python-scripts" if package.noarch else "bin"
            package.add(f"{folder}/{rest}", data, 0o755, PLACEHOLDER if is_python else "")
        case "headers":
            package.add(f"include/python{VERSION}/{package.name}/{rest}", data, mode)


def _add_commands(package: CondaPackage, commands: list[str]) -> None:
    """Write commands out, which the installer makes for noarch packages only."""
    for line in commands:
        command, _, target = (part.strip() for part in line.partition("="))
        module, _, attribute = target.partition(":")
        text = COMMAND.format(
            prefix=PLACEHOLDER,
            module=module,
            attribute=attribute,
            head=attribute.partition(".")[0],
        )
        package.add(f"bin/{command}", text.encode(), 0o755, PLACEHOLDER)


def _license(metadata: Message) -> str:
    text = metadata.get("License-Expression") or metadata.get("License") or ""
    return text.splitlines()[0][:80] if text else ""


def _commands(archive: zipfile.ZipFile, name: str) -> list[str]:
    """Return a wheel's commands as ``command = module:attribute``."""
    if name not in archive.namelist():
        return []
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(archive.read(name).decode())
    groups = [group for group in ("console_scripts", "gui_scripts") if parser.has_section(group)]
    return [
        f"{command} = {target.partition('[')[0].strip()}"
        for group in groups
        for command, target in parser[group].items()
    ]


def _record(package: CondaPackage, site: str) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for path, (data, _) in sorted(package.files.items()):
        if path.startswith(f"{site}/"):
            writer.writerow([PurePosixPath(path).relative_to(site), "", len(data)])
    return buffer.getvalue().encode()
