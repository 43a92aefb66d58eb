"""One frame of many results is what a frame of each, below each other, would be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sigima.objects import NO_ROI, GeometryResult, TableResult

from datalab_kernel.objects._result_frames import Part, frame_of


def _one_by_one(parts: list[Part]) -> pd.DataFrame:
    """Make the frame as it is defined: a frame of each result, below each other."""
    frames = []
    for part in parts:
        frame = part.result.to_dataframe()
        if "roi_index" in frame:
            roi = frame.pop("roi_index").astype("Int64")
            frame.insert(0, "roi", roi.mask(roi == NO_ROI))
        else:
            frame.insert(0, "roi", None)
            frame["roi"] = frame["roi"].astype("Int64")
        frame.insert(0, "function", part.function)
        frame.insert(0, "object", part.name)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _assert_as_one_by_one(parts: list[Part]) -> None:
    pd.testing.assert_frame_equal(frame_of(parts), _one_by_one(parts), check_exact=True)


def _table(headers: str, rows: list[list[Any]], rois: list[int] | None = None) -> Any:
    return TableResult("T", "custom", [*headers], rows, roi_indices=rois, func_name="f")


def _geometry(kind: str, rows: Any, rois: Any = None) -> Any:
    indices = None if rois is None else np.array(rois)
    return GeometryResult("G", kind, np.array(rows, float), indices, func_name="g")


RESULTS = {
    "numbers": _table("ab", [[1.5, 2], [3.5, 4]]),
    "other numbers": _table("ab", [[0.5, 7]]),
    "whole numbers": _table("ab", [[1, 2]]),
    "mixed rows": _table("ab", [[1, 2.5], [1.5, 2]]),
    "texts": _table("ab", [["x", "y"]]),
    "bools": _table("ab", [[True, 1]]),
    "NaN": _table("ab", [[math.nan, 2]]),
    "None": _table("ab", [[None, 2]]),
    "other columns": _table("bc", [[1, 2]]),
    "by region": _table("ab", [[1.5, 2], [3.5, 4]], [NO_ROI, 1]),
    "nothing": _table("ab", []),
    "level": _geometry("segment", [[0, 1, 2, 1]]),
    "upright": _geometry("segment", [[0, 1, 0, 3], [1, 2, 1, 5]]),
    "slanted": _geometry("segment", [[0, 1, 2, 3]], [0]),
    "points": _geometry("point", [[0, 1], [2, 3]], [NO_ROI, 2]),
    "triangle": _geometry("polygon", [[0, 1, 2, 3, 4, 5]]),
    "square": _geometry("polygon", [[0, 1, 2, 3, 4, 5, 6, 7]]),
}


@pytest.mark.filterwarnings("ignore:The behavior of DataFrame concatenation:FutureWarning")
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(sorted(RESULTS))), min_size=1))
def test_results_of_any_kinds_in_any_order_are_as_one_by_one(given: list[tuple[str, str]]) -> None:
    _assert_as_one_by_one([Part(name, f"of {key}", RESULTS[key]) for name, key in given])


def test_many_that_are_alike_are_as_one_by_one() -> None:
    parts = [
        Part(f"s{number}", key, RESULTS[key])
        for number in range(50)
        for key in ("numbers", "level", "by region")
    ]
    _assert_as_one_by_one(parts)


def test_columns_with_units_of_signals_in_different_units_are_apart() -> None:
    seconds, hours = (
        TableResult("T", "custom", ["T"], [[1.0]], func_name="sampling_rate_period")
        for _ in range(2)
    )
    seconds.attrs["datalab_kernel_units"] = {"x": "s", "y": "V"}
    hours.attrs["datalab_kernel_units"] = {"x": "h", "y": "V"}
    frame = frame_of([Part("a", "f", seconds), Part("b", "f", hours)], has_units=True)
    assert [*frame.columns] == ["object", "function", "roi", "T (s)", "T (h)"]
    assert frame["T (s)"].tolist()[0] == frame["T (h)"].tolist()[1] == 1.0
    assert frame.attrs["column_units"]["b"] == {"f": {"T": "h"}}


def test_nothing_is_a_frame_without_rows() -> None:
    assert [*frame_of([]).columns] == ["object", "function", "roi"]
