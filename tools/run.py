"""Run a task of pixi.toml where pixi isn't installed: ``python3 tools/run.py TASK``.

Needs Python 3.11 with pip and nothing else; it makes the environments it needs below
``.run/``. Without a task it lists them. What follows the task is added to its command:
``python3 tools/run.py unit-core -k save``. Where pixi is, ``pixi run TASK`` does the same.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

from runner.environments import Environments
from runner.errors import NoPythonError, RunnerError
from runner.process import run, say, stop_all
from runner.schedule import Outcome, side_by_side
from runner.second_try import SecondTry
from runner.tasks import read_manifest
from runner.unchanged import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from runner.tasks import Manifest, Task

ROOT = Path(__file__).resolve().parent.parent
OPTIONAL = {"datalab", "chromium"}
"""Environments that may be left out (not on CI); tests that need them are skipped then."""
TOLD = {"datalab": "DATALAB_PYTHON"}
"""Environments whose Python tests are told, and the variable that tells it."""
WHEELS = "wheels"
"""The task that builds our packages, before any environment that they are installed in."""
OLDEST = (3, 11)


class Runner:
    """Runs tasks, several at once where nothing speaks against it, and remembers how each ended."""

    def __init__(self, manifest: Manifest, environments: Environments) -> None:
        self.manifest = manifest
        self.environments = environments
        self.remembered = Remembered(ROOT)
        self.outcomes: dict[str, Outcome] = {}
        self.extra_variables: dict[str, str] = {}
        self.is_ci = bool(os.environ.get("CI"))
        self.is_side_by_side = False

    def run(self, name: str, arguments: Sequence[str]) -> int:
        """Run a task after its dependencies; a failure stops only what depends on it."""
        tasks = self.manifest.in_order(name)
        if arguments:
            tasks[-1] = with_arguments(tasks[-1], arguments)
        if not self.has_packages(tasks) or self.has_wheels():
            commands = [task for task in tasks if task.command]
            self.is_side_by_side = any(
                before.name not in task.depends_on for before, task in pairwise(commands)
            )
            names = dict.fromkeys(task.environment for task in commands)
            side_by_side(tasks, names, self.environments.prepare, self.outcome, self.note)
        self.summarise()
        return int(any(item.state == "FAILED" for item in self.outcomes.values()))

    def has_packages(self, tasks: Sequence[Task]) -> bool:
        """Tell whether packages of this repository are installed for some of these tasks."""
        known = self.environments.known
        return any(known[task.environment].packages for task in tasks if task.command)

    def has_wheels(self) -> bool:
        """Build our wheels where sources changed, before anything else; tell whether they are there."""
        task = self.manifest.tasks[WHEELS]
        try:
            self.environments.prepare(task.environment)
            with self.environments.locked():
                outcome = self.outcome(task, None)
        except RunnerError as error:
            outcome = self.outcome(task, error)
        self.note(task, outcome)
        return outcome.state == "ok"

    def note(self, task: Task, outcome: Outcome) -> None:
        """Remember how a task ended, and say why if it didn't end well."""
        self.outcomes[task.name] = outcome
        if outcome.why and outcome.state != "ok":
            say(f"{outcome.state}: {task.name}: {outcome.why}")

    def outcome(self, task: Task, failure: RunnerError | None) -> Outcome:
        """Run one task, or say why it can't be."""
        before = [self.outcomes[name] for name in task.depends_on]
        bad = [item.task for item in before if item.state in ("FAILED", "skipped")]
        if bad:
            state = "skipped" if task.command else "FAILED"
            return Outcome(
                task=task.name, state=state, seconds=0, why=f"because of {', '.join(bad)}"
            )
        if not task.command:
            return Outcome(task=task.name, state="ok", seconds=0)
        if failure is not None:
            is_missing = isinstance(failure, NoPythonError)
            return self.failed(task, 0, str(failure), may_be_missing=is_missing)
        return self.execute(task)

    def execute(self, task: Task) -> Outcome:
        """Run a task's command in its environment, in the open or, beside others, shown at its end."""
        stamp = self.environments.stamp(task.environment)
        if self.remembered.is_unchanged(task, stamp):
            say(f"{task.name}: nothing it reads or makes has changed since it last succeeded")
            return Outcome(task=task.name, state="ok", seconds=0, why="unchanged")
        variables = self.environments.variables(task.environment, task.name)
        program = shutil.which(task.command[0], path=variables["PATH"])
        if program is None:
            return self.failed(
                task, 0, f"{task.command[0]} isn't in the environment {task.environment}"
            )
        started = time.monotonic()
        if self.is_side_by_side:
            self.environments.share_bytecode(task.environment)
        again = SecondTry(ROOT, task) if self.is_ci and task.command[0] == "pytest" else None
        code = self.command(again.noting if again else task, program, variables)
        unsteady = again.failed(code) if again else []
        if again and unsteady:
            say(f"{task.name}: run once more: {', '.join(unsteady)}")
            code = self.command(again.task, program, variables)
        seconds = time.monotonic() - started
        if code:
            return self.failed(task, seconds, f"exit code {code}")
        if task.environment in TOLD:
            python = self.environments.python(task.environment)
            self.extra_variables[TOLD[task.environment]] = str(python)
        self.remembered.remember(task, stamp)
        say(f"{task.name}: ok in {seconds:.1f} s")
        why = f"UNSTEADY, passed the second time: {', '.join(unsteady)}" if unsteady else ""
        return Outcome(task=task.name, state="ok", seconds=seconds, why=why)

    def command(self, task: Task, program: str, variables: Mapping[str, str]) -> int:
        """Run a task's command and return its exit code."""
        say(f"{task.name}: {' '.join(task.command)}")
        log = ROOT / ".run" / "logs" / f"{task.name}.txt" if self.is_side_by_side else None
        env = {**variables, **self.extra_variables, **task.env}
        code = run([program, *task.command[1:]], env=env, cwd=ROOT / task.cwd, log=log)
        if log is not None:
            text = log.read_text(encoding="utf-8", errors="replace")
            say(f"{task.name} said:\n{text}".rstrip("\n"))
        return code

    def failed(
        self, task: Task, seconds: float, why: str, *, may_be_missing: bool = False
    ) -> Outcome:
        """Judge a failure: off CI, what the machine lacks is left out, and said so."""
        if (may_be_missing or task.environment in OPTIONAL) and not self.is_ci:
            why = f"{why}\nLEFT OUT: the tests that need the environment {task.environment}"
            return Outcome(task=task.name, state="left out", seconds=seconds, why=why)
        return Outcome(task=task.name, state="FAILED", seconds=seconds, why=why)

    def summarise(self) -> None:
        """Print one line for each task."""
        say("summary")
        for item in self.outcomes.values():
            why = item.why.splitlines()[0] if item.why else ""
            print(
                f"  {item.state:9}{item.task:24}{item.seconds:7.1f} s  {why}".rstrip(), flush=True
            )


def with_arguments(task: Task, arguments: Sequence[str]) -> Task:
    """Add what the person typed to a task's command, as pixi does."""
    if not task.command:
        msg = f"task {task.name!r} only stands for others, so {' '.join(arguments)} can't be added to it"
        raise RunnerError(msg)
    words = arguments[1:] if arguments[0] == "--" else arguments
    return replace(task, command=(*task.command, *words))


def list_tasks(manifest: Manifest) -> None:
    """Print what there is to run."""
    print((__doc__ or "").strip(), end="\n\n")
    for task in manifest.tasks.values():
        print(f"  {task.name:24}{task.description}")


def stop(number: int, frame: FrameType | None) -> None:
    """Turn a request to end into what Ctrl-C does."""
    del number, frame
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return the exit code."""
    if sys.version_info < OLDEST:
        print(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, stop)
    try:
        manifest = read_manifest(ROOT / "pixi.toml")
        if not arguments or arguments[0] in ("-h", "--help"):
            list_tasks(manifest)
            return 0
        runner = Runner(manifest, Environments(ROOT, manifest.environments))
        return runner.run(arguments[0], arguments[1:])
    except RunnerError as error:
        print(f"tools/run.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("stopped; ending what was started")
        stop_all()
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
