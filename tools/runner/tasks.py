"""Reads the tasks and environments of pixi.toml; refuses what it wouldn't run exactly as pixi does."""

from __future__ import annotations

import re
import shlex
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TASK_KEYS = {"cmd", "depends-on", "env", "cwd", "description", "default-environment"}
DEPENDENCY_KEYS = {"task", "environment"}
SHELL = re.compile(r"[|&;<>$`()*?{}~\\\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task: a command without a shell, or (``command=()``) a name for its dependencies."""

    name: str
    command: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "."
    description: str = ""
    environment: str = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What is installed together: the features' tools, and packages of this repository."""

    name: str
    features: tuple[str, ...]
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that the runner takes from pixi.toml."""

    tasks: Mapping[str, Task]
    environments: Mapping[str, Environment]

    def in_order(self, name: str) -> list[Task]:
        """Return a task and what it depends on, each once, dependencies first.

        Parameters
        ----------
        name
            The task that a person asked for.

        Raises
        ------
        RunnerError
            No task has that name, or tasks depend on each other in a circle.
        """
        done: dict[str, Task] = {}
        self._visit(name, (), done)
        return list(done.values())

    def _visit(self, name: str, path: tuple[str, ...], done: dict[str, Task]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            msg = f"tasks depend on each other in a circle: {circle}; break it in pixi.toml"
            raise RunnerError(msg)
        if name in done:
            return
        if name not in self.tasks:
            asked = f"task {path[-1]!r} depends on {name!r}" if path else f"{name!r} was asked for"
            msg = (
                f"{asked}, but pixi.toml has no such task; it has: {', '.join(sorted(self.tasks))}"
            )
            raise RunnerError(msg)
        for dependency in self.tasks[name].depends_on:
            self._visit(dependency, (*path, name), done)
        done[name] = self.tasks[name]


def read_manifest(path: Path) -> Manifest:
    """Read a pixi.toml.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Manifest
        Its tasks and environments.

    Raises
    ------
    RunnerError
        The file is missing or uses something that this runner doesn't run as pixi would.
    """
    if not path.is_file():
        msg = f"{path} was to be read for its tasks, but isn't there; run from a complete checkout"
        raise RunnerError(msg)
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    environments = {
        name: _environment(name, value, document)
        for name, value in document.get("environments", {}).items()
    }
    tasks: dict[str, Task] = {}
    for feature, name, value in _definitions(document):
        if name in tasks:
            msg = f"task {name!r} is defined twice in {path.name}; give one of them another name"
            raise RunnerError(msg)
        tasks[name] = _task(name, value, _homes(feature, environments))
    return Manifest(tasks=tasks, environments=environments)


def _definitions(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, value in document.get("tasks", {}).items():
        yield "default", name, value
    for feature, content in document.get("feature", {}).items():
        for name, value in content.get("tasks", {}).items():
            yield feature, name, value


def _homes(feature: str, environments: Mapping[str, Environment]) -> list[str]:
    if feature == "default":
        return ["default"]
    return [name for name, content in environments.items() if feature in content.features]


def _environment(name: str, value: Any, document: Mapping[str, Any]) -> Environment:
    table = value if isinstance(value, dict) else {"features": value}
    unknown = sorted(set(table) - {"features", "no-default-feature"})
    if unknown:
        msg = f"environment {name!r}: this runner doesn't know {', '.join(unknown)}"
        raise RunnerError(msg)
    packages: list[str] = []
    for feature in table.get("features", []):
        if feature not in document.get("feature", {}):
            msg = f"environment {name!r} names the feature {feature!r}, which pixi.toml doesn't define"
            raise RunnerError(msg)
        packages += _own_packages(document["feature"][feature])
    return Environment(
        name=name, features=tuple(table.get("features", [])), packages=tuple(packages)
    )


def _own_packages(feature: Mapping[str, Any]) -> list[str]:
    """Return the folders of this repository's packages that a feature installs."""
    requirements = feature.get("pypi-dependencies", {}).values()
    return [item["path"] for item in requirements if isinstance(item, dict) and "path" in item]


def _task(name: str, value: Any, homes: list[str]) -> Task:
    table = value if isinstance(value, dict) else {"cmd": value}
    unknown = sorted(set(table) - TASK_KEYS)
    if unknown:
        msg = (
            f"task {name!r} uses {', '.join(unknown)}, which tools/run.py doesn't know; "
            f"it knows {', '.join(sorted(TASK_KEYS))}"
        )
        raise RunnerError(msg)
    home = table.get("default-environment", homes[0] if len(homes) == 1 else None)
    if home is None:
        found = ", ".join(homes) or "none"
        msg = (
            f"task {name!r} must belong to one environment, found {found}; add default-environment"
        )
        raise RunnerError(msg)
    env = table.get("env", {})
    for key, text in env.items():
        _refuse_shell(f"env {key} of task {name!r}", text)
    return Task(
        name=name,
        command=_command(name, table.get("cmd", [])),
        depends_on=tuple(_dependencies(name, table.get("depends-on", []))),
        env=env,
        cwd=table.get("cwd", "."),
        description=table.get("description", ""),
        environment=home,
    )


def _command(name: str, cmd: str | list[str]) -> tuple[str, ...]:
    words = shlex.split(cmd) if isinstance(cmd, str) else cmd
    _refuse_shell(f"cmd of task {name!r}", cmd if isinstance(cmd, str) else " ".join(cmd))
    return tuple(words)


def _refuse_shell(where: str, text: str) -> None:
    found = SHELL.search(text)
    if found:
        msg = (
            f"{where} holds {found[0]!r}, which needs a shell: {text!r}; "
            "write one plain command, and use depends-on for several"
        )
        raise RunnerError(msg)


def _dependencies(name: str, value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        table = item if isinstance(item, dict) else {"task": item}
        unknown = sorted(set(table) - DEPENDENCY_KEYS)
        if unknown:
            msg = f"task {name!r}: depends-on with {', '.join(unknown)} isn't known to tools/run.py"
            raise RunnerError(msg)
        yield table["task"]
