"""Makes the virtual environments below ``.run/``, and makes them again only when what determines them changes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tomllib
import venv
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesParser
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from runner.errors import RunnerError
from runner.process import run_quietly, say, stop_all
from runner.pythons import find_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from runner.tasks import Environment

BUILD = "build"
AT_ONCE = 2
BIN = "Scripts" if os.name == "nt" else "bin"
NEEDS_PIP = (
    f"{sys.executable} has no pip, which installs everything else; "
    "on Debian and Ubuntu run: apt-get install -y python3-pip"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel of ours: where it is, what it holds, and what it requires that isn't ours."""

    name: str
    path: Path
    sha256: str
    requires: tuple[str, ...]


class Environments:
    """The virtual environments of one checkout.

    Parameters
    ----------
    root
        The repository.
    known
        The environments that pixi.toml defines.
    """

    def __init__(self, root: Path, known: Mapping[str, Environment]) -> None:
        self.root = root
        self.home = root / ".run"
        self.known = known
        with (root / "pyproject.toml").open("rb") as stream:
            self.groups: dict[str, list[str]] = tomllib.load(stream)["dependency-groups"]

    def folder(self, name: str) -> Path:
        """Return where an environment is."""
        return self.home / "envs" / name

    def python(self, name: str) -> Path:
        """Return an environment's interpreter."""
        return self.folder(name) / BIN / ("python.exe" if os.name == "nt" else "python")

    def variables(self, name: str) -> dict[str, str]:
        """Return the variables that a process in an environment gets.

        The home folder is one below ``.run``, so that no test reads or changes a person's settings.
        """
        home = self.home / "home"
        home.mkdir(parents=True, exist_ok=True)
        dropped = (
            "PYTHON",
            "XDG_CONFIG",
            "XDG_CACHE",
            "XDG_DATA",
            "JUPYTER",
            "DATALAB_KERNEL_MODE",
        )
        variables = {key: text for key, text in os.environ.items() if not key.startswith(dropped)}
        return variables | {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "VIRTUAL_ENV": str(self.folder(name)),
            "PATH": os.pathsep.join([str(self.folder(name) / BIN), os.environ.get("PATH", "")]),
            "PYTHONUTF8": "1",
        }

    def prepare(self, names: Sequence[str]) -> dict[str, RunnerError]:
        """Make environments ready, two at a time; return what went wrong, by environment."""
        if find_spec("pip") is None:
            raise RunnerError(NEEDS_PIP)
        failures: dict[str, RunnerError] = {}
        with _only_one_runner(self.home), ThreadPoolExecutor(AT_ONCE) as pool:
            wheels = self._wheels() if any(self.known[name].packages for name in names) else {}
            jobs = {name: pool.submit(self._prepare, self.known[name], wheels) for name in names}
            for name, job in jobs.items():
                try:
                    job.result()
                except RunnerError as error:
                    failures[name] = error
                except KeyboardInterrupt:
                    stop_all()  # or the pool would wait for every pip to end by itself
                    raise
        return failures

    def _wheels(self) -> dict[str, Wheel]:
        """Build our wheels where sources changed; return them by their package's folder."""
        self._prepare(self.known[BUILD], {})
        command = [self.python(BUILD), self.root / "tools" / "wheels.py"]
        output = run_quietly(
            command, env=self._pip_variables(), cwd=self.root, what="building the wheels"
        )
        for line in output.splitlines():
            say(line)
        index = json.loads((self.home / "wheels" / "index.json").read_text(encoding="utf-8"))
        ours = {entry["name"] for entry in index.values()}
        return {
            folder: _read_wheel(self.home / "wheels" / entry["file"], entry["name"], ours)
            for folder, entry in index.items()
        }

    def stamp(self, name: str) -> str:
        """Return what an environment was made from; it changes with any package in it."""
        return (self.folder(name) / "stamp.json").read_text(encoding="utf-8")

    def _prepare(self, wanted: Environment, wheels: Mapping[str, Wheel]) -> None:
        missing = sorted(set(wanted.packages) - wheels.keys())
        if missing:
            msg = f"environment {wanted.name!r} installs {', '.join(missing)}, which isn't a package here"
            raise RunnerError(msg)
        chosen = [wheels[folder] for folder in wanted.packages]
        requirements = self._requirements(wanted, chosen)
        python = find_python(wanted.pythons)
        target = {"base": self._base_stamp(wanted, python, requirements)}
        target |= {wheel.name: wheel.sha256 for wheel in chosen}
        folder = self.folder(wanted.name)
        found = _read_stamp(folder / "stamp.json")
        if found == target:
            return
        if found.get("base") != target["base"]:
            self._create(wanted.name, python, requirements)
            found = {}
        changed = [wheel for wheel in chosen if found.get(wheel.name) != wheel.sha256]
        if changed:
            (folder / "stamp.json").unlink(missing_ok=True)
            say(
                f"environment {wanted.name}: installing {', '.join(item.path.name for item in changed)}"
            )
            options = ["--no-deps", "--force-reinstall", "--no-index"]
            self._install(wanted.name, *options, *(str(wheel.path) for wheel in changed))
        self._pip(wanted.name, "check")
        (folder / "stamp.json").write_text(json.dumps(target, indent=1), encoding="utf-8")

    def _requirements(self, wanted: Environment, wheels: Sequence[Wheel]) -> list[str]:
        tools = [item for feature in wanted.features for item in self.groups.get(feature, [])]
        needed = sorted({*tools, *(item for wheel in wheels for item in wheel.requires)})
        return [item.replace(">=", "==") for item in needed] if wanted.is_lowest else needed

    def _base_stamp(self, wanted: Environment, python: str, requirements: list[str]) -> str:
        version = sys.version if python == sys.executable else python
        facts = [version, os.path.realpath(python), str(self.folder(wanted.name))]
        return hashlib.sha256("\n".join([*facts, *requirements]).encode()).hexdigest()

    def _create(self, name: str, python: str, requirements: list[str]) -> None:
        folder = self.folder(name)
        say(f"environment {name}: created anew, installing {len(requirements)} requirements …")
        if folder.exists():
            shutil.rmtree(folder)
        if python == sys.executable:
            venv.create(folder, with_pip=False, symlinks=os.name != "nt")
        else:
            command = [python, "-m", "venv", "--without-pip", str(folder)]
            run_quietly(command, env=self._pip_variables(), cwd=self.root, what=f"venv for {name}")
        if requirements:
            listing = folder / "requirements.txt"
            listing.write_text("\n".join(requirements) + "\n", encoding="utf-8")
            self._install(name, "--quiet", "-r", str(listing))
        say(f"environment {name}: ready")

    def _install(self, name: str, *arguments: str) -> None:
        """Install without compiling, which would take most of the time: Python compiles what is used."""
        self._pip(name, "install", "--no-compile", *arguments)

    def _pip(self, name: str, *arguments: str) -> None:
        """Run this Python's pip for an environment, which needs none of its own (nor ensurepip)."""
        command = [sys.executable, "-m", "pip", "--python", str(self.python(name)), *arguments]
        what = f"pip {arguments[0]} for the environment {name}"
        run_quietly(command, env=self._pip_variables(), cwd=self.root, what=what)

    def _pip_variables(self) -> dict[str, str]:
        return os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def _read_stamp(path: Path) -> dict[str, Any]:
    """Return what an environment was made from; nothing if it was never finished."""
    if not path.is_file():
        return {}
    stamp: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return stamp


def _read_wheel(path: Path, name: str, ours: set[str]) -> Wheel:
    with ZipFile(path) as archive:
        member = next(item for item in archive.namelist() if item.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(archive.read(member))
    requires = metadata.get_all("Requires-Dist", [])
    foreign = tuple(item for item in requires if _distribution(item) not in ours)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wheel(name=name, path=path, sha256=digest, requires=foreign)


def _distribution(requirement: str) -> str:
    """Return the name that a requirement starts with."""
    end = next((i for i, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), None)
    return requirement[:end].lower().replace("_", "-").replace(".", "-")


@contextmanager
def _only_one_runner(home: Path) -> Iterator[None]:
    """Hold a lock file while environments are changed; another runner in this checkout waits."""
    home.mkdir(exist_ok=True)
    with (home / "lock").open("w", encoding="utf-8") as stream:
        if os.name == "posix":
            import fcntl

            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("another tools/run.py prepares environments here; waiting for it")
                fcntl.flock(stream, fcntl.LOCK_EX)
        yield
