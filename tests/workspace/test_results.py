"""Results in metadata: found by the function that was run, and beside what is no result."""

import logging

import numpy as np
import pytest

from datalab_kernel import Plotter, Workspace

UNREADABLE = {
    "no dict": 5,
    "no title": {"schema": 1, "kind": "results", "names": ["a"], "data": [[1]]},
    "too many cells": {"title": "t", "names": ["a"], "data": [[1, 2]], "roi_indices": [0]},
}


@pytest.fixture
def workspace():
    x = np.linspace(-10, 10, 400)
    workspace = Workspace("standalone")
    workspace["two peaks"] = (x, np.exp(-(x**2)) + 0.5 * np.exp(-((x - 5) ** 2)))
    return workspace


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("prefix", ["Table", "Geometry"])
def test_an_entry_that_is_no_result_warns_once_and_all_else_works(workspace, caplog, prefix, name):
    with workspace.edit("two peaks") as signal:
        signal.title = f"{prefix}, {name}"
        signal.metadata[f"{prefix}_bad_dict"] = UNREADABLE[name]
    (kept,) = workspace
    workspace.calc("stats", on=kept)
    with caplog.at_level(logging.WARNING):
        assert workspace.results(kept, "stats").shape[0] == 1
        assert workspace.results(kept)["function"].to_list() == ["stats"]
        computed = workspace.calc("absolute", on=kept, name="computed")
        assert Plotter(workspace).plot(kept).png
    assert computed.names == ("computed",)
    assert caplog.text.count(f"'{prefix}_bad_dict' of {kept!r} is no result") == 1


def test_results_are_found_by_the_name_of_the_function_that_was_run(workspace):
    found = workspace.calc("peak_detection", on="two peaks").frame
    assert len(found) == 2
    by_name = workspace.results("two peaks", "peak_detection")
    assert by_name["x"].to_list() == found["x"].to_list()
    assert workspace.results("two peaks", "extract_peak_positions").equals(by_name)
    assert workspace.results("two peaks", "fwhm").empty
