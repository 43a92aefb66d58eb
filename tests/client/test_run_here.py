"""`datalab-kernel run` with kernels of this computer: exit statuses, files, Ctrl-C."""

import json
import os
import signal
from pathlib import Path

import nbformat
import pytest
from support.client.dropping import DROP_ONE
from support.notebook_runs import command, outputs_of, started, wait_for_line, write_notebook

IS_FULL = os.environ.get("DATALAB_KERNEL_TEST_FULL") == "1"
KERNELS = ["datalab", "python3"] if IS_FULL else ["datalab"]
DROP = DROP_ONE.format(word="dropped")
GROWS = "for i in range(400):\n    print(i, flush=True)\n    import time; time.sleep(0.05)"


def metadata(path: Path) -> dict:
    return nbformat.read(path, as_version=4).metadata["datalab_kernel"]["run"]


def statuses(path: Path) -> list[str | None]:
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    return [cell.metadata.get("datalab_kernel", {}).get("status") for cell in code]


@pytest.mark.parametrize("kernel", KERNELS)
def test_each_notebook_ends_with_a_status_of_its_own(tmp_path: Path, kernel: str) -> None:
    skipped = "raise SystemError('is not to be run')"
    sources = {
        "ok": ("n = 1", "n + 1", "1/0", skipped),
        "fails": ("get_ipython().history_manager.hist_file", "1 / 0", "3"),
        "dies": ("1", "import os; os._exit(7)"),
        "hangs": ("import time; time.sleep(100)", "1"),
        "loses": (f"{DROP}\ndisplay('dropped'); print('after')", "1"),
    }
    tags = {"cell_1": ["parameters"], "cell_3": ["raises-exception"], "cell_4": ["slow"]}
    for name, cells in sources.items():
        known = tags if name == "ok" else {}
        kind = "python3" if name in {"fails", "loses"} else kernel
        write_notebook(tmp_path / f"{name}.ipynb", *cells, kernel=kind, **known)
    names = [f"{name}.ipynb" for name in sources]
    options = ("--cell-timeout", "8", "--tag-skip", "slow", "-p", "n", "41", "--jobs", "2")
    done = command("run", *names, *options, "--json", cwd=tmp_path)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    ends = {e["notebook"]: e["exit_status"] for e in events if e["event"] == "run_ended"}
    assert ends == {
        "ok.ipynb": 0,
        "fails.ipynb": 1,
        "dies.ipynb": 4,
        "hangs.ipynb": 5,
        "loses.ipynb": 6,
    }
    assert done.returncode == 1  # the first that isn't 0
    warned = [e["notebook"] for e in events if e["event"] == "warning" and "'n'" in e["text"]]
    assert warned == [name for name in names if name != "ok.ipynb"]  # which knows n

    outputs = outputs_of(tmp_path / "ok.out.ipynb")
    assert outputs[2][1][0]["data"]["text/plain"] == "42"
    assert [count for count, _ in outputs] == [1, 2, 3, 4, None]
    assert statuses(tmp_path / "ok.out.ipynb") == [*["ok"] * 3, "failed, as allowed", None]
    assert statuses(tmp_path / "fails.out.ipynb") == ["ok", "ok", "failed", None]
    shown = outputs_of(tmp_path / "fails.out.ipynb")[1][1][0]["data"]["text/plain"]
    assert shown == "':memory:'"  # a run isn't kept in the history of who works here
    assert statuses(tmp_path / "dies.out.ipynb") == ["ok", "ok", "kernel died"]
    assert statuses(tmp_path / "hangs.out.ipynb") == ["ok", "timed out", None]
    assert outputs_of(tmp_path / "hangs.out.ipynb")[1][1][0]["ename"] == "KeyboardInterrupt"
    incomplete = [
        cell.metadata["datalab_kernel"].get("incomplete")
        for cell in nbformat.read(tmp_path / "loses.out.ipynb", as_version=4).cells
    ]
    assert incomplete == [None, True, None]
    assert not [*tmp_path.glob("*.run")]
    marked = nbformat.read(tmp_path / "fails.out.ipynb", as_version=4).cells
    assert marked[0].cell_type == "markdown"
    assert marked[3].source.startswith("<strong")


def test_ctrl_c_interrupts_the_cell_and_saves(tmp_path: Path) -> None:
    write_notebook(tmp_path / "a.ipynb", "print('once')", GROWS, "3", kernel="datalab")
    with started("run", "a.ipynb", "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "once")
        wait_for_line(process, "5")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted" in err
    assert metadata(tmp_path / "a.out.ipynb")["state"] == "interrupted"
    assert statuses(tmp_path / "a.out.ipynb") == ["ok", "interrupted", None]
    shown = outputs_of(tmp_path / "a.out.ipynb")[1][1]
    assert shown[0]["text"].startswith("0\n1\n2\n3\n4\n5\n")
    assert shown[1]["ename"] == "KeyboardInterrupt"


@pytest.mark.skipif(not IS_FULL, reason="a fault of its own: whole with DATALAB_KERNEL_TEST_FULL=1")
def test_a_second_ctrl_c_leaves_a_cell_that_cant_be_interrupted(tmp_path: Path) -> None:
    stubborn = "import time\nwhile True:\n    try:\n        print('there', flush=True)\n        time.sleep(9)\n    except KeyboardInterrupt:\n        print('no', flush=True)"
    write_notebook(tmp_path / "a.ipynb", stubborn)
    with started("run", "a.ipynb", "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "there")
        process.send_signal(signal.SIGINT)
        wait_for_line(process, "no")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
    assert process.returncode == 130
    assert metadata(tmp_path / "a.out.ipynb")["state"] == "left"
    assert outputs_of(tmp_path / "a.out.ipynb")[0][1][0]["text"].startswith("there\nno\n")


def test_a_killed_runner_has_lost_nothing_and_its_kernel_cant_be_found_again(
    tmp_path: Path,
) -> None:
    write_notebook(tmp_path / "a.ipynb", "print('once')", GROWS)
    with started("run", "a.ipynb", "--log-output", cwd=tmp_path) as process:
        wait_for_line(process, "7")
        second = command("run", "a.ipynb", cwd=tmp_path)
        process.kill()
        process.wait()
    assert second.returncode == 2
    assert f"process {process.pid}" in second.stderr
    done = command("run", "a.ipynb", "--resume", cwd=tmp_path)
    assert done.returncode == 4
    assert "without --resume" in done.stderr
    assert outputs_of(tmp_path / "a.out.ipynb")[0][1][0]["text"] == "once\n"
    logged = (tmp_path / "a.out.ipynb.run").read_text()
    assert '"text":"7\\n"' in logged or "6\\n7\\n" in logged


def test_a_kernel_that_isnt_installed_is_said_with_those_that_are(tmp_path: Path) -> None:
    write_notebook(tmp_path / "a.ipynb", "1")
    done = command("run", "a.ipynb", "--kernel", "nosuch", cwd=tmp_path)
    assert done.returncode == 4
    assert "datalab" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.ipynb"]
