"""What was computed stands for its objects in a picture."""

from __future__ import annotations

import numpy as np
import pytest

from datalab_kernel import Workspace, create_image, create_signal
from datalab_kernel.plot._inputs import drawable


@pytest.fixture
def workspace():
    space = Workspace("standalone")
    x = np.linspace(-5, 5, 500)
    space["g"] = create_signal("g", x, np.exp(-(x**2)))
    space["h"] = create_signal("h", x, np.exp(-((x - 1) ** 2)))
    space["i"] = create_image("i", np.eye(8))
    return space


def test_a_result_of_computing_stands_for_its_objects(workspace):
    result = workspace.calc("fft", on=["g", "h"])
    assert [obj.title for obj in drawable(result, workspace)] == ["fft(g)", "fft(h)"]
    loose = workspace.calc("fft", on="g", store=False)
    assert [obj.title for obj in drawable([loose], workspace)] == ["fft(g)"]


@pytest.mark.parametrize("store", [True, False])
def test_an_analysis_stands_for_what_was_analysed_with_its_results_alone(workspace, store):
    workspace.calc("stats", on="g")
    result = workspace.calc("fwhm", on=["g", "h"], store=store)
    found = drawable(result, workspace)
    assert [obj.title for obj in found] == ["g", "h"]
    for obj in found:
        assert [key for key in obj.metadata if key.endswith("_dict")] == ["Geometry_fwhm_dict"]
    assert "Table_stats_dict" in workspace["g"].metadata
