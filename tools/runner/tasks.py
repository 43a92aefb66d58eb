"""Reads the tasks and environments of pixi.toml; refuses what it wouldn't run exactly as pixi does.

What pixi does is taken from its documentation ("Advanced tasks", "Multi environment") and from its
crate ``pixi_task``, version 0.77: a task's `env` wins over the shell's variables, `cwd` and the
patterns of `inputs` and `outputs` are relative to the workspace, each dependency runs once and before.
"""

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

TASK_KEYS = {"cmd", "depends-on", "env", "cwd", "description", "inputs", "outputs"}
ENVIRONMENT_KEYS = {"features", "no-default-feature"}
FEATURE_KEYS = {
    "activation",
    "dependencies",
    "pypi-dependencies",
    "solve-strategy",
    "target",
    "tasks",
}
SET_BY_THE_RUNNER = {"DATALAB_PYTHON"}
"""Variables of an activation that ``tools/run.py`` sets to what they are under its own folder."""
LOWEST = "lowest-direct"
SHELL = re.compile(r"[|&;<>$`()*?{}~\\\n]")
NOT_A_PATTERN = re.compile(r"[!$`{}~\\\n]|(^|/)\.\.(/|$)|^/")


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
    inputs: tuple[str, ...] | None = None
    outputs: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What is installed together: the features' tools, and packages of this repository.

    ``pythons`` are the limits that features set to Python's version; ``is_lowest`` says that every
    direct requirement is taken in its lowest version (pixi's solve strategy ``lowest-direct``).
    """

    name: str
    features: tuple[str, ...]
    packages: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    is_lowest: bool = False


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
    features = {"default": document, **document.get("feature", {})}
    for name, content in features.items():
        if content is not document:
            _refuse_unknown(f"feature {name!r}", content, FEATURE_KEYS)
        _refuse_activation(name, content)
    environments = {
        name: _environment(name, value, features)
        for name, value in {"default": [], **document.get("environments", {})}.items()
    }
    tasks: dict[str, Task] = {}
    for feature, content in features.items():
        homes = [name for name, item in environments.items() if feature in item.features]
        for name, value in content.get("tasks", {}).items():
            if name in tasks:
                msg = (
                    f"task {name!r} is defined twice in {path.name}; give one of them another name"
                )
                raise RunnerError(msg)
            tasks[name] = _task(name, value, homes)
    return Manifest(tasks=tasks, environments=environments)


def _environment(name: str, value: Any, features: Mapping[str, Any]) -> Environment:
    table = value if isinstance(value, dict) else {"features": value}
    _refuse_unknown(f"environment {name!r}", table, ENVIRONMENT_KEYS)
    names = [*table.get("features", [])]
    if not table.get("no-default-feature", False):
        names.append("default")
    for feature in names:
        if feature not in features:
            msg = f"environment {name!r} names the feature {feature!r}, which pixi.toml doesn't define"
            raise RunnerError(msg)
    contents = [features[feature] for feature in names]
    strategies = {content.get("solve-strategy", LOWEST) for content in contents}
    if strategies - {LOWEST}:
        msg = f"environment {name!r}: of solve strategies, tools/run.py only knows {LOWEST}"
        raise RunnerError(msg)
    limits = [content.get("dependencies", {}).get("python") for content in contents]
    return Environment(
        name=name,
        features=tuple(names),
        packages=tuple(path for content in contents for path in _own_packages(content)),
        pythons=tuple(limit for limit in limits if limit),
        is_lowest=any("solve-strategy" in content for content in contents),
    )


def _refuse_unknown(where: str, table: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        msg = (
            f"{where} uses {', '.join(unknown)}, which tools/run.py doesn't know; "
            f"it knows {', '.join(sorted(known))}"
        )
        raise RunnerError(msg)


def _refuse_activation(feature: str, content: Mapping[str, Any]) -> None:
    """Refuse variables and scripts that an environment of this runner wouldn't have."""
    where = "the default feature" if feature == "default" else f"feature {feature!r}"
    targets = content.get("target", {})
    for place in [content, *targets.values()]:
        activation = place.get("activation", {})
        found = sorted({*activation, *activation.get("env", {})} - {"env", *SET_BY_THE_RUNNER})
        if found:
            msg = f"{where} has an activation with {', '.join(found)}, which tools/run.py doesn't know"
            raise RunnerError(msg)
    for name, place in targets.items():
        _refuse_unknown(f"target {name!r} of {where}", place, {"activation"})


def _own_packages(feature: Mapping[str, Any]) -> list[str]:
    """Return the folders of this repository's packages that a feature installs."""
    requirements = feature.get("pypi-dependencies", {}).values()
    return [item["path"] for item in requirements if isinstance(item, dict) and "path" in item]


def _task(name: str, value: Any, homes: list[str]) -> Task:
    if isinstance(value, list):
        value = {"depends-on": value}
    table = value if isinstance(value, dict) else {"cmd": value}
    _refuse_unknown(f"task {name!r}", table, TASK_KEYS)
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
        environment=_home(name, homes),
        inputs=_patterns(name, "inputs", table),
        outputs=_patterns(name, "outputs", table),
    )


def _home(name: str, homes: list[str]) -> str:
    """Return where a task runs: in the default environment if that has it, else in its only one."""
    if "default" in homes:
        return "default"
    if len(homes) == 1:
        return homes[0]
    found = ", ".join(homes) or "none (is it kept out by no-default-feature?)"
    msg = f"task {name!r} must belong to one environment, found {found}"
    raise RunnerError(msg)


def _patterns(name: str, key: str, table: Mapping[str, Any]) -> tuple[str, ...] | None:
    if key not in table:
        return None
    for pattern in table[key]:
        found = NOT_A_PATTERN.search(pattern)
        if found:
            msg = (
                f"{key} of task {name!r} holds {found[0]!r}: {pattern!r}; "
                "tools/run.py knows paths within the repository, *, ? and **"
            )
            raise RunnerError(msg)
    return tuple(table[key])


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
        _refuse_unknown(f"depends-on of task {name!r}", table, {"task"})
        yield table["task"]
