"""What process refuses, before it reads or writes anything."""

import threading
from pathlib import Path

import numpy as np
import pytest
from support.plain_loop import write_images

from datalab_kernel import Workspace, process
from datalab_kernel.errors import (
    ExportError,
    FileTakenError,
    MissingFileError,
    NoExecutorError,
    ObjectNotFoundError,
    OperandError,
    ParameterError,
    UnknownFunctionError,
)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    write_images(folder, 3)
    return folder


@pytest.fixture
def refused(raw: Path, tmp_path: Path):
    """Give what processes the files, must be refused, and has changed nothing then."""

    def refused(kind, text, files=None, steps="absolute", **options):
        before = sorted(tmp_path.rglob("*"))
        options.setdefault("to", tmp_path / "out")
        with pytest.raises(kind, match=text) as caught:
            process(raw / "*.npy" if files is None else files, steps, **options)
        assert sorted(tmp_path.rglob("*")) == before
        return caught.value

    return refused


def test_a_pattern_that_nothing_matches(refused, raw) -> None:
    refused(MissingFileError, "no such file", files=raw / "*.tif")
    refused(MissingFileError, "an empty list", files=[])
    refused(MissingFileError, "is a folder", files=raw)
    refused(MissingFileError, "Did you mean 'run_00001.npy'", files=[raw / "run_0001.npy"])


def test_an_unknown_function_or_parameter(refused) -> None:
    error = refused(UnknownFunctionError, "gaussian_filter", steps="gausian_filter")
    assert "gaussian_filter" in error.suggestions
    refused(ParameterError, "did you mean sigma", steps=("gaussian_filter", {"sigm": 2}))
    refused(ParameterError, "sigma", steps=["stats", ("gaussian_filter", {"sigma": "wide"})])


def test_parameters_that_are_good_for_one_kind_are_taken(raw) -> None:
    process(raw / "*.npy", [("butterworth", {"cut_off": 0.2})], to=None)


def test_what_is_no_step(refused) -> None:
    for steps in (3, [], [3], [("fft", {}, {})], {"gaussian_filter": 2}, [()]):
        refused(ParameterError, "step", steps=steps)
    for name in ("on", "name", "store"):
        refused(ParameterError, f"{name}=", steps=("absolute", {name: "a"}))


def test_an_operand_that_is_missing_or_a_mere_name(refused) -> None:
    refused(OperandError, "operand", steps="difference")
    refused(ObjectNotFoundError, "dark", steps=("difference", {"operand": "dark"}))


def test_results_that_would_replace_what_they_are_made_of(refused, raw) -> None:
    workspace = Workspace("standalone")
    workspace["a"] = np.ones((4, 5))
    workspace.save(raw / "a.h5")
    error = refused(FileTakenError, "made of", files=raw / "*.h5", to=raw)
    assert error.path == str(raw / "a.h5")
    refused(FileTakenError, "made of", files=raw / "a.h5", to=raw / "a.h5")


def test_two_files_whose_results_would_be_one(refused, raw) -> None:
    other = raw / "other"
    other.mkdir()
    np.save(other / "RUN_00001.npy", np.ones((4, 5)))
    refused(ExportError, "different folders", files=[raw / "*.npy", other / "*.npy"])


def test_the_same_file_given_twice_is_one(raw) -> None:
    done = process([raw / "*.npy", raw / "run_00001.npy"], "stats", to=None)
    assert len(done) == 3


def test_what_is_there_and_isn_t_ours(refused, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/run_00001.h5").write_bytes(b"a person's")
    error = refused(FileTakenError, "wasn't written by an earlier call")
    assert error.path == str(tmp_path / "out/run_00001.h5")
    refused(FileTakenError, "not a DataLab workspace", to=tmp_path / "out/run_00001.h5")
    (tmp_path / "notes").touch()
    refused(FileTakenError, "a file is there", to=tmp_path / "notes")


def test_a_folder_that_isn_t_there(refused, tmp_path) -> None:
    refused(MissingFileError, "doesn't exist", to=tmp_path / "none/out")


def test_results_that_are_there_without_resume(refused, raw, tmp_path) -> None:
    process(raw / "*.npy", "absolute", to=tmp_path / "out")
    refused(FileTakenError, "3 files", resume=False)


def test_a_chunk_that_is_no_number(refused) -> None:
    for chunk in (0, -1, 1.5, "all", True):
        refused(ParameterError, "chunk must be", chunk=chunk)


def test_a_client_that_nobody_knows(refused) -> None:
    refused(NoExecutorError, "builtins", client=object())
    refused(ParameterError, "not both", client=object(), executor="threads")
    refused(NoExecutorError, "not installed", executor="ray")
    refused(ParameterError, "executor", executor=3)


def test_a_function_that_can_t_be_sent(refused) -> None:
    lock = threading.Lock()

    def holding(obj):
        with lock:
            return obj

    refused(ParameterError, "with def", steps=holding, executor="processes")


def test_an_option_that_there_isn_t(raw) -> None:
    workspace = Workspace("standalone")
    with pytest.raises(ParameterError, match="no option 'worker'"):
        workspace.process(raw / "*.npy", "absolute", to=None, worker=3)


def test_a_history_that_is_no_chain(raw) -> None:
    workspace = Workspace("standalone")
    workspace["a"] = np.ones((4, 5))
    workspace["b"] = workspace["a"] + 1
    workspace.add({"c": np.ones((4, 5)), "d": np.ones((4, 5))})
    once = workspace.calc("absolute", on=["c", "d"])
    workspace.calc("average", on=once, name="mean")
    for name, text in (("a", "wasn't computed"), ("b", "by operators"), ("mean", "of several")):
        with pytest.raises(OperandError, match=text):
            workspace.process(raw / "*.npy", workspace.history(name), to=None)
    workspace.calc("difference", on="c", operand="d", name="e")
    history = workspace.history("e")
    workspace.remove("d")
    with pytest.raises(KeyError, match="'d'"):
        workspace.process(raw / "*.npy", history, to=None)
    with pytest.raises(OperandError, match="isn't in the workspace any more"):
        workspace.process(raw / "*.npy", workspace.history("e"), to=None)
