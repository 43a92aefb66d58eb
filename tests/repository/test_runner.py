"""tools/run.py does what pixi.toml says, and says what it doesn't do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.repository.toy import HEAD, Toy, manifest

from runner.errors import RunnerError
from runner.tasks import read_manifest


@pytest.mark.parametrize("key", ["args", "clean-env", "default-environment"])
def test_a_key_that_it_does_not_know_is_refused(tmp_path: Path, key: str) -> None:
    path = manifest(tmp_path, f'[tasks]\nbuild = {{ cmd = "true", {key} = [] }}\n')
    with pytest.raises(RunnerError, match=f"'build' uses {key}"):
        read_manifest(path)


@pytest.mark.parametrize(
    "command", ["a && b", "a | b", "a > b", "a; b", "a $HOME", "rm *", "a `b`"]
)
def test_a_command_that_needs_a_shell_is_refused(tmp_path: Path, command: str) -> None:
    path = manifest(tmp_path, f'[tasks]\nbuild = "{command}"\n')
    with pytest.raises(RunnerError, match="needs a shell"):
        read_manifest(path)


def test_tasks_in_a_circle_are_refused(tmp_path: Path) -> None:
    text = '[tasks]\na = { depends-on = ["b"] }\nb = { depends-on = ["c"] }\nc = { depends-on = "a" }\n'
    with pytest.raises(RunnerError, match="in a circle: a -> b -> c -> a"):
        read_manifest(manifest(tmp_path, text)).in_order("a")


def test_each_dependency_runs_once_and_before(tmp_path: Path) -> None:
    text = '[tasks]\na = { depends-on = ["b", "c"] }\nb = { cmd = "x", depends-on = [{ task = "c" }] }\nc = "x"\n'
    tasks = read_manifest(manifest(tmp_path, text)).in_order("a")
    assert [task.name for task in tasks] == ["c", "b", "a"]


def test_a_dependency_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = manifest(tmp_path, '[tasks]\na = { depends-on = ["nothing"] }\n')
    with pytest.raises(RunnerError, match="task 'a' depends on 'nothing'"):
        read_manifest(path).in_order("a")


def test_a_task_of_several_environments_must_name_one(tmp_path: Path) -> None:
    text = '[environments]\none = ["f"]\ntwo = ["f"]\n[feature.f.tasks]\na = "x"\n'
    with pytest.raises(RunnerError, match="must belong to one environment, found one, two"):
        read_manifest(manifest(tmp_path, text))


def test_an_environment_of_an_unknown_feature_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match="the feature 'f'"):
        read_manifest(manifest(tmp_path, '[environments]\none = ["f"]\n'))


def test_every_task_here_is_understood_and_its_files_exist(root: Path) -> None:
    words = [
        word
        for task in read_manifest(root / "pixi.toml").tasks.values()
        for word in task.command
        if word.endswith(".py") or word.startswith(("packages/", "tests"))
    ]
    assert [word for word in words if not (root / word).exists()] == []


def test_without_a_task_it_lists_them(root: Path) -> None:
    command = [sys.executable, str(root / "tools" / "run.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "test-full" in done.stdout
    assert "Everything that CI checks" in done.stdout


def test_a_task_runs_in_its_environment_folder_and_variables(toy: Toy) -> None:
    toy.write(
        "show.py", "import os, sys; print(sys.prefix, os.getcwd(), os.environ['WORD'], *sys.argv)"
    )
    toy.tasks(
        '[tasks]\nshow = { cmd = "python ../show.py", cwd = "tools", env = { WORD = "hello" } }\n'
    )
    code, output = toy.run("show", "--more")
    assert code == 0, output
    prefix = toy.folder / ".run" / "envs" / "default"
    assert f"{prefix} {toy.folder / 'tools'} hello ../show.py --more" in output


def test_the_second_run_creates_nothing(toy: Toy) -> None:
    toy.write("quick.py", "")
    toy.tasks('[tasks]\nquick = "python quick.py"\n')
    assert "created anew" in toy.run("quick")[1]
    assert "created anew" not in toy.run("quick")[1]


def test_a_uv_that_cannot_be_had_is_named(toy: Toy) -> None:
    toy.uv = "==0.0.99"
    toy.groups("")
    toy.tasks('[tasks]\nquick = "python --version"\n')
    code, output = toy.run("quick")
    assert code == 1
    assert "pip install uv failed" in output
    assert "uv==0.0.99" in output


def test_a_person_s_home_is_neither_read_nor_changed(toy: Toy) -> None:
    toy.write("home.py", "from pathlib import Path; print('home is', Path.home())")
    toy.tasks('[tasks]\nhome = "python home.py"\n')
    assert f"home is {toy.folder / '.run' / 'home' / 'home'}\n" in toy.run("home")[1]


def test_a_failure_fails_the_run_and_stops_only_what_depends_on_it(toy: Toy) -> None:
    toy.write("bad.py", "raise SystemExit('this is the reason')")
    toy.write("good.py", "print('good ran')")
    toy.write("after.py", "print('after ran')")
    toy.tasks(
        "[tasks]\n"
        'all = { depends-on = ["bad", "after", "good"] }\n'
        'bad = "python bad.py"\n'
        'good = "python good.py"\n'
        'after = { cmd = "python after.py", depends-on = ["bad"] }\n'
    )
    code, output = toy.run("all")
    assert code == 1
    assert "this is the reason" in output
    assert "good ran" in output
    assert "after ran" not in output
    assert "skipped  after" in output
    assert "FAILED   all" in output


UNSTEADY = """
import os, pathlib, pytest
@pytest.mark.parametrize("number", range(5))
def test_number(number):
    seen = pathlib.Path(f"seen{number}")
    is_first = not seen.exists()
    seen.touch()
    assert not (is_first and str(number) in os.environ["FAIL_ONCE"])
    assert str(number) not in os.environ["FAIL_ALWAYS"]
"""


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        (
            {"CI": "1", "FAIL_ONCE": "13"},
            0,
            "UNSTEADY, passed the second time: test_it.py::test_number[1], ",
        ),
        ({"CI": "1", "FAIL_ALWAYS": "2", "FAIL_ONCE": "1"}, 1, "run once more: "),
        ({"CI": "1", "FAIL_ONCE": "0123"}, 1, "4 failed, 1 passed"),
        ({"FAIL_ONCE": "1"}, 1, "1 failed, 4 passed"),
    ],
)
def test_few_failed_tests_are_run_once_more_on_ci_and_named(
    toy: Toy, variables: dict[str, str], code: int, said: str
) -> None:
    toy.write("test_it.py", UNSTEADY)
    toy.groups('default = ["pytest>=9"]')
    toy.tasks('[tasks]\nt = "pytest test_it.py"\n')
    found, output = toy.run("t", **{"FAIL_ONCE": "", "FAIL_ALWAYS": "", **variables})
    assert found == code, output
    assert said in output
    assert ("once more" in output) == (len(variables["FAIL_ONCE"]) < 4 and "CI" in variables)


def test_a_command_that_is_not_there_is_named(toy: Toy) -> None:
    toy.tasks('[tasks]\nbad = "no-such-program-here"\n')
    code, output = toy.run("bad")
    assert code == 1
    assert "no-such-program-here isn't in the environment default" in output


@pytest.mark.parametrize(
    ("variables", "code", "state"), [({}, 0, "left out"), ({"CI": "1"}, 1, "FAILED")]
)
def test_a_datalab_that_cannot_be_installed_is_left_out_but_not_on_ci(
    toy: Toy, variables: dict[str, str], code: int, state: str
) -> None:
    toy.write("show.py", "import os; print('DataLab:', os.environ.get('DATALAB_PYTHON'))")
    toy.groups('datalab = ["./not-there-1.0-py3-none-any.whl"]')
    (toy.folder / "pixi.toml").write_text(
        HEAD + '[environments]\ndefault = []\ndatalab = ["datalab"]\n'
        '[feature.datalab.tasks]\nready = "python --version"\n'
        '[tasks]\nshow = { cmd = "python show.py", depends-on = ["ready"] }\n',
        encoding="utf-8",
    )
    found, output = toy.run("show", **variables)
    assert found == code, output
    assert f"{state:9}ready" in output
    assert "not-there-1.0" in output


MEETING = """
import pathlib, sys, time
own, other = sys.argv[1:]
pathlib.Path(own).touch()
print(own, "begins", flush=True)
while not pathlib.Path(other).exists():
    time.sleep(0.05)
time.sleep(0.5)
print(own, "ends")
"""


def test_tasks_that_do_not_depend_on_each_other_run_at_once_and_are_shown_one_after_another(
    toy: Toy,
) -> None:
    toy.write("meet.py", MEETING)
    toy.tasks(
        '[tasks]\nall = ["a", "b"]\na = "python meet.py one two"\nb = "python meet.py two one"\n'
    )
    code, output = toy.run("all")
    assert code == 0, output
    assert "one begins\none ends\n" in output
    assert "two begins\ntwo ends\n" in output


def test_a_task_that_runs_alone_is_shown_while_it_runs(toy: Toy) -> None:
    toy.write("slow.py", "import time; print('now', flush=True); time.sleep(60)")
    toy.tasks('[tasks]\nslow = "python slow.py"\n')
    with toy.start("slow") as process:
        assert any(line == "now\n" for line in process.stdout)
        process.send_signal(signal.SIGINT)


@pytest.fixture
def heeded_interrupt() -> Iterator[None]:
    """Let Ctrl-C reach what a test starts; a shell's background job has it ignored, and hands that on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name != "posix", reason="signals to a process group are POSIX's")
@pytest.mark.usefixtures("heeded_interrupt")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_it_stops_what_it_started(toy: Toy, number: signal.Signals) -> None:
    toy.write(
        "child.py",
        "import os, time, pathlib\n"
        "pathlib.Path('pid.new').write_text(str(os.getpid()))\n"
        "os.replace('pid.new', 'pid')\n"
        "time.sleep(60)\n",
    )
    toy.tasks('[tasks]\nlong = "python child.py"\n')
    pid_file = toy.folder / "pid"
    with toy.start("long") as process:
        deadline = time.monotonic() + 60
        while not pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text(encoding="utf-8")), 0)
