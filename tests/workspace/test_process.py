"""Many files through the same steps: values of the plain loop, one row a file, results to load."""

from pathlib import Path

import numpy as np
import pytest
from support.plain_loop import assert_as_loop, plain_loop, write_images, write_signals
from support.sampling import sampled

from datalab_kernel import Workspace, create_image, process

IMAGE_STEPS = [
    ["stats"],
    [("gaussian_filter", {"sigma": 2})],
    [("gaussian_filter", {"sigma": 1.5}), ("moving_median", {"n": 3}), "stats"],
    ["centroid", "fft"],
    [("rotate", {"angle": 30}), "enclosing_circle"],
    ["transpose", ("binning", {"sx": 2, "sy": 2})],
    [("average_profile", {"direction": "horizontal"}), "fft"],
]
SIGNAL_STEPS = [
    ["derivative"],
    [("moving_average", {"n": 5}), "stats", "fft"],
    ["integral", ("gaussian_filter", {"sigma": 2})],
    [("calibration", {"axis": "x", "a": 1000.0}), "stats"],
]


def double(obj):
    obj.data = obj.data * 2
    return obj


def peak(obj):
    return {"peak": float(obj.data.max()), "name": obj.title}


def halves(obj):
    rows = len(obj.data) // 2
    return [create_image("top", obj.data[:rows]), create_image("bottom", obj.data[rows:])]


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    (tmp_path / "raw").mkdir()
    return write_images(tmp_path / "raw", 5)


@pytest.mark.parametrize("steps", sampled(4, IMAGE_STEPS))
def test_images_become_what_the_plain_loop_makes_of_them(images, tmp_path, steps) -> None:
    done = process(tmp_path / "raw/*.npy", steps, to=tmp_path / "out")
    assert_results(done, images, steps)


@pytest.mark.parametrize("steps", sampled(2, SIGNAL_STEPS))
def test_signals_become_what_the_plain_loop_makes_of_them(tmp_path, steps) -> None:
    done = process(write_signals(tmp_path, 4), steps, to=tmp_path / "out")
    assert_results(done, sorted(tmp_path.glob("*.csv")), steps)


def test_processes_give_what_threads_give(images, tmp_path) -> None:
    steps = IMAGE_STEPS[2]
    done = process(images, steps, to=tmp_path / "out", executor="processes")
    assert_results(done, images, steps)


def assert_results(done, paths, steps) -> None:
    objects, rows = plain_loop(paths, steps)
    results = done.load()
    assert results.list() == [*objects]
    assert f"{len(objects)} still unread in {len(paths)} files" in results.status().notes
    for name, expected in objects.items():
        assert_as_loop(results.get(name), expected)
    table = done.table
    assert list(table["file"]) == [str(path) for path in paths]
    assert list(table["status"]) == ["done"] * len(paths)
    assert (table["seconds"] > 0).all()
    assert [column for column in table if "." in column] == [*rows[0]]
    for place, row in enumerate(rows):
        for column, value in row.items():
            assert np.array_equal(table[column][place], value, equal_nan=True), column


def test_functions_of_one_s_own_are_steps_too(images, tmp_path) -> None:
    done = process(images, [double, "absolute", peak], to=tmp_path / "out")
    first = 2 * np.load(images[0])
    assert np.array_equal(done.load("run_00000")["run_00000"].data, np.abs(first))
    assert done.table["peak.peak"][0] == np.abs(first).max()
    assert list(done.table["peak.name"]) == [path.stem for path in images]


def test_a_function_may_make_several_objects_of_one(images, tmp_path) -> None:
    done = process(images[:1], [halves, "stats"], to=tmp_path / "out")
    assert done.load().list() == ["top", "bottom"]
    assert [len(cell) for cell in done.table["stats.mean"]] == [2]
    assert list(done.results["object"]) == ["top", "bottom"]


def test_what_was_done_once_by_hand_is_done_to_all_files(images, tmp_path) -> None:
    workspace = Workspace("standalone")
    workspace["dark"] = np.full((24, 32), 90.0)
    (name,) = workspace.load(images[0])
    clean = workspace.calc("difference", on=name, operand="dark")
    smooth = workspace.calc("gaussian_filter", on=clean, sigma=2, name="smooth")
    workspace.calc("stats", on=smooth)
    done = workspace.process(images, workspace.history("smooth"), to=tmp_path / "out")
    assert done.steps == (
        "difference(operand='dark')",
        "gaussian_filter(sigma=2.0)",
        "stats",
    )
    results = done.load()
    assert np.array_equal(results[name].data, workspace["smooth"].data)
    assert done.table["stats.mean"][0] == workspace.results("smooth")["mean"][0]


def test_operands_are_objects_or_names_in_the_workspace(images) -> None:
    workspace = Workspace("standalone")
    workspace["dark"] = np.full((24, 32), 90.0)
    by_name = workspace.process(images, [("difference", {"operand": "dark"}), "stats"], to=None)
    obj = workspace["dark"]
    given = process(images, [("difference", {"operand": obj}), "stats"], to=None)
    assert list(by_name.table["stats.mean"]) == list(given.table["stats.mean"])
    assert abs(given.table["stats.mean"][0] - (np.load(images[0]).mean() - 90)) < 1e-9


def test_one_bad_file_stops_nothing(images, tmp_path) -> None:
    images[2].write_bytes(b"no array")
    np.save(images[3], np.full((24, 32), "text"))
    done = process(images, [("gaussian_filter", {"sigma": 2}), "stats"], to=tmp_path / "out")
    assert list(done.table["status"]) == ["done", "done", "failed", "failed", "done"]
    assert list(done.failures) == [str(images[2]), str(images[3])]
    failure = done.failures[str(images[2])]
    assert failure.kind == "FileFormatError"
    assert str(images[2]) in failure.message
    assert "_reading.py" in failure.traceback
    assert done.load().list() == ["run_00000", "run_00001", "run_00004"]
    assert np.isnan(done.table["stats.mean"][2])


def test_a_step_that_fails_is_named(images) -> None:
    def picky(obj):
        if obj.title.endswith("1"):
            raise ZeroDivisionError("no ones")
        return obj

    done = process(images, ["absolute", picky], to=None)
    (failure,) = done.failures.values()
    assert str(failure) == "picky: ZeroDivisionError: no ones"
    assert "in picky" in failure.traceback


def test_the_results_of_a_file_are_a_workspace_that_says_what_was_done(images, tmp_path) -> None:
    process(images, [("gaussian_filter", {"sigma": 2}), "stats"], to=tmp_path / "out")
    workspace = Workspace("standalone")
    assert workspace.load(tmp_path / "out/run_00001.h5") == ["run_00001"]
    assert workspace["run_00001"].metadata["processed"] == (
        "run_00001.npy: gaussian_filter(sigma=2), stats"
    )
    assert [step.function for step in workspace.history("run_00001")] == [
        "gaussian_filter",
        "stats",
    ]
    assert list(workspace.results("run_00001")["function"]) == ["stats"]


def test_results_are_loaded_by_the_names_of_their_files(images, tmp_path) -> None:
    done = process(images, "absolute", to=tmp_path / "out")
    assert done.load("*1").list() == ["run_00001"]
    assert done.load("run_0000?").list() == [path.stem for path in images]


def test_a_file_of_several_objects_is_one_row_and_one_file(tmp_path) -> None:
    source = Workspace("standalone")
    source.add({"a": np.ones((4, 5)), "b": np.full((4, 5), 3.0)}, group="frames")
    source.save(tmp_path / "several.h5")
    done = process([tmp_path / "several.h5"], ["absolute", "stats"], to=tmp_path / "out")
    assert len(done) == 1
    assert list(done.table["stats.mean"]) == [[1.0, 3.0]]
    results = Workspace("standalone")
    assert results.load(tmp_path / "out/several.h5") == ["a", "b"]
    assert results.list(group="frames") == ["a", "b"]


def test_frames_of_a_file_may_become_one(tmp_path) -> None:
    source = Workspace("standalone")
    source.add({"a": np.ones((4, 5)), "b": np.full((4, 5), 3.0)}, group="frames")
    source.save(tmp_path / "several.h5")
    done = process([tmp_path / "several.h5"], "average", to=tmp_path / "out")
    (result,) = done.load().values()
    assert (result.data == 2).all()


def test_the_objects_of_a_workspace_s_file_are_processed_one_by_one(tmp_path) -> None:
    source = Workspace("standalone")
    source.add({name: np.full((4, 5), float(place)) for place, name in enumerate("abc")})
    source.save(tmp_path / "archive.h5")
    done = process(tmp_path / "archive.h5", ["absolute", "stats"], to=tmp_path / "out")
    assert list(done.table["file"]) == [f"{tmp_path / 'archive.h5'}::{name}" for name in "abc"]
    assert list(done.table["stats.mean"]) == [0.0, 1.0, 2.0]
    assert done.load("b").list() == ["b"]


def test_without_a_place_only_tables_are_kept(images, tmp_path) -> None:
    done = process(images, ["absolute", "stats"], to=None)
    assert list(done.table["status"]) == ["done"] * 5
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]
    with pytest.raises(FileNotFoundError, match="to=None"):
        done.load()


def test_several_rows_of_a_file_are_lists_in_its_table(tmp_path) -> None:
    def extremes(obj):
        return {"extreme": [float(obj.data.min()), float(obj.data.max())]}

    np.save(tmp_path / "a.npy", np.eye(4))
    np.save(tmp_path / "b.npy", 5 * np.eye(4))
    done = process(tmp_path / "?.npy", extremes, to=None)
    assert list(done.table["extremes.extreme"]) == [[0.0, 1.0], [0.0, 5.0]]
    assert list(done.results["extreme"]) == [0.0, 1.0, 0.0, 5.0]
    assert list(done.results["object"]) == ["a", "a", "b", "b"]


def test_files_are_read_as_one_says(tmp_path) -> None:
    (tmp_path / "odd.txt").write_text("junk\n1;2,5\n2;3,5\n3;4,5\n")
    read = {"skiprows": 1, "header": None, "decimal": ",", "delimiter": ";"}
    done = process(tmp_path / "odd.txt", "stats", to=None, read=read)
    assert list(done.table["stats.mean"]) == [3.5]


def test_what_is_to_be_known_of_a_result_is_in_the_table_and_no_warning(tmp_path) -> None:
    np.save(tmp_path / "spot.npy", 100.0 + np.eye(32))
    done = process(tmp_path / "spot.npy", "centroid", to=None)
    assert "counts the background" in done.table["notes"][0]


def test_notes_and_failures_are_listed_beside_the_table_and_dont_fill_its_rows(tmp_path) -> None:
    for number in range(7):
        np.save(tmp_path / f"spot{number}.npy", 100.0 + np.eye(32))
    html = process(f"{tmp_path}/*.npy", "centroid", to=None)._repr_html_()
    assert html.count("counts the background") == 5
    assert "2 more: .table[&quot;notes&quot;]" in html
    assert "background" not in html[html.index("<table") : html.index("</table")]


def test_it_displays_as_its_table(images, tmp_path) -> None:
    images[2].write_bytes(b"no array")
    done = process(images, "stats", to=None)
    text, html = repr(done), done._repr_html_()
    assert text.startswith("ProcessResult(5 files; 1 failed; stats)\n")
    assert str(images[2]) in text
    assert html.count("<tr") == 6
    assert "stats.mean" in html
    assert "FileFormatError" in html
    assert len(process(images, "stats", to=tmp_path / "out")) == 5


def test_many_files_are_handed_out_in_chunks(images) -> None:
    for chunk in (1, 2, 100):
        done = process(images, "stats", to=None, chunk=chunk)
        assert list(done.table["file"]) == [str(path) for path in images]


def test_results_that_keep_their_sources_tables_do_so(images, tmp_path) -> None:
    workspace = Workspace("standalone")
    workspace.keep_results = True
    done = workspace.process(images[:1], ["stats", "absolute"], to=tmp_path / "out")
    assert list(done.load().results()["function"]) == ["stats"]
