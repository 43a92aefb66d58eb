"""What is known to mislead in what was computed: with the result, its object, in files, as a warning."""

import inspect
import pickle
import warnings
from dataclasses import replace

import numpy as np
import pytest

from datalab_kernel import ComputationWarning, Note, Workspace
from datalab_kernel.compute.notes import _table
from datalab_kernel.errors import ObjectNotFoundError

MINE = Note("moving_average is slow.", "Say n=1.")
FOUND = Note("fwhm took a level.", "Say method='gauss'.")
X = np.linspace(-5, 5, 101)


@pytest.fixture(autouse=True)
def _noted(monkeypatch):
    """Note each moving average of an object called "noted", and each width of one."""
    notes = {"moving_average": MINE, "fwhm": FOUND}

    def make(computed):
        return notes.get(computed.function) if "noted" in computed.inputs[0].title else None

    behaviour = replace(_table.BEHAVIOURS[0], functions=frozenset(), of_masks=False, make=make)
    monkeypatch.setattr(_table, "BEHAVIOURS", (behaviour,))
    _table.makers_of.cache_clear()
    yield
    _table.makers_of.cache_clear()


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace.add({"noted": (X, np.exp(-(X**2) / 2)), "quiet": (X, np.exp(-(X**2) / 2))})
    return workspace


def test_a_result_says_what_is_known_of_it(workspace):
    with pytest.warns(ComputationWarning):
        result = workspace.calc("moving_average", on="noted")
    assert result.notes == (MINE,)
    assert repr(result).endswith("; moving_average is slow. Say n=1.)")
    assert "<br>moving_average is slow. Say n=1." in result._repr_html_()


def test_a_warning_names_the_function_and_the_line_that_called_it(workspace):
    line = inspect.currentframe().f_lineno + 2
    with pytest.warns(ComputationWarning) as warned:
        workspace.calc.moving_average(on="noted")
    (one,) = warned
    assert str(one.message) == str(MINE)
    assert (one.message.function, one.message.notes) == ("moving_average", (MINE,))
    assert (one.filename, one.lineno) == (__file__, line)


def test_a_warning_comes_once_a_call_and_once_of_several_objects(workspace):
    workspace["noted too"] = workspace["noted"]
    for _ in range(2):
        with pytest.warns(ComputationWarning) as warned:
            workspace.calc("moving_average", on=["noted", "noted too", "quiet"])
        assert len(warned) == 1


def test_a_result_is_stored_also_where_warnings_are_errors(workspace):
    with warnings.catch_warnings(), pytest.raises(ComputationWarning):
        warnings.simplefilter("error")
        workspace.calc("moving_average", on="noted", name="smooth")
    assert workspace.notes("smooth") == (MINE,)


def test_where_nothing_is_known_nothing_is_said(workspace):
    result = workspace.calc("moving_average", on="quiet", name="smooth")
    assert result.notes == workspace.notes("smooth") == ()
    assert "notes" not in workspace.history("smooth")._repr_html_()


@pytest.mark.filterwarnings("ignore::datalab_kernel.ComputationWarning")
def test_an_object_keeps_its_notes_in_files_in_history_and_in_what_is_computed_of_it(
    workspace, tmp_path
):
    workspace.calc("moving_average", on="noted", name="smooth")
    workspace.calc("absolute", on="smooth", name="absolute")
    workspace.save(tmp_path / "a.h5")
    again = Workspace("standalone")
    again.load(tmp_path / "a.h5")
    assert again.notes("noted") == ()
    assert again.notes("smooth") == again.notes("absolute") == (MINE,)
    assert [step.notes for step in again.history("absolute")] == [(MINE,), ()]
    assert repr(again.history("smooth")).endswith("\n    moving_average is slow. Say n=1.")
    assert "moving_average is slow. Say n=1.</td>" in again.history("smooth")._repr_html_()


@pytest.mark.filterwarnings("ignore::datalab_kernel.ComputationWarning")
def test_notes_of_an_analysis_stay_with_its_table_and_go_with_it(workspace, tmp_path):
    workspace.calc("fwhm", on="noted")
    workspace.calc("absolute", on="noted", name="absolute")
    workspace.save(tmp_path / "a.h5")
    workspace.load(tmp_path / "a.h5", overwrite=True)
    assert workspace.notes("noted") == (FOUND,)
    assert workspace.history("noted")[-1].notes == (FOUND,)
    assert workspace.notes("absolute") == ()


@pytest.mark.filterwarnings("ignore::datalab_kernel.ComputationWarning")
def test_notes_of_an_analysis_are_those_of_its_last_run(workspace):
    workspace.calc("fwhm", on="noted")
    workspace.rename("noted", "other")
    workspace.calc("fwhm", on="other")
    assert workspace.notes("other") == ()


@pytest.mark.filterwarnings("ignore::datalab_kernel.ComputationWarning")
def test_what_isnt_stored_has_its_notes_too_and_pickles_with_them(workspace):
    result = workspace.calc("moving_average", on="noted", store=False)
    again = pickle.loads(pickle.dumps(result))
    assert again.notes == (MINE,)
    workspace["kept"] = again.object
    assert workspace.notes("kept") == (MINE,)


def test_notes_of_a_name_that_isnt_there_are_an_error_that_suggests(workspace):
    with pytest.raises(ObjectNotFoundError, match="quiet"):
        workspace.notes("quite")


@pytest.mark.filterwarnings("ignore::datalab_kernel.ComputationWarning")
def test_of_many_notes_three_are_shown_and_the_rest_counted(workspace, monkeypatch):
    def make(computed):
        return Note(f"moving_average of {computed.inputs[0].y[0]:.0f}.", "Say n=1.")

    behaviour = replace(_table.BEHAVIOURS[0], of_masks=False, make=make)
    monkeypatch.setattr(_table, "BEHAVIOURS", (behaviour,))
    _table.makers_of.cache_clear()
    workspace.add({f"s{number}": (X, X + number) for number in range(5)})
    result = workspace.calc("moving_average", on="s*")
    assert len(result.notes) == 5
    assert repr(result).count("moving_average of") == 3
    assert repr(result).count("Say n=1.") == 1
    assert "… and 2 more: .notes of the result" in repr(result)


def test_a_note_that_cant_be_made_takes_nothing_from_the_result(workspace, monkeypatch, caplog):
    def make(computed):
        return computed.nothing_of_this_name

    behaviour = replace(_table.BEHAVIOURS[0], of_masks=False, make=make)
    monkeypatch.setattr(_table, "BEHAVIOURS", (behaviour,))
    _table.makers_of.cache_clear()
    workspace.calc("moving_average", on="noted", name="smooth")
    assert workspace.notes("smooth") == ()
    assert "No note could be made on moving_average" in caplog.text
