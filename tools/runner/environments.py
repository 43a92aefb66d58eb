"""Makes the virtual environments below ``.run/``, and makes them again only when what determines them changes."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tomllib
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from runner.bytecode import share_bytecode
from runner.errors import NoPythonError, RunnerError
from runner.process import say
from runner.uv import Uv, as_pip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from runner.tasks import Environment

BIN = "Scripts" if os.name == "nt" else "bin"
DROPPED = ("PYTHON", "XDG_CONFIG", "XDG_CACHE", "XDG_DATA", "JUPYTER", "DATALAB_KERNEL_MODE")
"""What the variables begin with that no task sees: they are a person's settings."""


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
            document = tomllib.load(stream)
        self.groups: dict[str, list[str]] = document["dependency-groups"]
        self.uv = Uv(root, document["tool"]["uv"]["required-version"].removeprefix("=="))
        self._compiled: set[str] = set()
        self._compiling = Lock()

    def folder(self, name: str) -> Path:
        """Return where an environment is."""
        return self.home / "envs" / name

    def python(self, name: str) -> Path:
        """Return an environment's interpreter."""
        return self.folder(name) / BIN / ("python.exe" if os.name == "nt" else "python")

    def variables(self, name: str, task: str) -> dict[str, str]:
        """Return the variables that a task's process in an environment gets.

        The home folder is the task's own, below ``.run``: no test reads or changes a person's
        settings, or those of a task that runs at the same time.
        """
        home = self.home / "home" / task
        home.mkdir(parents=True, exist_ok=True)
        variables = {key: text for key, text in os.environ.items() if not key.startswith(DROPPED)}
        return {
            **as_pip(),  # the task `wheels` runs uv too
            **variables,
            "HOME": str(home),
            "USERPROFILE": str(home),
            "VIRTUAL_ENV": str(self.folder(name)),
            "PATH": os.pathsep.join([str(self.folder(name) / BIN), os.environ.get("PATH", "")]),
            "PYTHONUTF8": "1",
        }

    def stamp(self, name: str) -> str:
        """Return what an environment was made from; it changes with any package in it."""
        return self._stamp_file(name).read_text(encoding="utf-8")

    def prepare(self, name: str) -> None:
        """Make an environment ready.

        Raises
        ------
        RunnerError
            Something can't be installed, or our packages in it aren't built.
        NoPythonError
            This machine has no such Python, and uv can't get one.
        """
        wanted = self.known[name]
        with self.locked():
            wheels = [self._wheel(name, package) for package in wanted.packages]
            stamp = {"tools": self._tools(wanted), "wheels": _digest(wheels)}
            found = self._found(name)
            if found == stamp:
                return
            self._stamp_file(name).unlink(missing_ok=True)
            if found.get("tools") != stamp["tools"]:
                self._create(wanted, wheels)
            else:
                say(f"environment {name}: our packages are installed again")
                self._install(name, "--no-deps", "--no-index", "--reinstall", *wheels)
            python = str(self.python(name))
            self.uv("pip", "check", "--python", python, what=f"uv pip check of {name}")
            self._stamp_file(name).write_text(json.dumps(stamp, indent=1), encoding="utf-8")

    def share_bytecode(self, name: str) -> None:
        """Give an environment what others have compiled by now, once; for a task that begins in it."""
        with self._compiling:
            if name not in self._compiled:
                self._compiled.add(name)
                made = [
                    one for one in self.known if one != name and self._stamp_file(one).is_file()
                ]
                share_bytecode(self.folder(name), [self.folder(one) for one in made])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold a lock file while wheels or environments change; another runner in this checkout waits."""
        self.home.mkdir(exist_ok=True)
        with (self.home / "lock").open("w", encoding="utf-8") as stream:
            if os.name == "posix":
                import fcntl

                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    say("another tools/run.py prepares environments here; waiting for it")
                    fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _wheel(self, environment: str, package: str) -> Path:
        """Return the wheel that the task ``wheels`` built from a package's folder."""
        stem = package.rsplit("/", maxsplit=1)[-1].replace("-", "_")
        found = list((self.home / "wheels").glob(f"{stem}-*.whl"))
        if len(found) != 1:
            msg = f"environment {environment!r} installs {package}, but the task wheels built {len(found)} wheels of it"
            raise RunnerError(msg)
        return found[0]

    def _create(self, wanted: Environment, wheels: Sequence[Path]) -> None:
        name = wanted.name
        say(f"environment {name}: created anew")
        self.uv.get()
        pythons = ",".join(_specifier(limit) for limit in wanted.pythons) or sys.executable
        try:
            options = ["--quiet", "--no-project", "--clear", "--python", pythons]
            self.uv("venv", *options, self.folder(name), what=f"making the environment {name}")
        except RunnerError as error:
            msg = f"no Python {pythons} was found here, nor could uv get one; {error}"
            raise NoPythonError(msg) from error
        options = [word for group in self._groups(wanted) for word in ("--group", group)]
        if wanted.is_lowest:  # of a wheel's requirements uv takes the newest: they aren't "direct"
            projects = [f"{package}/pyproject.toml" for package in wanted.packages]
            options += ["--resolution", "lowest-direct", "--no-sources"]
            options += [word for project in projects for word in ("-r", project)]
        if options or wheels:
            self._install(name, *options, *wheels)

    def _install(self, name: str, *arguments: str | Path) -> None:
        """Install; a wheel of ours that another one requires is never looked for on an index."""
        wheels = sorted((self.home / "wheels").glob("*.whl"))
        lines = [f"{path.name.split('-')[0]} @ {path.as_uri()}\n" for path in wheels]
        constraints = self.home / "constraints.txt"
        constraints.write_text("".join(lines), encoding="utf-8")
        options = ["--quiet", "--python", str(self.python(name)), "--constraints", str(constraints)]
        what = f"uv pip install for the environment {name}"
        self.uv("pip", "install", *options, *arguments, what=what)

    def _groups(self, wanted: Environment) -> list[str]:
        return [feature for feature in wanted.features if feature in self.groups]

    def _tools(self, wanted: Environment) -> str:
        """Return what decides whether an environment is made anew, and not only our wheels in it."""
        groups = [self.groups[group] for group in self._groups(wanted)]
        projects = _digest([self.root / package / "pyproject.toml" for package in wanted.packages])
        place = str(self.folder(wanted.name))
        facts = (self.uv.version, sys.version, place, wanted.pythons, groups, projects)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def _stamp_file(self, name: str) -> Path:
        return self.folder(name) / "stamp.json"

    def _found(self, name: str) -> dict[str, str]:
        """Return what an environment was made from; nothing if it was never finished or its Python went."""
        if not self._stamp_file(name).is_file() or not self.python(name).exists():
            return {}
        stamp: dict[str, str] = json.loads(self.stamp(name))
        return stamp


def _specifier(limit: str) -> str:
    """Return a limit of Python's version as uv wants it: pixi's ``3.12.*`` is ``==3.12.*``."""
    return limit if limit.startswith((">", "<", "=", "!", "~")) else f"=={limit}"


def _digest(paths: Sequence[Path]) -> str:
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
