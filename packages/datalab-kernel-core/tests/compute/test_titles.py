"""Titles have the objects' names in them, for our computations and for nobody else's."""

import threading

import numpy as np
from sigima import create_signal
from sigima.proc.signal import (
    absolute,
    addition,
    difference,
    moving_average,
    xy_mode,
)
from sigima.proc.title_formatting import get_default_title_formatter

from datalab_kernel.compute._titles import naming

SIGNAL = create_signal("whatever", np.arange(3.0), np.arange(3.0))


def test_a_title_names_function_object_and_parameters():
    with naming(["sine"]):
        assert moving_average(SIGNAL, n=3).title == "moving_average(sine)|size=3, mode=reflect"


def test_a_title_names_all_objects():
    with naming(["a", "b"]):
        assert difference(SIGNAL, SIGNAL).title == "a-b"
        assert addition([SIGNAL, SIGNAL]).title == "Σ(a, b)"


def test_braces_in_a_name_are_only_text():
    with naming(["{0}{x}"]):
        assert absolute(SIGNAL).title == "absolute({0}{x})"


def test_another_threads_titles_are_as_ever():
    titles = []
    with naming(["sine"]):
        thread = threading.Thread(target=lambda: titles.append(absolute(SIGNAL).title))
        thread.start()
        thread.join()
    assert titles == [absolute(SIGNAL).title] == ["Absolute Result"]


def test_the_formatter_before_is_back_afterwards():
    before = get_default_title_formatter()
    with naming(["a"]), naming(["b"]):
        assert absolute(SIGNAL).title == "absolute(b)"
    assert get_default_title_formatter() is before


def test_a_title_that_a_function_makes_without_asking_has_names_too():
    with naming(["a", "b"]) as titles:
        assert titles.finished(xy_mode(SIGNAL, SIGNAL).title) == "b = f(a)"


def test_braces_in_a_name_stay_as_they_are_at_the_end():
    with naming(["{1}", "b"]) as titles:
        assert titles.finished(difference(SIGNAL, SIGNAL).title) == "{1}-b"
