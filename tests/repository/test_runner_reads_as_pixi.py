"""tools/run.py runs a task as pixi does: arguments, variables, folder, order, inputs and outputs.

Each test states a rule of pixi's documentation ("Advanced tasks", "Multi environment") or of its
crate pixi_task, and sees that the runner keeps it, or refuses the file.
"""

import sys
from pathlib import Path

import pytest
from support.repository.toy import Toy, manifest

from runner.errors import RunnerError
from runner.tasks import read_manifest
from runner.unchanged import Remembered

APPEND = "import pathlib, sys; pathlib.Path('ran').open('a').write(' '.join(sys.argv[1:]) + ';')"


@pytest.fixture
def counted(toy: Toy) -> Toy:
    """Return a repository with a program that notes each of its runs in the file ``ran``."""
    toy.write("note.py", APPEND)
    return toy


def ran(toy: Toy) -> list[str]:
    path = toy.folder / "ran"
    return path.read_text(encoding="utf-8").split(";")[:-1] if path.exists() else []


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        (["a b", "$HOME", "it's"], "a b $HOME it's"),
        (["--", "-k", "x"], "-k x"),
        (["-k", "--", "x"], "-k -- x"),
    ],
)
def test_what_is_typed_after_the_task_is_added_to_it_alone(
    counted: Toy, typed: list[str], seen: str
) -> None:
    counted.tasks(
        '[tasks]\nfirst = "python note.py first"\n'
        'main = { cmd = "python note.py main", depends-on = ["first"] }\n'
    )
    code, output = counted.run("main", *typed)
    assert code == 0, output
    assert ran(counted) == ["first", f"main {seen}"]


def test_what_is_typed_after_a_name_for_others_is_refused(toy: Toy) -> None:
    toy.tasks('[tasks]\none = "python --version"\nall = ["one"]\n')
    code, output = toy.run("all", "-k", "x")
    assert code == 2
    assert "'all' only stands for others, so -k x can't be added to it" in output


def test_a_variable_of_the_task_wins_over_the_shells_and_is_not_handed_on(toy: Toy) -> None:
    toy.write("show.py", "import os, sys; print(sys.argv[1], 'sees', os.environ.get('WORD'))")
    toy.tasks(
        '[tasks]\nfirst = { cmd = "python show.py first", env = { WORD = "ours" } }\n'
        'main = { cmd = "python show.py main", depends-on = ["first"] }\n'
    )
    output = toy.run("main", WORD="theirs")[1]
    assert "first sees ours" in output
    assert "main sees theirs" in output


def test_dependencies_run_before_what_depends_on_them_each_once(counted: Toy) -> None:
    counted.tasks(
        '[tasks]\nmain = { cmd = "python note.py main", depends-on = ["b", "a", "both"] }\n'
        'a = "python note.py a"\nb = "python note.py b"\nboth = ["a", "b"]\n'
    )
    counted.run("main")
    *before, last = ran(counted)
    assert (sorted(before), last) == (["a", "b"], "main")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('{ cmd = "x {{ word }}", args = ["word"] }', "'t' uses args"),
        ('{ cmd = "x", clean-env = true }', "'t' uses clean-env"),
        ('{ cmd = "x", default-environment = "default" }', "'t' uses default-environment"),
        ('{ depends-on = [{ task = "u", args = ["a"] }] }', "task 't' uses args"),
        ('{ depends-on = [{ task = "u", environment = "e" }] }', "task 't' uses environment"),
        ('{ cmd = "x", inputs = ["!a.py"] }', "inputs of task 't' holds '!'"),
        ('{ cmd = "x", inputs = ["$HOME/a.py"] }', "inputs of task 't' holds '\\$'"),
        ('{ cmd = "x", outputs = ["../a"] }', "outputs of task 't' holds"),
    ],
)
def test_what_it_does_not_run_as_pixi_does_is_refused(
    tmp_path: Path, line: str, named: str
) -> None:
    path = manifest(tmp_path, f'[tasks]\nu = "x"\nt = {line}\n')
    with pytest.raises(RunnerError, match=named):
        read_manifest(path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[feature.f.activation]\nscripts = ["a.sh"]\n', "activation with scripts"),
        ('[feature.f.activation.env]\nPYTHONPATH = "a"\n', "activation with PYTHONPATH"),
        ('[activation.env]\nWORD = "a"\n', "the default feature has an activation with WORD"),
        ("[feature.f.pypi-options]\nno-build = true\n", "feature 'f' uses pypi-options"),
        ('[feature.f.target.win-64.tasks]\na = "x"\n', "target 'win-64' of feature 'f' uses tasks"),
        ('[feature.f]\nsolve-strategy = "lowest"\n', "only knows lowest-direct"),
        ('[environments]\ne = { features = ["f"], solve-group = "g" }\n', "'e' uses solve-group"),
    ],
)
def test_what_would_make_another_environment_than_pixi_is_refused(
    tmp_path: Path, text: str, named: str
) -> None:
    known = '[environments]\ne = ["f"]\n' if "[environments]" not in text else ""
    path = manifest(tmp_path, f"{known}[feature.f.dependencies]\nx = '*'\n{text}")
    with pytest.raises(RunnerError, match=named):
        read_manifest(path)


def test_the_default_features_tasks_run_in_the_default_environment(tmp_path: Path) -> None:
    text = '[environments]\nother = ["f"]\n[feature.f.tasks]\nb = "x"\n[tasks]\na = "x"\n'
    tasks = read_manifest(manifest(tmp_path, text)).tasks
    assert {name: task.environment for name, task in tasks.items()} == {
        "a": "default",
        "b": "other",
    }


CACHED = '[tasks]\nmake = { cmd = "python note.py", inputs = ["in/*.txt"], outputs = ["out"] }\n'


@pytest.fixture
def made(counted: Toy) -> Toy:
    """Return a repository whose task with inputs and outputs has run once."""
    counted.tasks(CACHED)
    for folder, name in (("in", "a.txt"), ("out", "b.txt")):
        (counted.folder / folder).mkdir()
        counted.write(f"{folder}/{name}", "1")
    assert counted.run("make")[0] == 0
    return counted


def test_a_task_is_skipped_while_its_inputs_and_outputs_are_what_they_were(made: Toy) -> None:
    code, output = made.run("make")
    assert code == 0
    assert "make: nothing it reads or makes has changed" in output
    assert len(ran(made)) == 1


@pytest.mark.parametrize(
    ("path", "text"), [("in/a.txt", "2"), ("in/new.txt", "1"), ("out/b.txt", "2"), ("out/c", "1")]
)
def test_a_task_runs_again_when_an_input_or_output_changed(made: Toy, path: str, text: str) -> None:
    made.write(path, text)
    made.run("make")
    assert len(ran(made)) == 2


def test_a_task_runs_again_with_other_arguments_or_another_command(made: Toy) -> None:
    made.run("make", "--more")
    made.tasks(CACHED.replace("note.py", "note.py -x"))
    made.run("make")
    assert ran(made) == ["", "--more", "-x"]


def test_a_task_runs_again_when_a_package_of_its_environment_changed(made: Toy) -> None:
    task = read_manifest(made.folder / "pixi.toml").tasks["make"]
    stamp = (made.folder / ".run" / "envs" / "default" / "stamp.json").read_text(encoding="utf-8")
    remembered = Remembered(made.folder)
    assert remembered.is_unchanged(task, stamp)
    assert not remembered.is_unchanged(task, stamp.replace("{", '{"numpy": "another wheel",'))


def test_a_task_whose_outputs_are_not_there_is_not_remembered(made: Toy) -> None:
    (made.folder / "out" / "b.txt").unlink()
    made.run("make")
    made.run("make")
    assert len(ran(made)) == 3


def test_a_task_that_failed_is_not_remembered(made: Toy) -> None:
    made.write("note.py", f"{APPEND}; raise SystemExit(1)")
    made.write("in/a.txt", "2")
    assert made.run("make")[0] == 1
    assert made.run("make")[0] == 1
    assert len(ran(made)) == 3


def with_environment(toy: Toy, name: str, feature: str) -> None:
    """Give a repository another environment, of one feature, whose task ``t`` says its Python's version."""
    text = f'[environments]\ndefault = []\n{name} = ["{name}"]\n{feature}'
    manifest(toy.folder, f'{text}[feature.{name}.tasks]\nt = "python --version"\n')


def python(limit: str) -> str:
    return f'[feature.f.dependencies]\npython = "{limit}"\n'


@pytest.mark.parametrize(
    "limit", [">=3.11,<3.15", f"{sys.version_info[0]}.{sys.version_info[1]}.*"]
)
def test_the_running_python_serves_wherever_no_other_series_is_asked_for(
    toy: Toy, limit: str
) -> None:
    with_environment(toy, "f", python(limit))
    assert f"Python {sys.version.split()[0]}\n" in toy.run("t")[1]


def test_a_package_that_is_not_there_is_named(toy: Toy) -> None:
    with_environment(toy, "f", '[feature.f.pypi-dependencies]\na = { path = "packages/a" }\n')
    path = toy.folder / "pixi.toml"
    path.write_text(f'{path.read_text(encoding="utf-8")}[tasks]\nwheels = "python --version"\n')
    code, output = toy.run("t")
    assert code == 1
    assert "'f' installs packages/a, but the task wheels built 0 wheels of it" in output


@pytest.mark.parametrize(("variables", "state"), [({}, "left out"), ({"CI": "1"}, "FAILED")])
def test_an_environment_whose_python_is_missing_is_left_out_but_not_on_ci(
    toy: Toy, variables: dict[str, str], state: str
) -> None:
    with_environment(toy, "f", python("3.99.*"))
    output = toy.run("t", **variables)[1]
    assert f"{state:9}t" in output
    assert "no Python ==3.99.* was found here, nor could uv get one" in output
