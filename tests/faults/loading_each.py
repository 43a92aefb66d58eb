"""Loads each file that stdin names into one workspace and prints, as JSON lines, what came of it."""

import json
import resource
import sys
import time

import numpy as np

from datalab_kernel import Workspace
from datalab_kernel.errors import FileFormatError

MEMORY = 6 << 30


def load(path: str) -> dict[str, object]:
    """Load a file and say what happened and whether the workspace is as it should be."""
    workspace = Workspace("standalone")
    workspace["kept"] = np.ones(2)
    started = time.perf_counter()
    try:
        names = workspace.load(path)
        outcome, text = "loaded", ""
        for name in names:
            workspace[name].xydata if workspace.list(name, kind="signal") else workspace[name].data
        Workspace("standalone").load(path, names=workspace.contents(path).names)
    except FileFormatError as error:
        outcome, text = "refused", str(error)
        if workspace.list() != ["kept"]:
            outcome = "changed"
    return {"outcome": outcome, "text": text, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        print(json.dumps(load(line.rstrip("\n"))), flush=True)
