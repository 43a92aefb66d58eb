"""What Tab offers inside a call of ``calc``, and where in the call the cursor is."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datalab_kernel import Workspace, create_signal
from datalab_kernel.session._call_completion import answer_in_call
from datalab_kernel.session._call_place import place_in_call
from datalab_kernel.storage import Contents, StoredGroup, write_workspace


def offered(text, namespace=None):
    pytest.importorskip("IPython")
    lines = text.split("\n")
    context = SimpleNamespace(
        full_text=text, cursor_line=len(lines) - 1, text_until_cursor=lines[-1]
    )
    answer = answer_in_call(context, namespace or {})
    return [completion.text for completion in answer["completions"]]


@pytest.mark.parametrize(
    ("text", "owner", "function", "typed"),
    [
        ('workspace.calc("ff', "workspace", "", "ff"),
        ('w.calc("fft", on="a', "w", "fft", "a"),
        ("w.calc.fft(on='fft(a), b", "w", "fft", "fft(a), b"),
        ('w.calc(function="fft", on=["a", "b', "w", "fft", "b"),
        ('w.calc("fft", on="a \\" b', "w", "fft", 'a \\" b'),
        ('w.calc(\n    "fft",  # it\'s one\n    on="a', "w", "fft", "a"),
        ('w.calc("fft", on=v.calc("absolute", on="a', "v", "absolute", "a"),
        ('w.calc("fft", on=v.calc("absolute", on="b"), name="a', "w", "fft", "a"),
        ('self.w.calc("fft", on="a', "", "fft", "a"),
        ('w.functions("fft", kind="a', "w", "", "a"),
    ],
)
def test_the_innermost_call_that_is_open_counts(text, owner, function, typed):
    place = place_in_call(text)
    assert (place.owner, place.function, place.typed) == (owner, function, typed)


@pytest.mark.parametrize("text", ["", "x", 'w.calc("fft")', 'w.calc("fft", on="a").name', "calc("])
def test_outside_of_a_call_there_is_no_place(text):
    assert place_in_call(text) is None


@given(st.text(alphabet="w.calc(fft)[]'\"\\#,= \n", max_size=60))
def test_any_text_has_a_place_or_none(text):
    place = place_in_call("w.calc(" + text)
    if place is not None and place.quote:
        assert text.endswith(place.typed)


def test_functions_are_offered_first():
    assert "gaussian_filter" in offered('w.calc("gaussian_')
    assert "gaussian_filter" in offered('w.functions("gaussian_')
    assert offered('w.calc("gaussian_filter", "gaussian_') == []


def test_parameters_are_offered_but_for_those_that_are_given():
    assert offered('w.calc("moving_average", on="a", ') == ["n=", "mode="]
    assert offered('w.calc("moving_average", n=3, ') == ["mode="]
    assert offered('w.calc("moving_average", n=') == []
    assert offered('w.functions("moving_average", ') == []


def test_choices_are_offered_as_texts():
    assert offered('w.calc("moving_average", mode="n') == ["nearest"]
    assert offered('w.calc("moving_average", n="n') == []
    assert offered('w.calc("moving_average", mode=["n') == []


def test_objects_of_what_isnt_a_workspace_are_not_offered():
    assert offered('w.calc("fft", on="') == []


def test_names_of_the_objects_in_a_file_are_offered_before_it_is_loaded(tmp_path):
    path = tmp_path / "scans.h5"
    made = [create_signal(title, [0.0], [1.0]) for title in ("run 1", "run 2", "dark")]
    write_workspace(path, Contents(signals=[StoredGroup(title="g", objects=made)]))
    known = {"w": Workspace("standalone"), "file": path}
    assert offered("w.load(file, names='run", known) == ["run 1", "run 2"]
    assert offered(f'w.load({str(path)!r}, lazy=True, names=["dark", "', known) == [
        "run 1",
        "run 2",
        "dark",
    ]
    assert offered(f'w.load("{tmp_path}/none.h5", names="', known) == []
    assert offered("w.load(find(), names='", known) == []
    assert offered("w.load('", known) == []  # of files IPython knows more
