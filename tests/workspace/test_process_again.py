"""The same call again: what is done stays, what has changed is done anew, a crash is gone on from."""

import errno
import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from support.plain_loop import write_images

from datalab_kernel import Workspace, process
from datalab_kernel.errors import FileTakenError
from datalab_kernel.workspace.processing._journal import Journal

STEPS = [("gaussian_filter", {"sigma": 2}), "stats"]


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    return write_images(tmp_path, 4)


@pytest.fixture
def again(images, tmp_path):
    """Give what processes the images again; they were once."""

    def again(steps=STEPS, **options):
        return process(images, steps, to=tmp_path / "out", **options)

    again()
    return again


def rows_of(done):
    return [(row.file, row.status, row.output, row.found) for row in done.rows]


def written_at(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.h5")}


def test_nothing_is_done_twice(again, tmp_path) -> None:
    before = written_at(tmp_path / "out")
    first = again()
    second = again()
    assert (first.kept, second.kept) == (4, 4)
    assert written_at(tmp_path / "out") == before
    assert rows_of(first) == rows_of(second)
    assert "4 of them done before" in repr(second)


def test_a_file_that_has_changed_is_done_again(again, images) -> None:
    np.save(images[1], np.full((24, 32), 7.0))
    done = again()
    assert done.kept == 3
    assert done.table["stats.mean"][1] == pytest.approx(7.0)
    assert done.load("run_00001")["run_00001"].data[0, 0] == pytest.approx(7.0)


def test_other_steps_are_done_to_all_and_replace_the_results(again) -> None:
    done = again([("gaussian_filter", {"sigma": 3}), "stats"])
    assert done.kept == 0
    assert (
        done.load("run_00000")["run_00000"]
        .metadata["processed"]
        .endswith("gaussian_filter(sigma=3), stats")
    )


def test_a_function_that_was_rewritten_is_another_step(images, tmp_path) -> None:
    def scaled(factor):
        def scale(obj):
            return obj.data * factor

        return scale

    kept = [process(images, scaled(factor), to=tmp_path / "out").kept for factor in (2, 2, 3)]
    assert kept == [0, 4, 0]


def test_results_of_another_version_are_made_anew(again, monkeypatch) -> None:
    monkeypatch.setattr("sigima.__version__", "99.0")
    assert again().kept == 0


def test_a_result_that_was_removed_is_made_again(again, tmp_path) -> None:
    (tmp_path / "out/run_00002.h5").unlink()
    assert again().kept == 3
    assert (tmp_path / "out/run_00002.h5").exists()


def test_a_result_that_somebody_changed_is_never_replaced(again, tmp_path) -> None:
    changed = tmp_path / "out/run_00002.h5"
    shutil.copy(tmp_path / "out/run_00001.h5", changed)
    content = changed.read_bytes()
    assert again().kept == 4
    with pytest.raises(FileTakenError, match="was changed since"):
        again("absolute")
    assert changed.read_bytes() == content


@pytest.mark.usefixtures("again")
def test_more_files_are_added_to_the_results(tmp_path) -> None:
    np.save(tmp_path / "run_00009.npy", np.ones((24, 32)))
    done = process(tmp_path / "*.npy", STEPS, to=tmp_path / "out")
    assert (done.kept, len(done)) == (4, 5)


def test_what_failed_is_tried_again(images, tmp_path) -> None:
    good = images[0].read_bytes()
    images[0].write_bytes(b"no array")
    assert len(process(images, STEPS, to=tmp_path / "out").failures) == 1
    images[0].write_bytes(good)
    done = process(images, STEPS, to=tmp_path / "out")
    assert (done.kept, done.failures) == (3, {})


def test_what_a_crash_leaves_of_the_journal_is_passed_over(again, tmp_path) -> None:
    journal = tmp_path / "out/process.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    for left in (b"".join(lines[:2]), b"".join(lines[:3]), b"".join(lines[:-1]) + lines[-1][:40]):
        journal.write_bytes(left)
        done = again()
        assert done.kept == max(0, left.count(b"\n") - 2)
        assert list(done.table["status"]) == ["done"] * 4
        assert again().kept == 4


def test_each_line_of_the_journal_is_json(again, tmp_path) -> None:
    again("absolute")
    text = (tmp_path / "out/process.jsonl").read_text()
    values = [json.loads(line) for line in text.splitlines() if line]
    assert len(values) == 2 * (1 + 4)


def test_two_calls_don_t_write_the_same_results(images, tmp_path) -> None:
    entered, leave = threading.Event(), threading.Event()

    def waiting(obj):
        entered.set()
        leave.wait(60)
        return obj

    first = threading.Thread(target=lambda: process(images, waiting, to=tmp_path / "out"))
    first.start()
    assert entered.wait(60)
    try:
        with pytest.raises(FileTakenError, match="another process"):
            process(images, STEPS, to=tmp_path / "out")
    finally:
        leave.set()
        first.join()
    assert [*(tmp_path / "out").glob(".*.lock")] == []


def test_a_lock_that_a_crash_left_holds_nobody_up(again, tmp_path) -> None:
    (tmp_path / "out/.process.jsonl.lock").touch()
    assert again("absolute").kept == 0
    assert not (tmp_path / "out/.process.jsonl.lock").exists()


def test_all_results_may_go_into_one_file(images, tmp_path) -> None:
    done = process(images, STEPS, to=tmp_path / "all.h5")
    assert done.to == tmp_path / "all.h5"
    assert {path.name for path in tmp_path.iterdir() if path not in images} == {
        "all.h5",
        "all.h5.process.jsonl",
    }
    assert done.load().list() == [path.stem for path in images]
    assert done.load("*2").list() == ["run_00002"]
    before = (tmp_path / "all.h5").stat()
    again = process(images, STEPS, to=tmp_path / "all.h5")
    assert (again.kept, (tmp_path / "all.h5").stat()) == (4, before)
    assert rows_of(again) == rows_of(done)
    assert again.load("*2").list() == ["run_00002"]


def test_one_file_takes_more_results_in(images, tmp_path) -> None:
    process(images[:3], STEPS, to=tmp_path / "all.h5")
    images[1].write_bytes(b"no array")
    done = process(images, STEPS, to=tmp_path / "all.h5")
    assert list(done.table["status"]) == ["done", "failed", "done", "done"]
    assert done.load().list() == ["run_00000", "run_00002", "run_00003"]
    before = (tmp_path / "all.h5").stat()
    assert process(images, STEPS, to=tmp_path / "all.h5").kept == 3
    assert (tmp_path / "all.h5").stat() == before
    assert not (tmp_path / "all.h5.parts").exists()


def test_one_file_that_somebody_changed_is_never_replaced(images, tmp_path) -> None:
    process(images, STEPS, to=tmp_path / "all.h5")
    workspace = Workspace("standalone")
    workspace["mine"] = np.ones(3)
    workspace.save(tmp_path / "all.h5")
    with pytest.raises(FileTakenError, match="was changed since"):
        process(images, "absolute", to=tmp_path / "all.h5")
    assert workspace.load(tmp_path / "all.h5", overwrite=True) == ["mine"]


def test_names_that_two_files_share_are_numbered_in_one_file(tmp_path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        np.save(tmp_path / folder / "same.npy", np.ones((24, 32)))
    done = process(tmp_path / "*/same.npy", "absolute", to=tmp_path / "all.h5")
    assert done.load().list() == ["same", "same (2)"]


def test_groups_stay_groups_in_one_file(tmp_path) -> None:
    for name in ("first", "second"):
        source = Workspace("standalone")
        source.add({f"{name} a": np.ones((4, 5)), f"{name} b": np.ones((4, 5))}, group="frames")
        source[f"{name} trace"] = [0.0, 1.0], [2.0, 3.0]
        source.save(tmp_path / f"{name}.h5")
    done = process(tmp_path / "*.h5", copied, to=tmp_path / "results.h5")
    results = done.load()
    assert results.list(kind="signal") == ["first trace", "second trace"]
    assert results.list(group="frames") == ["first a", "first b", "second a", "second b"]


def copied(obj):
    return obj


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_journal_that_cannot_be_written_says_so(tmp_path) -> None:
    journal = Journal(tmp_path / "process.jsonl")
    with Path("/dev/full").open("wb", buffering=0) as full:
        journal._descriptor = full.fileno()
        with pytest.raises(OSError, match="What was done before is kept") as caught:
            journal.claim(["a.h5"])
    assert (caught.value.errno, caught.value.filename) == (
        errno.ENOSPC,
        str(tmp_path / "process.jsonl"),
    )
