"""A table that somebody attached is among the results that the real DataLab shows."""

import numpy as np

from datalab_kernel import Workspace


def test_datalab_shows_attached_tables(run_in_datalab, tmp_path):
    workspace = Workspace("standalone")
    workspace["a"] = np.ones(9)
    workspace.attach("a", "Line fit", {"parameter": ["slope", "offset"], "value": [1.5, 2.5]})
    path = workspace.save(tmp_path / "tables.h5")
    (shown,) = run_in_datalab(["tables", str(path)])
    assert shown["a"]["Line fit"] == [
        {"roi_index": -1, "parameter": "slope", "value": 1.5},
        {"roi_index": -1, "parameter": "offset", "value": 2.5},
    ]
